import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { InputError, readReport, toJson } from "../../../src/checker/report/json.ts";
import type { Report } from "../../../src/checker/report.ts";
import { checkScim, freshScim } from "../run.ts";
import { everything, reportOf, result } from "./sample.ts";

const schema = JSON.parse(readFileSync(new URL("../../../docs/checker-report.schema.json", import.meta.url), "utf8"));
const ajv = new Ajv2020({ allErrors: true, formats: { date: true, "date-time": true } });
const validate = ajv.compile(schema);

function complaints(report: Report): unknown {
  validate(JSON.parse(toJson(report)));
  return validate.errors;
}

/** A server whose discovery is gone, and which answers what is not there as if it were. */
const broken = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> =>
  new URL(new Request(input, init).url).pathname.endsWith("/Schemas")
    ? new Response("<html>no</html>", { status: 404, headers: { "content-type": "text/html" } })
    : Response.json({ schemas: [] });

describe("a report as JSON", () => {
  test("of a real run is what its schema says", async () => {
    const report = await checkScim(freshScim(), { only: ["common", "RFC 7644 §4"] });
    expect(report.results.some(({ outcome }) => outcome === "passed")).toBe(true);
    expect(complaints(report)).toBe(null);
  });

  test("of a real run against a server that is wrong is what its schema says", async () => {
    const report = await checkScim(freshScim(), { only: ["RFC 7644 §4", "RFC 7643 §5"], fetch: broken });
    expect(report.results.some(({ failure }) => (failure?.exchanges.length ?? 0) > 0)).toBe(true);
    expect(complaints(report)).toBe(null);
  });

  test("with every outcome and every member is what its schema says", () => {
    expect(complaints(everything())).toBe(null);
  });

  test("describes every member that the text has, and refuses what would mislead", () => {
    const closed = JSON.parse(
      JSON.stringify(schema, (_, value) =>
        value?.properties === undefined ? value : { ...value, unevaluatedProperties: false },
      ),
    );
    // `if` and `else` name members of the object around them, and would refuse all others.
    closed.$defs.result.if = { properties: closed.$defs.result.if.properties };
    closed.$defs.result.else = { properties: closed.$defs.result.else.properties };
    const strict = new Ajv2020({ formats: { date: true, "date-time": true } }).compile({ ...closed, $id: "closed" });
    strict(JSON.parse(toJson(everything())));
    expect(strict.errors).toBe(null);
    const { failure: _, ...without } = result("a/b", "failed");
    expect(complaints(reportOf([without]))).not.toBe(null);
    expect(
      complaints(reportOf([{ ...result("a/b", "passed"), failure: result("a/b", "failed").failure as never }])),
    ).not.toBe(null);
    expect(complaints(reportOf([], { startedAt: undefined as never }))).not.toBe(null);
  });

  test("is the same text for the same report, in whatever order its members were set, and without what is not in the schema", () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value !== "object" || value === null) return value;
      // Headers have names of their own, in the order in which they were sent.
      const members = Object.entries(value).map(([name, one]) => [
        name,
        name.endsWith("Headers") ? one : shuffled(one),
      ]);
      return Object.fromEntries([["extra", 1], ...members.reverse()]);
    };
    expect(toJson(shuffled(everything()) as Report)).toBe(toJson(everything()));
  });

  test("has no credential, even where the run left one in", () => {
    expect(toJson(everything())).not.toMatch(/s3cret|hunter2/);
  });

  test("is read again, and what is none is refused in a sentence", () => {
    expect(toJson(readReport(toJson(everything())))).toBe(toJson(everything()));
    for (const text of ["", "<html>", "null", "[]", "{}", '{"version":1}'])
      expect(() => readReport(text)).toThrow(InputError);
    expect(() => readReport('{"version":2}')).toThrow("version 2");
  });
});
