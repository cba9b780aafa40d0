import jsonPatch from "fast-json-patch";
import { compileResourceType, Group, User } from "scimkit";
import { applyPatch, type ParsedOperation, prepare } from "scimkit/patch";
import { describe, expect, test } from "vitest";
import { Device } from "../support/patching.ts";

const user = compileResourceType(User);
const group = compileResourceType(Group);
const thing = compileResourceType(Device);

/** The operations that a PATCH came to; what they make of the resource is what it made. */
function changesOf(type: typeof user, before: object, operations: readonly ParsedOperation[]) {
  const { resource, changes } = applyPatch(type, { id: "1", ...before }, prepare(type, operations));
  const again = jsonPatch.applyPatch(
    structuredClone({ id: "1", ...before }),
    structuredClone([...changes]),
  ).newDocument;
  expect(again).toEqual(resource);
  return changes;
}

const mails = (count: number) => Array.from({ length: count }, (_, index) => ({ value: `${index}@x`, type: "work" }));
const removals = (count: number) =>
  mails(count).map(({ value }): ParsedOperation => ({ op: "remove", path: `emails[value eq "${value}"]` }));

describe("what a PATCH came to, as operations of RFC 6902", () => {
  test("names what changed in a complex value, and nothing else", () => {
    const before = { userName: "ada", name: { givenName: "A", middleName: "M", familyName: "B" } };
    expect(
      changesOf(user, before, [
        { op: "replace", path: "name.givenName", value: "C" },
        { op: "remove", path: "name.middleName" },
        { op: "add", path: "name.formatted", value: "C B" },
        { op: "replace", path: "name.familyName", value: "B" },
        { op: "add", path: "title", value: "T" },
      ]),
    ).toEqual([
      { op: "replace", path: "/name/givenName", value: "C" },
      { op: "remove", path: "/name/middleName" },
      { op: "add", path: "/name/formatted", value: "C B" },
      { op: "add", path: "/title", value: "T" },
    ]);
    expect(changesOf(user, before, [{ op: "remove", path: "name" }])).toEqual([{ op: "remove", path: "/name" }]);
    const short = { userName: "ada", name: { givenName: "A" } };
    expect(changesOf(user, short, [{ op: "remove", path: "name.givenName" }])).toEqual([
      { op: "remove", path: "/name" },
    ]);
  });

  test("names what changed in an element, by its place", () => {
    expect(
      changesOf(user, { userName: "ada", emails: [...mails(2), { value: "c@x" }] }, [
        { op: "replace", path: 'emails[value eq "1@x"].type', value: "home" },
        { op: "add", path: 'emails[value eq "c@x"].display', value: "C" },
        { op: "remove", path: 'emails[value eq "0@x"].type' },
      ]),
    ).toEqual([
      { op: "replace", path: "/emails/1/type", value: "home" },
      { op: "add", path: "/emails/2/display", value: "C" },
      { op: "remove", path: "/emails/0/type" },
    ]);
  });

  test("puts another simple value in its place, and new ones behind the others", () => {
    expect(
      changesOf(thing, { label: "l", owners: ["it"], tags: ["a", "b"] }, [
        { op: "replace", path: 'tags[value eq "b"]', value: "c" },
        { op: "add", path: "tags", value: ["d", "e"] },
        { op: "remove", path: 'tags[value eq "d"]' },
      ]),
    ).toEqual([
      { op: "replace", path: "/tags/1", value: "c" },
      { op: "add", path: "/tags/-", value: "e" },
    ]);
  });

  test("removes from the last to the first, so that no place moves before it is used", () => {
    expect(changesOf(user, { userName: "ada", emails: mails(9) }, removals(8))).toEqual(
      [7, 6, 5, 4, 3, 2, 1, 0].map((place) => ({ op: "remove", path: `/emails/${place}` })),
    );
  });

  test("is one replacement where more elements go, where the list is another one, and where elements became the same", () => {
    expect(changesOf(user, { userName: "ada", emails: mails(10) }, removals(9))).toEqual([
      { op: "replace", path: "/emails", value: [{ value: "9@x", type: "work" }] },
    ]);
    const other = [{ value: "n@x" }];
    expect(
      changesOf(user, { userName: "ada", emails: mails(2) }, [{ op: "replace", path: "emails", value: other }]),
    ).toEqual([{ op: "replace", path: "/emails", value: other }]);
    expect(
      changesOf(user, { userName: "ada", emails: mails(2) }, [
        { op: "replace", path: 'emails[value eq "1@x"].value', value: "0@x" },
      ]),
    ).toEqual([{ op: "replace", path: "/emails", value: mails(1) }]);
  });

  test("is one replacement of a collection, whose places nobody knows", () => {
    const members = [{ value: "a" }, { value: "b" }];
    expect(changesOf(group, { displayName: "g", members }, [{ op: "remove", path: 'members[value eq "a"]' }])).toEqual([
      { op: "replace", path: "/members", value: [{ value: "b" }] },
    ]);
  });

  test("adds a list that was not there, and removes one in which nothing is left", () => {
    expect(changesOf(user, { userName: "ada" }, [{ op: "add", path: "emails", value: mails(2) }])).toEqual([
      { op: "add", path: "/emails", value: mails(2) },
    ]);
    expect(changesOf(user, { userName: "ada", emails: mails(2) }, removals(2))).toEqual([
      { op: "remove", path: "/emails" },
    ]);
    expect(changesOf(user, { userName: "ada", emails: mails(2) }, [{ op: "remove", path: "emails" }])).toEqual([
      { op: "remove", path: "/emails" },
    ]);
  });

  test("is nothing where all is as it was in the end", () => {
    const emails = mails(2);
    for (const operations of [
      [{ op: "replace", path: "emails", value: mails(2) }],
      [
        { op: "add", path: "emails", value: [{ value: "n@x" }] },
        { op: "remove", path: 'emails[value eq "n@x"]' },
      ],
      [
        { op: "replace", path: 'emails[value eq "1@x"].type', value: "home" },
        { op: "replace", path: 'emails[value eq "1@x"].type', value: "work" },
      ],
      [{ op: "add", path: "emails", value: [{ value: "0@x", type: "work" }] }],
      [{ op: "remove", path: 'emails[value eq "none@x"]' }],
    ] as const)
      expect(changesOf(user, { userName: "ada", emails }, operations)).toEqual([]);
  });

  test("shares what it does not touch with the resource that came in, and leaves that as it was", () => {
    const before = { id: "1", userName: "ada", emails: mails(3), phoneNumbers: [{ value: "1" }] };
    const copy = structuredClone(before);
    const operations = prepare(user, [{ op: "replace", path: 'emails[value eq "1@x"].type', value: "home" }]);
    const { resource } = applyPatch(user, before, operations);
    expect(before).toEqual(copy);
    const emails = resource.emails as readonly unknown[];
    expect(emails[0]).toBe(before.emails[0]);
    expect(emails[1]).toEqual({ value: "1@x", type: "home" });
    expect(emails[1]).not.toBe(before.emails[1]);
    expect(resource.phoneNumbers).toBe(before.phoneNumbers);
  });
});

