import fc from "fast-check";
import jsonPatch from "fast-json-patch";
import { expect, test } from "vitest";
import type { ChangeEvent, ScimEvent } from "../../src/index.ts";
import { type Directory, directory, ENTERPRISE, GROUP, USER } from "../support/directory.ts";
import { PATCH } from "../support/quirk.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
const RUNS = pickSize("histories", { everyday: 60, thorough: 120 });

const PEOPLE = 4;
const person = fc.nat({ max: PEOPLE - 1 });
const people = fc.uniqueArray(person, { maxLength: PEOPLE });
const word = fc.constantFrom("a", "b", "c");

type Write = readonly [
  method: string,
  target: "user" | "group",
  index: number,
  body: (ids: readonly string[]) => object,
];

const patchOf = (...Operations: object[]) => ({ schemas: [PATCH], Operations });
const refs = (ids: readonly string[], members: readonly number[]) => members.map((member) => ({ value: ids[member] }));

/** Writes of every kind: by PUT, by whole lists, by deltas, by value paths, some of which change nothing or fail. */
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.tuple(person, word, fc.boolean(), fc.option(word)).map(([index, title, active, department]): Write => {
    const extension = department === null ? {} : { [ENTERPRISE]: { department } };
    return ["PUT", "user", index, () => ({ schemas: [USER], userName: `u${index}`, title, active, ...extension })];
  }),
  fc.tuple(person, word, fc.constantFrom("work", "home")).map(([index, value, type]): Write => {
    return ["PATCH", "user", index, () => patchOf({ op: "replace", path: `emails[type eq "${type}"].value`, value })];
  }),
  fc
    .tuple(person, fc.constantFrom("title", "active", `${ENTERPRISE}:department`, "emails", "userName"))
    .map(([index, path]): Write => {
      return [
        "PATCH",
        "user",
        index,
        () => patchOf({ op: "add", path: "nickName", value: path }, { op: "remove", path }),
      ];
    }),
  fc.tuple(person, word).map(([index, value]): Write => {
    return [
      "PATCH",
      "user",
      index,
      () => patchOf({ op: "add", value: { name: { givenName: value }, displayName: value } }),
    ];
  }),
  people.map(
    (members): Write => [
      "PUT",
      "group",
      0,
      (ids) => ({ schemas: [GROUP], displayName: "G", members: refs(ids, members) }),
    ],
  ),
  fc.tuple(people, fc.constantFrom("add", "replace", "remove")).map(([members, op]): Write => {
    return ["PATCH", "group", 0, (ids) => patchOf({ op, path: "members", value: refs(ids, members) })];
  }),
  fc.tuple(person, word).map(([member, value]): Write => {
    const remove = (ids: readonly string[]) => ({ op: "remove", path: `members[value eq "${ids[member]}"]` });
    return ["PATCH", "group", 0, (ids) => patchOf(remove(ids), { op: "replace", path: "displayName", value })];
  }),
);

const isChange = (event: ScimEvent): event is ChangeEvent => "transaction" in event;

/** Of a state, what RFC 6902 changes speak of. */
function described(state: object | undefined): object {
  const {
    schemas: _schemas,
    meta: _meta,
    members: _members,
    ...rest
  } = structuredClone(state ?? {}) as Record<string, unknown>;
  return rest;
}

async function stateOf(service: Directory, path: string) {
  const { schemas, meta, members = [], groups, ...rest } = (await service.ask("GET", path)).json;
  return { version: meta.version, members: members.map(({ value }: { value: string }) => value).sort(), rest };
}

test("what events tell is the difference of the states: changes lead from before to after, deltas to the members, and there is no event without a difference [R-67 T-L1]", async () => {
  const property = fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 12 }), async (writes) => {
    const service = directory();
    const create = async (endpoint: string, body: object): Promise<string> =>
      (await service.ask("POST", endpoint, body)).json.id;
    const ids: string[] = [];
    for (let index = 0; index < PEOPLE; index++)
      ids.push(await create("/Users", { schemas: [USER], userName: `u${index}` }));
    const group = await create("/Groups", { schemas: [GROUP], displayName: "G", members: refs(ids, [0]) });
    for (const [method, target, index, body] of writes) {
      const path = target === "user" ? `/Users/${ids[index]}` : `/Groups/${group}`;
      const before = await stateOf(service, path);
      service.events.length = 0;
      await service.ask(method, path, body(ids));
      const events = service.events.filter(isChange);
      const after = await stateOf(service, path);
      const [event, turned] = events;
      expect(event === undefined).toBe(before.version === after.version);
      expect(event === undefined).toBe(JSON.stringify(before) === JSON.stringify(after));
      expect(turned === undefined).toBe((before.rest.active !== false) === (after.rest.active !== false));
      if (event === undefined) continue;
      expect(`W/"${event.version}"`).toBe(after.version);
      const [delta = { joined: [], left: [] }] = event.deltas;
      const members = new Set(before.members);
      for (const value of delta.left) expect(members.delete(value as string)).toBe(true);
      for (const { value } of delta.joined) {
        expect(members.has(value as string)).toBe(false);
        members.add(value as string);
      }
      expect([...members].sort()).toEqual(after.members);
      if (event.before === undefined) continue;
      const patched = jsonPatch.applyPatch(
        described(event.before),
        structuredClone(event.changes) as never,
      ).newDocument;
      expect(patched).toEqual(described(event.after));
      expect(described(event.after)).toEqual(after.rest);
    }
  });
  await fc.assert(property, { seed, numRuns: RUNS });
});
