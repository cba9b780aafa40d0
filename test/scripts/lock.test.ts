import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const MODULE = new URL("../../scripts/lock.mjs", import.meta.url).href;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scimkit-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that reads a number, gives the others time to do the same, and writes the next one, five times over. */
function counting(lock: string, counter: string): ChildProcess {
  const program = `
    const { withLock } = await import(${JSON.stringify(MODULE)});
    const { readFileSync, writeFileSync } = await import("node:fs");
    for (let turn = 0; turn < 5; turn++)
      withLock(${JSON.stringify(lock)}, () => {
        const number = Number(readFileSync(${JSON.stringify(counter)}, "utf8"));
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        writeFileSync(${JSON.stringify(counter)}, String(number + 1));
      });`;
  return spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: "inherit" });
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once("exit", (code) => resolve(code)));

describe("the lock of tasks that install and build", () => {
  test("lets one process in at a time, and leaves nothing behind", async () => {
    const [lock, counter] = [join(folder, "lock"), join(folder, "counter")];
    writeFileSync(counter, "0");
    const codes = await Promise.all([1, 2, 3].map(() => ended(counting(lock, counter))));
    expect(codes).toEqual([0, 0, 0]);
    expect(readFileSync(counter, "utf8")).toBe("15");
    expect(existsSync(lock)).toBe(false);
  });

  test("is taken over from a process that is gone", async () => {
    const [lock, counter] = [join(folder, "lock"), join(folder, "counter")];
    writeFileSync(counter, "0");
    const gone = spawn(process.execPath, ["--eval", ""]);
    await ended(gone);
    writeFileSync(lock, String(gone.pid));
    const codes = await Promise.all([1, 2].map(() => ended(counting(lock, counter))));
    expect(codes).toEqual([0, 0]);
    expect(readFileSync(counter, "utf8")).toBe("10");
  });
});
