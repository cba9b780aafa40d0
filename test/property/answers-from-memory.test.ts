import fc from "fast-check";
import { expect, test } from "vitest";
import { compileResourceType, User } from "../../src/index.ts";
import { SELECT_ALL } from "../../src/storage/adapter.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { wrapStorage } from "../../src/storage/wrap.ts";
import { directory, ENTERPRISE, filtered, GROUP, USER } from "../support/directory.ts";
import { PATCH } from "../support/quirk.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
const RUNS = pickSize("directories", { everyday: 60, thorough: 600 });

const PEOPLE = 4;
const person = fc.nat({ max: PEOPLE - 1 });
const text = fc.constantFrom("a", "Ä", 'quo"te', "back\\slash", "line\u2028");
const mail = fc.record(
  { value: text, type: fc.constantFrom("work", "home"), display: text },
  { requiredKeys: ["value"] },
);
/** Members in any order, as clients send them. */
const members = fc
  .record(
    {
      externalId: text,
      displayName: text,
      nickName: text,
      title: text,
      active: fc.boolean(),
      name: fc.record({ familyName: text, givenName: text }, { requiredKeys: ["givenName"] }),
      emails: fc.oneof(
        fc.array(mail, { minLength: 1, maxLength: 3 }),
        // More than are written together with those of others.
        fc.constant(Array.from({ length: 150 }, (_, at) => ({ value: `m${at}`, type: "work" }))),
      ),
      extension: fc.record({ department: text, employeeNumber: text, manager: person }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  )
  .chain((all) => fc.shuffledSubarray(Object.entries(all), { minLength: Object.keys(all).length }));

/** A user with an id that is known before: managers may be created after those whom they lead. */
function userOf(at: number, given: readonly (readonly [string, unknown])[]): object {
  const rest = given.map(([name, value]): [string, unknown] => {
    if (name !== "extension") return [name, value];
    const { manager, ...extension } = value as { readonly manager?: number };
    return [ENTERPRISE, { ...extension, ...(manager === undefined ? {} : { manager: { value: `p${manager}` } }) }];
  });
  return Object.fromEntries([...rest, ["userName", `user${at}`], ["schemas", [USER, ENTERPRISE]]]);
}

const SELECTIONS = [
  "",
  "attributes=userName,emails.value",
  "excludedAttributes=emails,name.givenName",
  "attributes=meta.location",
];

test("an answer is the same to the last byte whether storage is asked for copies or for what it keeps", async () => {
  const property = fc.asyncProperty(
    fc.array(members, { minLength: PEOPLE, maxLength: PEOPLE }),
    fc.array(fc.tuple(person, fc.constantFrom("nickName", "userType", "emails"), text), { maxLength: 3 }),
    fc.uniqueArray(person, { maxLength: PEOPLE }),
    async (people, patches, staff) => {
      const storage = memoryStorage();
      let made = 0;
      const { ask } = directory({
        storage,
        idFor: ({ resourceType }) => (resourceType === "User" ? `p${made++}` : "g"),
      });
      // Whatever stands around a storage is asked for copies.
      const around = directory({ storage: wrapStorage(storage, () => ({})) });
      for (const [at, given] of people.entries())
        expect((await ask("POST", "/Users", userOf(at, given))).status).toBe(201);
      // Some are read before they change, and some are not.
      await ask("GET", "/Users?count=2");
      for (const [at, path, value] of patches) {
        const op = path === "emails" ? { op: "add", path, value: [{ value }] } : { op: "add", path, value };
        expect((await ask("PATCH", `/Users/p${at}`, { schemas: [PATCH], Operations: [op] })).status).toBeLessThan(300);
      }
      await ask("POST", "/Groups", {
        schemas: [GROUP],
        displayName: "Staff",
        members: staff.map((at) => ({ value: `p${at}` })),
      });
      const paths = [
        "/Users",
        "/Groups",
        "/",
        "/Users/p0",
        "/Users/p1",
        "/Groups/g",
        filtered("/Users", 'userName eq "user2"'),
      ];
      for (const path of paths)
        for (const selection of SELECTIONS) {
          const url = selection === "" ? path : `${path}${path.includes("?") ? "&" : "?"}${selection}`;
          const { json: _, ...answer } = await ask("GET", url);
          const { json: __, ...expected } = await around.ask("GET", url);
          expect(answer, url).toEqual(expected);
          expect(answer.status, url).toBe(200);
        }
    },
  );
  await fc.assert(property, { seed, numRuns: RUNS });
});

test("what a host gets from memory storage is its own, before and after the service has read it", async () => {
  const storage = memoryStorage();
  const { ask } = directory({ storage });
  const { json } = await ask("POST", "/Users", { schemas: [USER], userName: "a", emails: [{ value: "a@b.c" }] });
  const before = await ask("GET", `/Users/${json.id}`);
  const resourceType = compileResourceType(User);
  const got = await storage.get({ resourceType, id: json.id, select: SELECT_ALL }, {});
  const { emails } = got as unknown as { readonly emails: { value: string }[] };
  for (const email of emails) email.value = "changed";
  expect((await ask("GET", `/Users/${json.id}`)).body).toBe(before.body);
});