describe("what a PATCH compares", () => {
  const emails = mails(10);
  const cost = (operations: readonly ParsedOperation[], most: number) =>
    applyPatch(user, { id: "1", userName: "ada", emails }, prepare(user, operations), { maxComparisons: most });
  const tooMany = expect.objectContaining({ status: 400, scimType: "tooMany" });

  test.each([
    ["each element with each name of a filter", [{ op: "remove", path: 'emails[type eq "x" or display eq "y"]' }], 20],
    ["each element once, without a filter", [{ op: "replace", path: "emails.display", value: "d" }], 10],
    [
      "those of all operations together",
      [
        { op: "remove", path: 'emails[type eq "x"]' },
        { op: "remove", path: 'emails[value eq "0@x"]' },
        { op: "remove", path: 'emails[type eq "x"]' },
      ],
      19,
    ],
  ] as const)("is %s at least, and not much more", (_, operations, comparisons) => {
    expect(() => cost(operations, comparisons - 1)).toThrow(tooMany);
    expect(() => cost(operations, comparisons + 5)).not.toThrow();
  });

  test.each([
    'emails[value eq "1@x"].display',
    'emails[(value eq "1@x" or value eq "2@x") and not (display pr)].display',
  ])("is less than each element where values name those that are meant: %s", (path) => {
    expect(() => cost([{ op: "replace", path, value: "d" }], emails.length - 1)).not.toThrow();
  });
});
