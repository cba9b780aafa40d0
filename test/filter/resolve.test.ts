import { describe, expect, test } from "vitest";
import { parseFilter } from "../../src/filter/parser.ts";
import { printFilter } from "../../src/filter/print.ts";
import { type ResolveOptions, resolveFilter, resolveWhereKnown } from "../../src/filter/resolve.ts";
import { compileResourceType, EnterpriseUserSchema, isScimError, profiles, User } from "../../src/index.ts";
import { directory, ENTERPRISE, filtered, USER } from "../support/directory.ts";

const Type = compileResourceType(User.extend(EnterpriseUserSchema));

/** The resolved filter as text. */
function resolved(text: string, options: ResolveOptions = {}): string {
  return printFilter(
    resolveFilter(parseFilter(text, { valuePathComparison: true }), Type, options),
    ({ text: path }) => path,
  );
}

function refusal(text: string, options: ResolveOptions = {}): string {
  try {
    resolved(text, options);
  } catch (error) {
    if (isScimError(error) && error.status === 400 && error.scimType === "invalidFilter") return error.detail;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

describe("names", () => {
  test.each([
    ["USERNAME pr", "userName pr"],
    [`${USER}:userName pr`, "userName pr"],
    [`${USER.toUpperCase()}:NAME.GIVENNAME pr`, "name.givenName pr"],
    [`${ENTERPRISE}:Department pr`, `${ENTERPRISE}:department pr`],
    [`${ENTERPRISE}:manager.value eq "x"`, `${ENTERPRISE}:manager.value eq "x"`],
    ['emails[TYPE eq "work"]', 'emails[emails.type eq "work"]'],
    ['emails co "x"', 'emails.value co "x"'],
    ['schemas eq "x"', 'schemas eq "x"'],
  ])("%s is %s [P-3.4.2.2-03 P-3.4.2.2-28 R-31 R-62]", (text, expected) => {
    expect(resolved(text)).toBe(expected);
  });

  test.each([
    'nosuch eq "x"',
    'name.nosuch eq "x"',
    'emails[nosuch eq "x"]',
    "department pr",
    'urn:example:unknown:2.0:User:userName eq "x"',
    'password eq "x"',
    "password pr",
    'not (password sw "a")',
    `${USER}:password pr`,
  ])("%s names nothing that can be filtered by [P-3.4.2.2-23 P-3.4.2.1-05 R-35 R-36]", (text) => {
    expect(refusal(text)).toContain("/Schemas");
  });

  test("of an extension may stand alone only where the profile says so", () => {
    expect(
      resolved('department eq "x"', {
        alias: (name) => (name === "department" ? `${ENTERPRISE}:department` : undefined),
      }),
    ).toBe(`${ENTERPRISE}:department eq "x"`);
    expect(refusal('department eq "x"')).toContain("department");
  });

  test("of attributes that the caller may not read are as unknown as those that do not exist [T-F4]", () => {
    const isReadable: ResolveOptions["isReadable"] = ({ path }) => path !== "title" && path !== "emails.value";
    expect(refusal("title pr", { isReadable })).toBe(refusal("titla pr").replace("titla", "title"));
    expect(refusal('emails co "x"', { isReadable: ({ path }) => path !== "emails" })).toContain("emails");
    expect(refusal('emails[value eq "x"]', { isReadable })).toContain('"emails.value"');
  });
});

describe("operators and operands", () => {
  test.each([
    "active gt true",
    "active le false",
    'x509Certificates.value lt "AA"',
    'x509Certificates gt "AA"',
    'active co "t"',
    'x509Certificates.value sw "AA"',
    'meta.created sw "2011"',
    'meta.lastModified co "T"',
  ])("%s is a comparison that the type does not have [P-3.4.2.2-12 P-3.4.2.2-15 R-34]", (text) => {
    expect(refusal(text)).toMatch(/of type \w+, which \w\w does not apply to; it has eq, ne/);
  });

  test.each([
    ["userName eq 5", "a string, not a number"],
    ["userName eq true", "a string"],
    ['active eq "true"', "true or false, not a string"],
    ['active eq "yes"', "true or false"],
    ["meta.created gt 5", "meta.created"],
    ['meta.created gt "notadate"', "meta.created"],
    ['meta.created eq "2026-02-30T00:00:00Z"', "meta.created"],
    ["emails.primary eq 1", "emails.primary"],
    ["emails[primary eq 1]", "emails.primary"],
    ['x509Certificates.value eq "not base64!"', "x509Certificates.value"],
  ])("%s has an operand of another type [P-3.4.2.2-36 R-34]", (text, problem) => {
    expect(refusal(text)).toContain(problem);
  });

  test.each([
    "title gt null",
    "title co null",
    "meta.created le null",
    "emails.value sw null",
    "active ge null",
  ])("%s: only eq and ne go with null [P-3.4.2.2-27 R-33]", (text) => {
    expect(refusal(text)).toContain("only eq and ne can compare with null");
  });

  test("a URL is compared by what it leads to, with eq and ne alone", () => {
    const idOf = (url: string) => (url.endsWith("/1") ? "1" : undefined);
    expect(resolved('groups.$ref eq "https://example.com/1"', { idOf })).toBe('groups.value eq "1"');
    expect(resolved('groups.$ref ne "https://elsewhere.example/2"', { idOf })).toBe('groups.value ne ""');
    expect(resolved('meta.location eq "https://example.com/1"', { idOf })).toBe('id eq "1"');
    expect(resolved("groups.$ref pr")).toBe("groups.value pr");
    expect(refusal('groups.$ref co "x"')).toContain("eq and ne only");
    expect(refusal("groups.$ref eq 5")).toContain("a URI");
  });

  test("an operand may be as long as a value, and no longer [T-C16]", () => {
    const limits = { stringLength: 5, binaryLength: 5, elements: 5, collectionElements: 5 };
    expect(resolved('title eq "12345"', { limits })).toContain("12345");
    expect(refusal('title eq "123456"', { limits })).toContain("5 characters");
  });

  test("a singular complex attribute stands for its value only where the profile says so [R-31]", () => {
    const manager = `${ENTERPRISE}:manager eq "x"`;
    expect(refusal(manager)).toContain("complex");
    expect(resolved(manager, { impliedValue: () => undefined })).toBe(`${ENTERPRISE}:manager.value eq "x"`);
    expect(refusal('name eq "x"', { impliedValue: () => undefined })).toContain("name.familyName");
  });
});

describe("booleans as text", () => {
  test("are read by the default profile and refused by the strict one [R-54]", async () => {
    for (const [profile, operand, status] of [
      ["lenient", '"True"', 200],
      ["lenient", '"false"', 200],
      ["lenient", '"yes"', 400],
      ["strict", '"True"', 400],
      ["strict", "true", 200],
    ] as const) {
      const service = directory({ profile });
      await service.ask("POST", "/Users", { schemas: [USER], userName: "ann", active: true });
      const answer = await service.ask("GET", filtered("/Users", `active eq ${operand}`));
      expect(answer.status, `${profile} ${operand}`).toBe(status);
      if (status === 200) expect(answer.json.totalResults).toBe(operand === '"false"' ? 0 : 1);
    }
  });

  test("are barewords where they have no quotes, which strict refuses: True is no JSON [R-29 R-30]", async () => {
    const service = directory({ profile: "strict" });
    for (const operand of ["True", "TRUE", "ann", "'ann'"])
      expect((await service.ask("GET", filtered("/Users", `userName eq ${operand}`))).json, operand).toMatchObject({
        status: "400",
        scimType: "invalidFilter",
      });
    for (const profile of [profiles.lenient, profiles.entra, profiles.authentik])
      expect((await directory({ profile }).ask("GET", filtered("/Users", "externalId eq ann"))).status).toBe(200);
  });
});

describe("resolving where some attributes are unknown", () => {
  function folded(text: string): { readonly outcome: string | boolean; readonly unknown: readonly string[] } {
    const unknown: string[] = [];
    const filter = resolveWhereKnown(parseFilter(text), Type, {}, (name) => unknown.push(name));
    return { outcome: typeof filter === "boolean" ? filter : printFilter(filter, ({ text: path }) => path), unknown };
  }

  test.each([
    ["no pr", false, ["no"]],
    ['no eq "x"', false, ["no"]],
    ['no ne "x"', true, ["no"]],
    ["no eq null", true, ["no"]],
    ["no ne null", false, ["no"]],
    ["no gt 5", false, ["no"]],
    ["not (no pr)", true, ["no"]],
    ["not (not (no pr))", false, ["no"]],
    ['no[x eq "1"]', false, ["no", "no.x"]],
    ["title pr and no pr", false, ["no"]],
    ["title pr or no pr", "title pr", ["no"]],
    ['title pr and no ne "x"', "title pr", ["no"]],
    ["title pr or not (no pr)", true, ["no"]],
    ["not (title pr and no pr)", true, ["no"]],
    ["(title pr or id pr) or no pr", "title pr or id pr", ["no"]],
    ["title pr and (no pr or (id pr and active pr))", "title pr and id pr and active pr", ["no"]],
    ["title pr or (not (no pr) and (id pr or active pr))", "title pr or id pr or active pr", ["no"]],
    ['emails[no eq "x"]', false, ["emails.no"]],
    ['emails[no ne "x"]', "emails pr", ["emails.no"]],
    ['emails[no ne "x" and type eq "work"]', 'emails[emails.type eq "work"]', ["emails.no"]],
    ["password pr", false, ["password"]],
  ])("%s comes to %j [P-3.4.2.1-04 R-35]", (text, outcome, unknown) => {
    expect(folded(text)).toEqual({ outcome, unknown });
  });
});

test("an unknown name within brackets is named, and what it is compared with is not [R-35 T-L2]", async () => {
  const { ask } = directory();
  const filter = encodeURIComponent('emails[tpye eq "c4nary"]');
  const { json } = await ask("GET", `/Users?filter=${filter}`);
  expect(json).toMatchObject({
    scimType: "invalidFilter",
    detail: '"emails.tpye" is not an attribute that can be filtered here; see /Schemas for the attributes.',
  });
  const { json: date } = await ask("GET", `/Users?filter=${encodeURIComponent('meta.created gt "c4nary"')}`);
  expect(date.detail).toMatch(/^meta\.created cannot be compared with this: the operand must be a date/);
});
