import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DiffOperation, diff } from "../../src/client/index.ts";
import { EnterpriseUserSchema, Group, User } from "../../src/index.ts";
import type { ParsedOperation } from "../../src/patch/index.ts";
import { currentStates, desiredStates, PERSON, Person, patchByTheEngine } from "../support/diff-cases.ts";
import { hasTwins, plainOf, stateAfter } from "../support/diff-model.ts";
import { type ModelOperation, patchByTheBook } from "../support/patch-model.ts";
import { pickSeed, pickSize } from "../support/size.ts";

type State = Record<string, unknown>;

const seed = pickSeed();
const RUNS = pickSize("pairs of states", { everyday: 2000, thorough: 20_000 });

/** What a literal reading of the RFC makes of a PATCH; undefined where it refuses it. */
function byTheBook(current: State, operations: readonly DiffOperation[]): unknown {
  const outcome = patchByTheBook(PERSON, current, operations as readonly ModelOperation[]);
  return outcome.status === 200 ? plainOf(outcome.resource) : "refused";
}

/** Each PATCH that has one operation less, or one value less. */
function lesserThan(operations: readonly DiffOperation[]): readonly (readonly DiffOperation[])[] {
  return operations.flatMap((operation, place) => {
    const without = operations.toSpliced(place, 1);
    const { value } = operation;
    if (Array.isArray(value) && value.length > 1)
      return [
        without,
        ...value.map((_, index) => operations.with(place, { ...operation, value: value.toSpliced(index, 1) })),
      ];
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [without];
    const parts = Object.keys(value).map((name) => {
      const { [name]: _, ...rest } = value as State;
      return operations.with(place, { ...operation, value: rest });
    });
    return [without, ...parts];
  });
}

function withoutKinds(state: State): State {
  const { crew } = state;
  return Array.isArray(crew) ? { ...state, crew: crew.map(({ value }) => ({ value })) } : state;
}

describe("applying a difference gives the desired state", () => {
  test.each([
    ["the resource type is known", RUNS, { resourceType: Person }],
    ["nothing but the values is known", RUNS / 10, {}],
  ])("by a literal reading of the RFC and by scimkit's engine, and nothing is sent in vain, where %s", (_, numRuns, options) => {
    const sizes = { none: 0, some: 0 };
    fc.assert(
      fc.property(currentStates, desiredStates, (some, wanted) => {
        // Nobody but the resource type says that a sub-attribute is immutable.
        const [current, desired] =
          "resourceType" in options ? [some, wanted] : [withoutKinds(some), withoutKinds(wanted)];
        const after = stateAfter(current, desired);
        fc.pre(!hasTwins(after));
        const operations = diff(current, desired, options);
        const expected = plainOf(after);
        const book = byTheBook(current, operations);
        if (!isDeepStrictEqual(book, expected))
          expect({ operations, state: book }).toEqual({ operations, state: expected });
        const engine = plainOf(patchByTheEngine(current, operations as readonly ParsedOperation[]));
        if (!isDeepStrictEqual(engine, expected))
          expect({ operations, state: engine }).toEqual({ operations, state: expected });
        for (const lesser of lesserThan(operations))
          if (isDeepStrictEqual(byTheBook(current, lesser), expected)) expect(lesser).toEqual(operations);
        sizes[operations.length === 0 ? "none" : "some"]++;
      }),
      { numRuns, seed },
    );
    expect(sizes.some).toBeGreaterThan(numRuns / 2);
  });
});

describe("no smaller PATCH of the same form gives the desired state", () => {
  const CASES = pickSize("lists searched for all that would do", { everyday: 150, thorough: 1000 });

  test("of all that can be said of a small list, element by element", () => {
    let searched = 0;
    fc.assert(
      fc.property(currentStates, desiredStates, ({ mails: was = [] }, { mails: wanted }) => {
        const [current, desired] = [{ mails: was }, { mails: wanted ?? [] }] as const;
        const after = stateAfter(current, desired);
        const operations = diff(current, desired, { resourceType: Person });
        // Where elements cannot be told apart there is nothing to search: the list is replaced.
        const isWhole = operations.some(({ op, path }) => op === "replace" && path === "mails");
        fc.pre(!hasTwins(after) && !isWhole && operations.length > 0 && operations.length <= 3);
        searched++;
        const expected = plainOf(after);
        for (const other of formsOf(was as State[], (after.mails ?? []) as State[], operations.length))
          if (isSmaller(other, operations) && isDeepStrictEqual(byTheBook(current, other), expected))
            expect(other).toEqual(operations);
      }),
      { numRuns: CASES, seed },
    );
    expect(searched).toBe(CASES);
  });
});

