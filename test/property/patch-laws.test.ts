import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import jsonPatch, { type Operation } from "fast-json-patch";
import { describe, expect, test } from "vitest";
import {
  type ChangeEvent,
  compileResourceType,
  createScim,
  Group,
  isScimError,
  profiles,
  type ScimEvent,
  type StorageAdapter,
} from "../../src/index.ts";
import { applyPatch, classify, operationsOf, type ParsedOperation, prepare } from "../../src/patch/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { BASE_URL, directory, ENTERPRISE, GROUP, USER } from "../support/directory.ts";
import { LENIENT, LIMITS, operations, resource, STRICT, THING, ThingType, thing } from "../support/patch-cases.ts";
import { patchByTheBook } from "../support/patch-model.ts";
import { account, patchOf } from "../support/patching.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
/** Of what the engine does alone, and of what goes through a service. */
const RUNS = pickSize("runs of each law", { everyday: 1000, thorough: 5000 });
const ASKED = pickSize("runs of each law through a service", { everyday: 150, thorough: 700 });

function patchedEvents(events: readonly ScimEvent[]): readonly ChangeEvent[] {
  return events.filter((event): event is ChangeEvent => event.type === "patched");
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) deepFreeze(part);
    Object.freeze(value);
  }
  return value;
}

/** What a PATCH makes of a resource; undefined where it is refused. */
function patched(before: Record<string, unknown>, given: readonly object[], isTolerant = true) {
  try {
    const prepared = prepare(thing, given as readonly ParsedOperation[], isTolerant ? LENIENT : STRICT);
    return applyPatch(thing, before, prepared, {
      limits: LIMITS,
      ...(isTolerant ? { createOnNoMatch: () => undefined } : {}),
    });
  } catch (error) {
    if (isScimError(error)) return undefined;
    throw error;
  }
}

/** Rules that put values right. */
const VALUE_RULES: ReadonlySet<string> = new Set(
  profiles.lenient.quirks.filter((rule) => rule.value ?? rule.primaries).map(({ id }) => id),
);

