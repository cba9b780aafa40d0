// Lets one process at a time do what two of them would break for each other. Plain Node 20 is enough for this file.
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/**
 * Does the work while no other process holds the lock. `path` is a folder beside which there may be others of that name and more;
 * while the lock is held it has one file, named by the id of the process that holds it. A process that died with the lock
 * leaves it to the next one. `told` is called once with the id of a process that is waited for.
 */
export async function withLock(path, work, told = () => {}) {
  // The folder is made with its file in it and then moved into place: whole, or not there.
  const own = `${path}-${process.pid}`;
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own);
  writeFileSync(join(own, String(process.pid)), "");
  let isTold = false;
  while (!attempt(() => renameSync(own, path))) {
    const holder = holderOf(path);
    if (holder !== undefined && !isAlive(holder)) free(path, holder);
    else {
      if (holder !== undefined && !isTold) told(holder);
      isTold ||= holder !== undefined;
      await pause(50);
    }
  }
  const release = () => {
    free(path, process.pid);
    sweep(path);
  };
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

function holderOf(path) {
  let names = [];
  attempt(() => {
    names = readdirSync(path);
  });
  return names.map(Number).find(Number.isInteger);
}

/** Only the file of that process goes: where another has taken the lock meanwhile, it keeps it. */
function free(path, holder) {
  attempt(() => unlinkSync(join(path, String(holder))));
  attempt(() => rmdirSync(path));
}

/** Takes away what processes left that died while they waited. */
function sweep(path) {
  const beginning = `${basename(path)}-`;
  for (const name of readdirSync(dirname(path)))
    if (name.startsWith(beginning) && !isAlive(Number(name.slice(beginning.length))))
      rmSync(join(dirname(path), name), { recursive: true, force: true });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // One that is there and belongs to somebody else is not ours to signal.
    return error.code === "EPERM";
  }
}

/** Whether it could be done; that others were quicker is no fault. */
function attempt(step) {
  try {
    step();
    return true;
  } catch (error) {
    if (["ENOENT", "EEXIST", "ENOTEMPTY", "EPERM", "EBUSY"].includes(error.code)) return false;
    throw error;
  }
}
