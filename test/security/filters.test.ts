import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Answer, type Directory, directory, ENTERPRISE, filtered, USER } from "../support/directory.ts";
import { PATCH, patchOf } from "../support/patching.ts";

const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const INHERITED = [...Reflect.ownKeys(Object.prototype), ...Reflect.ownKeys(Array.prototype), "prototype"].filter(
  (key): key is string => typeof key === "string",
);

/** A service with one user, to whom `path` leads. */
async function withAda(): Promise<Directory & { readonly path: string }> {
  const made = directory();
  const { json } = await made.ask("POST", "/Users", {
    schemas: [USER],
    userName: "ada",
    password: "canary",
    emails: [{ value: "a@b.c", type: "work" }],
  });
  return { ...made, path: `/Users/${json.id}` };
}

test("names that every object inherits are no attributes, wherever a client can write one [T-C12]", async () => {
  const { ask, path } = await withAda();
  for (const name of INHERITED) {
    for (const filter of [
      `${name} pr`,
      `not (${name} pr)`,
      `name.${name} pr`,
      `${name}.name sw "O"`,
      `emails[${name} pr]`,
    ])
      expect((await ask("GET", filtered("/Users", filter))).json, filter).toMatchObject({
        status: "400",
        scimType: "invalidFilter",
      });
    expect((await ask("GET", `/Users?sortBy=${name}`)).status, name).toBe(400);
    const shown = await ask("GET", `${path}?attributes=${name},name.${name}`);
    expect(Object.keys(shown.json).sort(), name).toEqual(["id", "schemas"]);
    expect((await ask("GET", `/${name}`)).status).toBe(404);
  }
});

test("a secret is not found by a filter in any spelling of its name, and the answer is that of an unknown attribute [T-C13 T-F1]", async () => {
  const { ask } = await withAda();
  const spellings = (name: string) => [name, name.toUpperCase(), `${USER}:${name}`, `${USER.toUpperCase()}:${name}`];
  const blank = ({ status, body }: Answer) => [
    status,
    body?.replace(/(password|nosuchname)/gi, "?").replaceAll(/ *\^/g, "^"),
  ];
  for (const operator of ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"])
    for (const [at, secret] of spellings("password").entries()) {
      const unknown = spellings("nosuchname")[at] as string;
      for (const write of [
        (name: string) => `${name} ${operator} "c"`,
        (name: string) => `userName pr and not (${name} ${operator} "c")`,
      ]) {
        const refused = await ask("GET", filtered("/Users", write(secret)));
        expect(refused.json, write(secret)).toMatchObject({ status: "400", scimType: "invalidFilter" });
        expect(blank(refused)).toEqual(blank(await ask("GET", filtered("/Users", write(unknown)))));
      }
    }
  expect((await ask("GET", filtered("/Users", "password pr"))).json.scimType).toBe("invalidFilter");
});

test("query strings that are no text are 400, never a fault: broken escapes, NUL, wrong UTF-8 [T-C14]", async () => {
  const { ask, events, path } = await withAda();
  for (const odd of ["%E0%A4%A", "%", "%zz", "%ff", "%c0%af", "%ed%a0%80", "%00"])
    for (const parameter of ["filter", "attributes", "sortBy", "count", "cursor"]) {
      const { status } = await ask("GET", `/Users?${parameter}=${odd}`);
      expect(status === 400 || (parameter === "attributes" && status === 200), `${parameter}=${odd}`).toBe(true);
    }
  for (const odd of ["%E0%A4%A", "%", "%ff", "%00"])
    expect((await ask("GET", `/Users/${odd}`)).status, odd).toBeOneOf([400, 404]);
  const [plus, blank] = [
    await ask("GET", "/Users?filter=userName+pr"),
    await ask("GET", "/Users?filter=userName%20pr"),
  ];
  expect(plus.json).toEqual(blank.json);
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary-ascii", maxLength: 40 }), async (text) => {
      const { status } = await ask("GET", `${path}?${text.replaceAll(/[\s#]/g, "")}`);
      expect(status).toBeLessThan(500);
    }),
    { seed: 1, numRuns: 300 },
  );
  expect(events.filter(({ type }) => type === "fault")).toEqual([]);
});

describe("a filter that is too deep, too long or too wide", () => {
  const deep = (open: string, close: string, levels: number) =>
    `${open.repeat(levels)}userName pr${close.repeat(levels)}`;
  const BOMBS: readonly string[] = [
    deep("(", ")", 33),
    deep("(", ")", 2000),
    deep("not (", ")", 1000),
    "emails[".repeat(500),
    `a${".a".repeat(3000)} pr`,
    Array(1000).fill("id pr").join(" or "),
    `userName eq "${"a".repeat(9000)}`,
    "#".repeat(8000),
    '"'.repeat(8000),
  ];

  test("is 400 through every door: a URL, a search, a path, a path in a value, a bulk request, sortBy [T-C16]", async () => {
    const { ask, events, path } = await withAda();
    for (const bomb of BOMBS) {
      const patch = patchOf({ op: "replace", path: `emails[${bomb}].value`, value: "x" });
      const answers = [
        await ask("GET", filtered("/Users", bomb)),
        await ask("GET", filtered("/", bomb)),
        await ask("POST", "/Users/.search", { schemas: [SEARCH], filter: bomb }),
        await ask("POST", "/.search", { schemas: [SEARCH], filter: bomb }),
        await ask("GET", `/Users?sortBy=${encodeURIComponent(bomb)}`),
        await ask("PATCH", path, patch),
        await ask("PATCH", path, patchOf({ op: "replace", path: bomb, value: "x" })),
      ];
      for (const { status, body } of answers) {
        expect(status, bomb.slice(0, 20)).toBe(400);
        expect((body as string).length).toBeLessThan(1000);
      }
      // A name of a value that is no path is an unknown attribute, which lenient leaves out.
      const inValue = await ask("PATCH", path, patchOf({ op: "replace", value: { [`emails[${bomb}].value`]: "x" } }));
      expect(inValue.status).toBeLessThan(500);
      const bulk = await ask("POST", "/Bulk", {
        schemas: [BULK],
        Operations: [{ method: "PATCH", path, data: patch }],
      });
      expect(bulk.json.Operations).toMatchObject([{ status: "400" }]);
    }
    expect(events.filter(({ type }) => type === "fault")).toEqual([]);
    expect((await ask("GET", path)).json.emails).toEqual([{ value: "a@b.c", type: "work" }]);
    expect(patchOf()).toMatchObject({ schemas: [PATCH] });
  });
});

test("a value of another type than its attribute is 400 invalidFilter, not a comparison that is never true [T-C9]", async () => {
  const { ask } = await withAda();
  for (const filter of [
    'active eq "yes"',
    "active eq 1",
    "active gt true",
    'meta.created gt "x"',
    'meta.lastModified lt "2026-13-01T00:00:00Z"',
    "meta.created gt 5",
    "userName gt 5",
    "userName co 5.5e999",
    "userName eq true",
    `${ENTERPRISE}:employeeNumber eq 1e400`,
    "userName co true",
  ])
    expect((await ask("GET", filtered("/Users", filter))).json, filter).toMatchObject({ scimType: "invalidFilter" });
});