function measureOf(operations: readonly DiffOperation[]): readonly [operations: number, values: number] {
  const count = (value: unknown): number =>
    typeof value === "object" && value !== null
      ? Object.values(value).reduce<number>((sum, one) => sum + count(one), 0)
      : value === undefined
        ? 0
        : 1;
  return [operations.length, count(operations.map(({ value }) => value))];
}

function isSmaller(left: readonly DiffOperation[], right: readonly DiffOperation[]): boolean {
  const [[operations, values], [most, valuesOfMost]] = [measureOf(left), measureOf(right)];
  return operations < most || (operations === most && values < valuesOfMost);
}

/**
 * Every PATCH of `mails` in the form of `diff`, of at most so many operations: one element at a time, named by one thing throughout, no
 * element sent that is there, nothing touched twice.
 */
function* formsOf(was: readonly State[], target: readonly State[], most: number): Generator<readonly DiffOperation[]> {
  yield [{ op: "remove", path: "mails" }];
  const twinOf = ({ value, type }: State): string => JSON.stringify([value, type]).toLowerCase();
  const isThere = (element: State): boolean => was.some((other) => twinOf(other) === twinOf(element));
  const additions = subsetsOf(target.filter((element) => !isThere(element)));
  for (const names of [["value"], ["type"], ["value", "type"]]) {
    const texts = was.map((element) => filterOf(element, names)?.toLowerCase());
    const isAlone = (element: State): boolean =>
      texts.filter((text) => text === filterOf(element, names)?.toLowerCase()).length === 1;
    const single = was.filter(isAlone).flatMap((element) => operationsOn(element, names, target));
    for (const some of subsetsOf(single, most).filter(isOnce)) {
      for (const value of additions) {
        const removed = some.filter(({ op, path }) => op === "remove" && path.endsWith("]")).map(({ path }) => path);
        if (value.some((element) => removed.includes(`mails[${filterOf(element, names)}]`))) continue;
        // What is added is new: nothing that an operation before has made is touched by it.
        if (was.length - removed.length + value.length !== target.length) continue;
        yield value.length === 0 ? some : [...some, { op: "add", path: "mails", value }];
      }
    }
  }
}

function filterOf(element: State, names: readonly string[]): string | undefined {
  if (names.some((name) => element[name] === undefined)) return undefined;
  return names.map((name) => `${name} eq ${JSON.stringify(element[name])}`).join(" and ");
}

function operationsOn(element: State, names: readonly string[], target: readonly State[]): readonly DiffOperation[] {
  const filter = filterOf(element, names);
  if (filter === undefined) return [];
  const path = `mails[${filter}]`;
  const parts = ["value", "type", "display", "primary"].filter((name) => !names.includes(name));
  const values = (name: string) => [...new Set(target.map((other) => other[name]))];
  return [
    { op: "remove", path },
    ...parts.flatMap((name) => [
      // What is to be false is said to be, not left to what is taken for it.
      ...(element[name] === undefined || values(name).includes(false)
        ? []
        : [{ op: "remove", path: `${path}.${name}` } as const]),
      ...values(name)
        .filter((value) => value !== undefined && value !== element[name])
        .map((value) => ({ op: "replace", path: `${path}.${name}`, value }) as const),
    ]),
  ];
}

/** Whether no element, and no part of one, is touched twice. */
function isOnce(operations: readonly DiffOperation[]): boolean {
  const paths = operations.map(({ path }) => path);
  return paths.every((path, place) =>
    paths.every((other, index) => index === place || !(other === path || other.startsWith(`${path}.`))),
  );
}

function subsetsOf<T>(all: readonly T[], most = all.length): readonly (readonly T[])[] {
  const subsets: (readonly T[])[] = [[]];
  for (const one of all) for (const some of subsets.filter(({ length }) => length < most)) subsets.push([...some, one]);
  return subsets;
}