describe("laws of PATCH", () => {
  test("what came in is never changed, whatever becomes of the request, and what no operation names is not copied [P-3.5.2-21]", () => {
    fc.assert(
      fc.property(resource, operations, (before, given) => {
        const outcome = patched(deepFreeze(before), deepFreeze(given));
        if (outcome === undefined) return;
        const text = JSON.stringify(given).toLowerCase();
        for (const [name, value] of Object.entries(before))
          if (typeof value === "object" && !text.includes(name.toLowerCase()))
            expect(outcome.resource[name]).toBe(value);
      }),
      { numRuns: RUNS, seed },
    );
  });

  test("the published operations make the new state of the old one", () => {
    fc.assert(
      fc.property(resource, operations, (before, given) => {
        const outcome = patched(before, given);
        if (outcome === undefined) return;
        const copy = structuredClone({ before, changes: outcome.changes });
        const made = jsonPatch.applyPatch(copy.before, copy.changes as Operation[], true).newDocument;
        expect(made).toStrictEqual(outcome.resource);
      }),
      { numRuns: RUNS, seed },
    );
  });

  test("a failing operation at the end undoes all before it [P-3.5.2-21]", async () => {
    const scim = createScim({
      resourceTypes: [ThingType],
      storage: memoryStorage(),
      baseUrl: BASE_URL,
      unsafeNoAuthentication: true,
      limits: { elements: LIMITS.elements },
    });
    const ask = (method: string, url: string, body?: unknown) =>
      scim.handle({
        method,
        url: `/scim/v2${url}`,
        headers: {},
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    await fc.assert(
      fc.asyncProperty(resource, operations, async (before, given) => {
        const { id: _id, meta: _meta, ...rest } = before;
        const created = JSON.parse((await ask("POST", "/Things", { schemas: [THING.id], ...rest })).body as string);
        const at = `/Things/${created.id}`;
        const answer = await ask("PATCH", at, patchOf(...given, { op: "replace", path: "id", value: "x" }));
        expect(answer.status).toBe(400);
        expect(JSON.parse((await ask("GET", at)).body as string)).toStrictEqual(created);
      }),
      { numRuns: ASKED, seed },
    );
  });

  test("through the whole service the answers are those of the literal reading, in both profiles [P-3.5.2-11 P-3.5.2-26]", async () => {
    for (const profile of ["lenient", "strict"] as const) {
      const { ask, events } = directory({
        resourceTypes: [ThingType],
        storage: memoryStorage(),
        profile,
        limits: { elements: LIMITS.elements },
      });
      await fc.assert(
        fc.asyncProperty(resource, operations, async (before, given) => {
          const { id: _id, meta: _meta, ...rest } = before;
          const created = (await ask("POST", "/Things", { schemas: [THING.id], ...rest })).json;
          const { schemas: _schemas, id, meta, ...state } = created;
          const renamed = JSON.parse(
            JSON.stringify(given)
              .replaceAll('"id":"1"', `"id":"${id}"`)
              .replaceAll("2026-01-01T00:00:00Z", meta.created),
          );
          events.length = 0;
          const answer = await ask("PATCH", `/Things/${id}`, patchOf(...renamed));
          // What the rules for values put right is not the model's to know.
          if (events.some((event) => event.type === "quirk" && VALUE_RULES.has(event.quirk))) return;
          const expected = patchByTheBook(
            { ...THING, isTolerant: profile === "lenient" },
            { ...state, id, meta: { created: meta.created } },
            renamed,
          );
          const after = (await ask("GET", `/Things/${id}`)).json;
          if (expected.status === 400) {
            expect(answer.json).toMatchObject({ status: "400", scimType: expected.scimType });
            expect(answer.json.detail).toMatch(/^Operations\[\d\]: /);
            expect(after).toStrictEqual(created);
            return;
          }
          expect([200, 204]).toContain(answer.status);
          const { schemas, meta: newMeta, ...now } = after;
          const { meta: _expectedMeta, ...wanted } = expected.resource;
          expect({ ...now, crew: new Set(now.crew) }).toStrictEqual({
            ...wanted,
            crew: new Set(wanted.crew as unknown[]),
          });
          expect(schemas).toEqual([
            THING.id,
            ...THING.extensions.map((extension) => extension.id).filter((urn) => urn in now),
          ]);
          // No change, no new version, no word of it; and the other way round.
          const isChanged = !isDeepStrictEqual(
            { ...now, crew: new Set(now.crew) },
            { ...state, id, crew: new Set(state.crew) },
          );
          expect(newMeta.version !== meta.version).toBe(isChanged);
          expect(events.filter(({ type }) => type === "patched")).toHaveLength(isChanged ? 1 : 0);
        }),
        { numRuns: ASKED, seed },
      );
    }
  });

  test("adding the same a second time changes nothing [P-3.5.2.1-08]", () => {
    fc.assert(
      fc.property(resource, operations, (before, given) => {
        const adds = given.filter(
          ({ op, path, value }) =>
            op === "add" && !path?.includes("[") && !JSON.stringify({ value }).includes("mails["),
        );
        const once = patched(before, adds);
        if (once === undefined) return;
        const twice = patched(once.resource as Record<string, unknown>, adds);
        if (adds.length === 1) expect(twice?.resource).toStrictEqual(once.resource);
      }),
      { numRuns: RUNS, seed },
    );
  });

  test("removing the same a second time changes nothing [P-3.5.2.2-06 P-3.5.2.2-07]", () => {
    fc.assert(
      fc.property(resource, operations, (before, given) => {
        const [remove] = given.filter(({ op }) => op === "remove");
        const once = remove === undefined ? undefined : patched(before, [remove]);
        if (once === undefined || remove === undefined) return;
        expect(patched(once.resource as Record<string, unknown>, [remove])?.changes).toEqual([]);
      }),
      { numRuns: RUNS, seed },
    );
  });
});

describe("deltas", () => {
  const type = compileResourceType(Group);
  const id = fc.constantFrom("a", "b", "c", "d", "e", "A");
  const ids = fc.array(id, { maxLength: 3 });
  const member = id.map((value) => ({ value }));
  const operation = fc.oneof(
    fc.array(member, { maxLength: 3 }).map((value) => ({ op: "add" as const, path: "members", value })),
    member.map((value) => ({ op: "add" as const, value: { members: [value] } })),
    id.map((value) => ({ op: "remove" as const, path: `members[value eq "${value}"]` })),
    fc.array(id, { minLength: 2, maxLength: 3 }).map((values) => ({
      op: "remove" as const,
      path: `members[${values.map((value) => `value eq "${value}"`).join(" or ")}]`,
    })),
    fc
      .array(member, { minLength: 1, maxLength: 3 })
      .map((value) => ({ op: "remove" as const, path: "members", value })),
  );
  const keys = (members: unknown) => new Set(((members ?? []) as { value: string }[]).map(({ value }) => value));

  test("folded into a delta, or applied one by one, operations on members come to the same [G-21]", () => {
    fc.assert(
      fc.property(ids, fc.array(operation, { minLength: 1, maxLength: 6 }), (before, given) => {
        const prepared = prepare(type, given, LENIENT);
        const state = { id: "g", displayName: "G", members: [...new Set(before)].map((value) => ({ value })) };
        const oneByOne = applyPatch(type, state, prepared).resource.members;
        const delta = classify(prepared);
        if (delta === undefined) {
          expect(prepared).toEqual([]);
          return;
        }
        expect(keys(applyPatch(type, state, operationsOf(delta)).resource.members)).toEqual(keys(oneByOne));
        const folded = keys(before.map((value) => ({ value })));
        for (const value of delta.remove) folded.delete(value as string);
        for (const { value } of delta.add) folded.add(value as string);
        expect(folded).toEqual(keys(oneByOne));
      }),
      { numRuns: RUNS, seed },
    );
  });

  test("storage with deltas and storage without hold the same afterwards, and told of the same comings and goings", async () => {
    const memory = memoryStorage();
    const { applyDelta: _, ...slow } = memoryStorage();
    const services = [memory, slow as StorageAdapter].map((storage) =>
      directory({ storage, settings: { references: "ignore" } }),
    );
    await fc.assert(
      fc.asyncProperty(ids, fc.array(operation, { minLength: 1, maxLength: 5 }), async (before, given) => {
        const outcomes = [];
        for (const { ask, events } of services) {
          const members = [...new Set(before)].map((value) => ({ value }));
          const made = (await ask("POST", "/Groups", { schemas: [GROUP], displayName: "G", members })).json;
          events.length = 0;
          expect([200, 204]).toContain((await ask("PATCH", `/Groups/${made.id}`, patchOf(...given))).status);
          const after = (await ask("GET", `/Groups/${made.id}`)).json;
          const told = patchedEvents(events);
          outcomes.push({
            members: keys(after.members),
            isNew: after.meta.version !== made.meta.version,
            told: told.map(({ deltas }) =>
              deltas.map(({ joined, left }) => ({ joined: keys(joined), left: new Set(left) })),
            ),
          });
        }
        expect(outcomes[1]).toEqual(outcomes[0]);
      }),
      { numRuns: ASKED, seed },
    );
  });
});

test("nine spellings of one change come to one result [P-3.5.2-13 P-3.5.2.1-02 P-3.5.2.1-03 P-3.5.2.3-01 P-3.5.2.3-05 R-1 R-14 R-79 T-E5]", async () => {
  const path = `${ENTERPRISE}:department`;
  const spellings = [
    { op: "add", path, value: "Tours" },
    { op: "replace", path, value: "Tours" },
    { op: "Replace", path: path.toUpperCase(), value: "Tours" },
    { op: "add", path: ENTERPRISE, value: { department: "Tours" } },
    { op: "replace", path: ENTERPRISE, value: { Department: "Tours" } },
    { op: "add", value: { [ENTERPRISE]: { department: "Tours" } } },
    { op: "replace", value: { [ENTERPRISE]: { department: "Tours" } } },
    { op: "replace", value: { [path]: "Tours" } },
    { op: "add", path: USER, value: { [ENTERPRISE.toLowerCase()]: { department: "Tours" } } },
  ];
  for (const department of [undefined, "Sales"]) {
    const results = [];
    for (const spelling of spellings) {
      const { patch, read, events } = await account({
        title: "T",
        [ENTERPRISE]: { division: "D", ...(department === undefined ? {} : { department }) },
      });
      const answer = await patch(spelling);
      const told = patchedEvents(events).map(({ attributes, changes }) => ({ attributes, changes }));
      results.push({ status: answer.status, state: await read(), told });
    }
    expect(results).toEqual(Array(9).fill(results[0]));
    expect(results[0]?.state).toEqual({
      userName: "ada",
      title: "T",
      [ENTERPRISE]: { division: "D", department: "Tours" },
    });
  }
});
