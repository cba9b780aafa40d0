// A lock between processes, for what must not be done twice at once in one folder. Plain Node 20 is enough for this file.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/** How long to wait before looking again, in milliseconds. */
const PAUSE = 100;

/**
 * Runs `work` while no other process of this machine does so under the same lock, a file that says whose it is. One that was left by
 * a process that is gone is taken over. `onWait` is told once, if there is somebody to wait for.
 */
export function withLock(lock, work, onWait = () => undefined) {
  let told = false;
  while (!take(lock)) {
    if (!told) onWait();
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
  }
  const free = () => rmSync(lock, { force: true });
  process.once("exit", free);
  try {
    return work();
  } finally {
    process.off("exit", free);
    free();
  }
}

/** A link is made with all that is in the file, or not at all. */
function take(lock) {
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    removeIfLeft(lock);
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Takes a lock away whose owner is gone. Of several who see that, one gets the file; it puts back what is not what it saw. */
function removeIfLeft(lock) {
  const owner = read(lock);
  if (owner === undefined || isRunning(Number(owner))) return;
  const taken = `${lock}.${process.pid}.left`;
  try {
    renameSync(lock, taken);
  } catch {
    return;
  }
  try {
    if (read(taken) !== owner) linkSync(taken, lock);
  } catch {
    // Somebody has the lock by now.
  }
  rmSync(taken, { force: true });
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
