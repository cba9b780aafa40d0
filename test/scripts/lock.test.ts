import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const LOCK = new URL("../../scripts/lock.mjs", import.meta.url).href;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scimkit-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that does this work under the lock; `say` writes a line, `path` is in a folder of the test. */
function underLock(work: string): ChildProcess & { until(text: string): Promise<void> } {
  const code = `
    import { appendFileSync } from "node:fs";
    import { setImmediate as turn } from "node:timers/promises";
    import { withLock } from ${JSON.stringify(LOCK)};
    const say = (text) => process.stdout.write(text + "\\n");
    const note = (text) => appendFileSync(${JSON.stringify(join(folder, "notes"))}, text + "\\n");
    const lock = (work) => withLock(${JSON.stringify(join(folder, "lock"))}, work, (pid) => say("waits for " + pid));
    ${work}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["pipe", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (data) => {
    printed += data;
  });
  const until = async (text: string): Promise<void> => {
    while (!printed.includes(text)) await once(child.stdout, "data");
  };
  return Object.assign(child, { until });
}

const ended = async (child: ChildProcess): Promise<unknown> => (await once(child, "exit"))[0];

test("of several processes one at a time is at work, and each has its turn", async () => {
  const work = `for (let round = 0; round < 10; round++)
    await lock(async () => {
      note("begins " + process.pid);
      for (let turns = 0; turns < 20; turns++) await turn();
      note("ends " + process.pid);
    });`;
  const children = Array.from({ length: 3 }, () => underLock(work));
  expect(await Promise.all(children.map(ended))).toEqual([0, 0, 0]);
  const notes = readFileSync(join(folder, "notes"), "utf8").trim().split("\n");
  expect(notes).toHaveLength(60);
  for (let at = 0; at < notes.length; at += 2)
    expect([notes[at], notes[at + 1]]).toEqual([notes[at], notes[at]?.replace("begins", "ends")]);
  expect(readdirSync(folder)).toEqual(["notes"]);
});

test("one that is at work is waited for, and named", async () => {
  const first = underLock(`await lock(async () => {
    say("works");
    for await (const _ of process.stdin);
    note("first");
  });`);
  await first.until("works");
  const second = underLock(`await lock(() => note("second"));`);
  await second.until(`waits for ${first.pid}`);
  first.stdin?.end();
  expect(await ended(second)).toBe(0);
  expect(readFileSync(join(folder, "notes"), "utf8")).toBe("first\nsecond\n");
});

test.each([
  ["is killed", "process.kill(process.pid, 'SIGKILL')"],
  ["gives up", "process.exit(1)"],
  ["fails", "throw new Error('on purpose')"],
])("the lock of one that %s at work goes to the next one", async (_, end) => {
  await ended(underLock(`process.on("uncaughtException", () => process.exit(1)); await lock(() => { ${end}; });`));
  expect(existsSync(join(folder, "lock"))).toBe(end.includes("SIGKILL"));
  const next = Array.from({ length: 3 }, () => underLock(`await lock(() => note("next"));`));
  expect(await Promise.all(next.map(ended))).toEqual([0, 0, 0]);
  expect(readdirSync(folder)).toEqual(["notes"]);
});

test("what a process left that died while it waited is taken away", async () => {
  const first = underLock(`await lock(async () => { say("works"); for await (const _ of process.stdin); });`);
  await first.until("works");
  const second = underLock(`await lock(() => {});`);
  await second.until("waits for");
  second.kill("SIGKILL");
  await ended(second);
  expect(readdirSync(folder)).toHaveLength(2);
  first.stdin?.end();
  await ended(first);
  expect(readdirSync(folder)).toEqual([]);
});
