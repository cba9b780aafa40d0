import assert from "node:assert/strict";
import { expect, test } from "vitest";
import { LIMIT, measure, ratioOf, SUBJECT } from "../../bench/harness/measure.ts";
import type { Subject } from "../../bench/harness/subject.ts";
import type { Peer, Run, Work } from "../../bench/harness/work.ts";

const OPTIONS = { rounds: 3, round: 10, warmUp: 10, clock: "wall" } as const;
const subjects = { [SUBJECT]: {} as Subject };

/** Goes on by what contenders take, and by nothing else. */
let now = 0;
const clock = (): number => now;

/** Doubles a number, which takes as many milliseconds. */
function doubling(milliseconds: number): Run {
  return (input: number) => {
    now += milliseconds;
    return 2 * input;
  };
}

const workOf = (peers: Readonly<Record<string, Peer>>, scimkit = doubling(2)): Work => ({
  name: "double",
  about: "Doubles a number.",
  target: 20,
  turns: 3,
  input: (turn) => turn,
  limit: () => doubling(1),
  scimkit: () => scimkit,
  peers,
  check: (answer, turn) => assert.equal(answer, 2 * turn),
});

test("a contender has its time next to that of the limit", async () => {
  const row = await measure(workOf({ slower: () => doubling(5) }), subjects, OPTIONS, true, clock);
  expect(row.contenders.map(({ name }) => name)).toEqual([LIMIT, SUBJECT, "slower"]);
  expect(ratioOf(row, LIMIT)).toBe(1);
  expect(ratioOf(row, SUBJECT)).toBe(2);
  expect(ratioOf(row, "slower")).toBe(5);
  expect(row.contenders[1]).toEqual({ name: SUBJECT, median: 2000, quartiles: [2000, 2000] });
});

test("a peer that answers wrongly in any of its turns, throws or cannot be loaded is marked with the reason, and has no ratio", async () => {
  const peers = {
    wrong: () => (input: number) => (input === 2 ? 5 : doubling(1)(input, 0)),
    throwing: () => () => {
      throw new Error("No such thing.");
    },
    missing: () => import("a-package-that-nobody-has" as string),
  };
  const { contenders, ...row } = await measure(workOf(peers), subjects, OPTIONS, true, clock);
  for (const name of Object.keys(peers)) {
    expect(contenders.find((one) => one.name === name)).toEqual({ name, wrong: expect.stringMatching(/./) });
    expect(ratioOf({ ...row, contenders }, name)).toBeUndefined();
  }
});

test("a peer whose answers have another form is read off the clock", async () => {
  const foreign: Peer = () => ({
    run: (input: number) => [doubling(3)(input, 0)],
    read: (answer) => (answer as number[])[0],
  });
  const row = await measure(workOf({ foreign }), subjects, OPTIONS, true, clock);
  expect(ratioOf(row, "foreign")).toBe(3);
});

test("peers are left out where nobody asks for them", async () => {
  const row = await measure(workOf({ slower: () => doubling(5) }), subjects, OPTIONS, false, clock);
  expect(row.contenders.map(({ name }) => name)).toEqual([LIMIT, SUBJECT]);
});

test("a wrong answer of scimkit ends the run", async () => {
  await expect(
    measure(
      workOf({}, () => 7),
      subjects,
      OPTIONS,
      false,
    ),
  ).rejects.toThrow("double, scimkit");
});

test("a wrong answer of an older scimkit is marked", async () => {
  const before = { folder: "before" } as Subject;
  const work = { ...workOf({}), scimkit: (subject: Subject) => (subject === before ? () => 7 : doubling(2)) };
  const row = await measure(work, { ...subjects, before }, OPTIONS, false, clock);
  expect(row.contenders.at(-1)).toMatchObject({ name: "before", wrong: expect.any(String) });
});
