import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFilter, printFilter, resolveFilter } from "../../src/filter/index.ts";
import { compileResourceType, defineProfile, profiles } from "../../src/index.ts";
import { unquotedOperands as rule } from "../../src/quirks/unquoted-operands.ts";
import { type Directory, directory, filtered } from "../support/directory.ts";
import { under } from "../support/quirk.ts";
import { pickSeed, pickSize } from "../support/size.ts";
import { THING, Thing } from "../support/thing.ts";

const seed = pickSeed();
const RUNS = pickSize("bare words", { everyday: 500, thorough: 5000 });

describe("a word without quotes is read by the type of its attribute", () => {
  const things = async (): Promise<Directory> => {
    const service = directory({ resourceTypes: [Thing], profile: defineProfile({ quirks: [rule] }) });
    const body = {
      schemas: [THING],
      name: "Ada",
      exact: "1e3",
      integer: 5,
      decimal: 1.5,
      when: "2026-01-31T09:30:00Z",
      flag: false,
      blob: "YWJj",
      link: "https://host/a?b=c",
      tags: ["true", "007"],
      parts: [{ value: "and", type: "work" }],
    };
    expect((await service.ask("POST", "/Things", body)).status).toBe(201);
    return service;
  };

  test.each([
    ["name eq Ada", "text"],
    ["name eq ada and flag eq False", "text and a truth, blanks ending the word"],
    ["(name eq ada)", "a parenthesis ends it as well"],
    ["exact eq 1e3", "a number for a text, to the letter"],
    ["tags eq 007", "digits for a text"],
    ["meta.resourceType eq Thing", "as RFC 7644 §3.4.2.1 prints it"],
    ["integer eq 5", "a number"],
    ["decimal gt 1.4", "a number"],
    ["flag eq FALSE", "a truth in any letter case"],
    ["when gt 2011-05-13T04:42:34Z", "a date"],
    ["blob eq YWJj", "bytes"],
    ["link eq https://host/a?b=c", "a reference"],
    ["parts[type eq work and value ne x]", "in a value path, whose bracket ends it"],
    ["parts[type eq work].value pr", "and behind one"],
    ["not (name eq bob)", "and within a not"],
  ])("%s: %s [Q16 R-30a]", async (filter) => {
    const { ask, events } = await things();
    const quirks = [rule, ...profiles.lenient.quirks.filter(({ id }) => id === "value-path-comparison")];
    const service = filter.includes("].value")
      ? directory({ resourceTypes: [Thing], profile: defineProfile({ quirks }) })
      : undefined;
    const { status, json } = await (service?.ask ?? ask)("GET", filtered("/Things", filter));
    expect([status, json.detail]).toEqual([200, undefined]);
    if (service === undefined) expect(json.totalResults).toBe(1);
    for (const event of events) if (event.type === "quirk") expect(event.quirk).toBe(rule.id);
  });

  test.each([
    "flag eq yes",
    "flag eq 1",
    "integer eq five",
    "integer eq 007",
    "integer eq 5x",
    "decimal eq +1",
    "when eq yesterday",
    "blob eq a",
    "name eq true",
    "name eq ada king",
    "exact gt 5",
    "exact le 1e3",
    "name eq 'ada'",
    "name eq and",
    "name eq or",
    "name eq NOT",
    "name eq pr",
    "name eq eq",
    "name eq and flag eq true",
    "name eq",
  ])("what does not fit, a literal, and a keyword that stands where an operand is missing, is refused: %s [Q16 R-30a]", async (filter) => {
    const { ask } = await things();
    expect(await ask("GET", filtered("/Things", filter))).toMatchObject({
      status: 400,
      json: { scimType: "invalidFilter" },
    });
  });
});

test("its note names the attribute and never the operand; a search and a query of all types have it too [Q16 R-30a T-L2]", async () => {
  const service = await under(profiles.lenient);
  expect(await service.find(filtered("/Users", "externalId eq e-ada"))).toEqual(["ada"]);
  expect(service.notes()).toEqual(["unquoted-operands at externalId"]);
  expect(await service.find(filtered("/Users", "active eq False"))).toEqual(["bob"]);
  expect(await service.find(filtered("/", "displayName eq Both"))).toEqual(["Both"]);
  const { json } = await service.ask("POST", "/Groups/.search", { filter: "displayName Eq Both" });
  expect(json.totalResults).toBe(1);
  expect(await service.find(filtered("/Users", "active eq true"))).toEqual(["ada"]);
  expect(service.notes()).toEqual([]);
});

test("a PATCH path, which selects data to change, is read to the letter [Q16 R-30a]", async () => {
  for (const profile of [[rule], profiles.lenient]) {
    const service = await under(profile);
    const operation = { op: "replace", path: "emails[type eq work].value", value: "x@y.example" };
    expect(await service.patch(`/Users/${service.ada}`, operation)).toMatchObject({
      status: 400,
      json: { detail: expect.stringContaining('write "work" in double quotes') },
    });
  }
});

test("without the rule the error names what must stand in quotes [Q16 R-30]", async () => {
  const service = await under(profiles.strict);
  expect(await service.ask("GET", filtered("/Users", "externalId eq jyoung"))).toMatchObject({
    status: 400,
    json: { scimType: "invalidFilter", detail: expect.stringContaining('write "jyoung" in double quotes') },
  });
  expect(profiles.lenient.quirks).toContain(rule);
});

test("a word means what it would mean in quotes, whatever stands around it [Q16 R-30a]", () => {
  const type = compileResourceType(Thing);
  const told: string[] = [];
  const options = { unquotedOperand: (path: string) => told.push(path) };
  const keywords = /^(?:eq|ne|co|sw|ew|gt|ge|lt|le|pr|and|or|not|true|false|null)$/i;
  const word = fc.stringMatching(/^[A-Za-z0-9@._:/-]{1,12}$/).filter((text) => !keywords.test(text));
  const around = fc.constantFrom("%", "(%)", "not (%)", "flag pr and %", "% or flag eq true", "parts[% or type pr]");
  fc.assert(
    fc.property(word, around, (text, frame) => {
      const path = frame.startsWith("parts") ? "value" : "exact";
      const read = (operand: string) =>
        resolveFilter(
          parseFilter(
            frame.replace("%", () => `${path} eq ${operand}`),
            { unquotedOperands: true },
          ),
          type,
          options,
        );
      const print = (operand: string) => printFilter(read(operand), ({ text }) => text);
      expect(print(text)).toBe(print(JSON.stringify(text)));
    }),
    { numRuns: RUNS, seed },
  );
  expect(told.length).toBeGreaterThan(0);
});
