import fc from "fast-check";
import { expect, test } from "vitest";
import { type Directory, directory, ENTERPRISE, GROUP, USER } from "../support/directory.ts";
import { PATCH } from "../support/quirk.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
const RUNS = pickSize("directories", { everyday: 100, thorough: 1000 });

/** A service that gives ids in turn, at one time, so that two of them answer alike. */
function alike(): Directory {
  let count = 0;
  return directory({ newId: () => `r${count++}`, clock: { now: () => new Date("2026-01-01T00:00:00Z") } });
}

const patch = (...Operations: readonly unknown[]) => ({ schemas: [PATCH], Operations });
const ADA = { schemas: [USER], userName: "ada" };
const LEADERLESS = { schemas: [USER, ENTERPRISE], userName: "grace" };

test("a member that joins an empty group is in it, also where somebody has read the group before", async () => {
  const { ask } = alike();
  await ask("POST", "/Users", ADA);
  await ask("POST", "/Groups", { schemas: [GROUP], displayName: "g" });
  expect((await ask("GET", "/Groups/r1")).json.members).toBeUndefined();
  await ask("PATCH", "/Groups/r1", patch({ op: "add", path: "members", value: [{ value: "r0" }] }));
  expect((await ask("GET", "/Groups/r1")).json.members).toMatchObject([{ value: "r0" }]);
});

test("a manager who is deleted is nobody's manager, also where somebody has read the resource before", async () => {
  const { ask } = alike();
  await ask("POST", "/Users", ADA);
  await ask("POST", "/Users", { ...LEADERLESS, [ENTERPRISE]: { manager: { value: "r0" } } });
  expect((await ask("GET", "/Users/r1")).json[ENTERPRISE]).toMatchObject({ manager: { value: "r0" } });
  await ask("DELETE", "/Users/r0");
  const { json } = await ask("GET", "/Users/r1");
  expect(json[ENTERPRISE]).toBeUndefined();
  expect(json.schemas).toEqual([USER]);
});

type Write = readonly [method: string, path: string, body?: unknown];

const user = fc.constantFrom("r0", "r1", "r2");
const group = fc.constantFrom("r3", "r4");
const members = fc.array(
  user.map((value) => ({ value })),
  { maxLength: 2 },
);
const write: fc.Arbitrary<Write> = fc.oneof(
  fc
    .tuple(group, fc.constantFrom("add", "remove", "replace"), members)
    .map(([id, op, value]): Write => ["PATCH", `/Groups/${id}`, patch({ op, path: "members", value })]),
  group.map((id): Write => ["PATCH", `/Groups/${id}`, patch({ op: "remove", path: "members" })]),
  fc
    .tuple(group, members)
    .map(([id, list]): Write => ["PUT", `/Groups/${id}`, { schemas: [GROUP], displayName: "g", members: list }]),
  fc
    .tuple(user, user)
    .map(
      ([id, value]): Write => [
        "PATCH",
        `/Users/${id}`,
        patch({ op: "add", path: `${ENTERPRISE}:manager`, value: { value } }),
      ],
    ),
  user.map((id): Write => ["PATCH", `/Users/${id}`, patch({ op: "replace", path: "active", value: false })]),
  user.map((id): Write => ["DELETE", `/Users/${id}`]),
);

test(`what is read says the same, whether or not somebody read it between the writes [seed ${seed}]`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(write, { maxLength: 12 }), async (writes) => {
      const [read, unread] = [alike(), alike()];
      const seen = async ({ ask }: Directory) => [
        (await ask("GET", "/Users")).json,
        (await ask("GET", "/Groups")).json,
      ];
      const before: readonly Write[] = [
        ...["a", "b", "c"].map((userName): Write => ["POST", "/Users", { schemas: [USER], userName }]),
        ...["d", "e"].map((displayName): Write => ["POST", "/Groups", { schemas: [GROUP], displayName }]),
      ];
      for (const [method, path, body] of [...before, ...writes]) {
        const answer = await read.ask(method, path, body);
        expect(answer).toEqual(await unread.ask(method, path, body));
        await seen(read);
      }
      expect(await seen(read)).toEqual(await seen(unread));
    }),
    { seed, numRuns: RUNS },
  );
});