describe("a difference", () => {
  const user = {
    schemas: [User.schema.id],
    id: "1",
    userName: "ada",
    active: true,
    name: { givenName: "Ada", familyName: "Byron" },
    emails: [{ type: "work", value: "ada@example.com", primary: true }],
    groups: [{ value: "g" }],
    meta: { resourceType: "User" },
    [EnterpriseUserSchema.id]: { department: "R&D", manager: { value: "7", displayName: "Grace" } },
  };
  const Employee = User.extend(EnterpriseUserSchema);

  test("names an extension's attribute by its URN, and says nothing of what the server writes", () => {
    const desired = {
      ...user,
      id: "2",
      meta: {},
      groups: [],
      [EnterpriseUserSchema.id]: { department: null, manager: { value: "8", displayName: "Alan" } },
    };
    expect(diff(user, desired, { resourceType: Employee })).toEqual([
      { op: "remove", path: `${EnterpriseUserSchema.id}:department` },
      { op: "replace", path: `${EnterpriseUserSchema.id}:manager.value`, value: "8" },
    ]);
  });

  test("removes nothing that the desired state only does not have, unless it is asked to", () => {
    const group = { displayName: "Analysts", externalId: "x", members: [{ value: "1" }, { value: "2" }] };
    expect(diff(group, { displayName: "Analysts", members: undefined })).toEqual([]);
    expect(diff(group, { displayName: "Analysts", [EnterpriseUserSchema.id]: {} })).toEqual([]);
    expect(diff(group, { displayName: "Analysts" }, { absent: "remove" })).toEqual([
      { op: "remove", path: "externalId" },
      { op: "remove", path: "members" },
    ]);
    expect(diff(group, { members: [] })).toEqual([{ op: "remove", path: "members" }]);
    expect(diff(group, { members: null })).toEqual([{ op: "remove", path: "members" }]);
  });

  test("refuses a list with a gap, which would remove who is not named, and one with two primaries", () => {
    expect(() => diff({ members: [{ value: "1" }] }, { members: [undefined] })).toThrow(
      new TypeError("diff: members has an element without a value; leave it out, or leave members out."),
    );
    const emails = [
      { value: "a", primary: true },
      { value: "b", primary: true },
    ];
    expect(() => diff({}, { emails })).toThrow(TypeError);
  });

  test("moves the primary by one operation, and says nothing of members that the server has told more of", () => {
    const emails = [
      { type: "work", value: "ada@example.com" },
      { type: "home", value: "a@example.org", primary: true },
    ];
    expect(diff({ emails: [...user.emails, { type: "home", value: "a@example.org" }] }, { emails })).toEqual([
      { op: "replace", path: 'emails[value eq "a@example.org"].primary', value: true },
    ]);
    const members = [{ value: "1", $ref: "https://example.com/Users/1", type: "User", display: "Ada" }];
    expect(diff({ members }, { members: [{ value: "1" }, { value: "2" }] }, { resourceType: Group })).toEqual([
      { op: "add", path: "members", value: [{ value: "2" }] },
    ]);
  });

  test("escapes what it names an element by, and takes an immutable part by a new element", () => {
    const value = 'a"] or value pr or value eq "\\';
    const operations = diff({ mails: [{ value }, { value: "b" }] }, { mails: [{ value: "b" }] });
    expect(operations).toEqual([{ op: "remove", path: `mails[value eq ${JSON.stringify(value)}]` }]);
    expect(patchByTheEngine({ mails: [{ value }, { value: "b" }] }, operations as ParsedOperation[])).toMatchObject({
      mails: [{ value: "b" }],
    });
    const crew = [{ value: "1", kind: "User" }, { value: "2" }];
    expect(diff({ crew }, { crew: [{ value: "1", kind: "Group" }, { value: "2" }] }, { resourceType: Person })).toEqual(
      [
        { op: "remove", path: 'crew[value eq "1"]' },
        { op: "add", path: "crew", value: [{ value: "1", kind: "Group" }] },
      ],
    );
  });

  test("of two groups of 20,000 takes a moment, as it does not compare each with each", () => {
    const members = Array.from({ length: 20_000 }, (_, index) => ({ value: String(index), display: `User ${index}` }));
    const desired = members.slice(1).map(({ value }) => ({ value }));
    expect(diff({ members }, { members: [...desired, { value: "new" }] })).toEqual([
      { op: "remove", path: 'members[value eq "0"]' },
      { op: "add", path: "members", value: [{ value: "new" }] },
    ]);
  });
});
