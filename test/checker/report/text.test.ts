import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toCurl } from "../../../src/checker/report/curl.ts";
import { indented } from "../../../src/checker/report/indented.ts";
import { toSummary } from "../../../src/checker/report/summary.ts";
import { visible } from "../../../src/checker/report/visible.ts";
import { cut, widthOf, wrapped } from "../../../src/checker/report/width.ts";
import { pickSeed, pickSize } from "../../support/size.ts";
import { checkScim, freshScim } from "../run.ts";
import { everything, exchange, reportOf, result } from "./sample.ts";

const seed = pickSeed();
const ESCAPE = "\u001b";

/** What a shell makes of a command line: the arguments of `curl`, which here only tells them. */
function argumentsOf(commands: readonly string[]): readonly (readonly string[])[] {
  const script = `curl() { printf '%s\\0' "$@"; printf '\\1\\0'; }\n${commands.join("\n")}`;
  // By standard input: as an argument, a long script is more than the system takes.
  const told = execFileSync("sh", ["-s"], {
    input: script,
    encoding: "utf8",
    env: { ...process.env, SCIM_TOKEN: "the-token" },
  });
  return told
    .split("\u0001\u0000")
    .slice(0, -1)
    .map((one) => one.split("\u0000").slice(0, -1));
}

describe("a request as curl", () => {
  test("is taken by a shell as it was sent, whatever is in it, and runs nothing", () => {
    const text = fc.string({ unit: fc.constantFrom(..."'\"\\$`!*?&|;<>(){}[]#~% \n\t-@aé漢", "$(id)", "`id`") });
    const requests = fc.sample(fc.record({ path: text, body: text, header: text }), {
      seed,
      numRuns: pickSize("requests", { everyday: 100, thorough: 2000 }),
    });
    const seen = argumentsOf(
      requests.map(({ path, body, header }) =>
        toCurl({
          ...exchange,
          url: `https://host/${path}`,
          requestBody: `{${body}`,
          requestHeaders: { "x-one": header },
        }),
      ),
    );
    for (const [at, { path, body, header }] of requests.entries()) {
      const [, , method, url, , first, , data] = seen[at] ?? [];
      expect([method, url, first, data]).toEqual(["POST", `https://host/${path}`, `x-one: ${header}`, `{${body}`]);
    }
  });

  test("takes the token from the environment, by the scheme that was used", () => {
    const of = (requestHeaders: Record<string, string>): unknown =>
      argumentsOf([toCurl({ ...exchange, requestHeaders })])[0]?.[5];
    expect(of({ authorization: "Bearer ***" })).toBe("authorization: Bearer the-token");
    expect(of({ authorization: "Basic ***" })).toBe("authorization: Basic the-token");
    expect(of({ authorization: "***" })).toBe("authorization: Bearer the-token");
    expect(of({ "x-api-key": "***" })).toBe("x-api-key: the-token");
  });

  test("leaves out what curl sets itself, asks for the head of HEAD, and lets brackets be", () => {
    const requestHeaders = { host: "h", "content-length": "3", accept: "application/scim+json" };
    expect(toCurl({ ...exchange, requestHeaders, requestBody: undefined, method: "HEAD" })).toBe(
      "curl -i -I 'https://scim.example.com/v2/Users' \\\n  -H 'accept: application/scim+json'",
    );
    expect(toCurl({ ...exchange, url: "https://h/Users?filter=emails[type eq]" })).toMatch(/^curl -gi /);
  });
});

describe("text for people", () => {
  test("JSON is indented without another change", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(JSON.parse(indented(json))).toEqual(JSON.parse(json));
        expect(indented(indented(json))).toBe(indented(json));
      }),
      { seed, numRuns: pickSize("texts of JSON", { everyday: 300, thorough: 10_000 }) },
    );
    expect(indented('{"a":12345678901234567890,"a":1.0,"b":"\\u0041","c":[ ],"d":{}}')).toBe(
      '{\n  "a": 12345678901234567890,\n  "a": 1.0,\n  "b": "\\u0041",\n  "c": [],\n  "d": {}\n}',
    );
    expect(indented("<html> {")).toBe("<html> {");
    expect(indented("[".repeat(2000) + "]".repeat(2000)).length).toBeLessThan(300_000);
  });

  test("no character that a terminal obeys is left, and lines stay lines", () => {
    expect(visible("a\u001b]0;title\u0007\r\nb\u009b2J\u202ec\td")).toBe(
      "a\\u{1b}]0;title\\u{7}\nb\\u{9b}2J\\u{202e}c\td",
    );
  });

  test("letters that are wide count twice, marks not at all; what is cut or wrapped fits", () => {
    expect([widthOf("漢字"), widthOf("e\u0301"), widthOf("ab")]).toEqual([4, 1, 2]);
    expect([cut("漢字漢", 5), cut("abc", 3), cut("abcd", 3)]).toEqual(["漢字…", "abc", "ab…"]);
    expect(wrapped("one two three four", 9, "  ")).toBe("one two\n  three\n  four");
  });
});

describe("the summary", () => {
  const summary = toSummary(everything(), { columns: 80 });

  test("tells of each failure what was seen, what is right, who suffers, where it is said, and the request", () => {
    const { results } = everything();
    const told = summary.split("\n✗ ")[0]?.replace(/^✗ /, "") ?? "";
    expect(told).toMatch(/^create\/conflict {2}MUST\n/);
    for (const part of [
      "A second user",
      "409 with",
      "Two accounts",
      "RFC 7644 §3.3, P-3.3-05",
      "$SCIM_TOKEN",
      "< 201",
      '"id": "42"',
    ])
      expect(told).toContain(part);
    for (const { id, outcome } of results) if (outcome === "failed") expect(summary).toContain(id);
    expect(summary).toContain("no answer: ECONNRESET");
    expect(summary).toContain("Microsoft Entra ID and Okta");
  });

  test("names what was left behind, what is expected, what has expired, what is unused and what was blocked", () => {
    expect(summary).toContain("/Users/42 user.4711.1: DELETE was answered 500.");
    expect(summary).toContain("etag/stale until 2027-03-31: Ticket 4711");
    expect(summary).toContain("was expected until 2027-03-31: Ticket 4711");
    expect(summary).toContain("create/location (until 2027-01-31): it passes now; take it off the list.");
    expect(summary).toContain("No user could be made: delete/gone");
    expect(summary).toContain("There is no /Schemas");
  });

  test("ends with a paragraph that needs no RFC, the counts and the verdict", () => {
    const end = summary.slice(summary.indexOf("\nhttps://scim.example.com/v2\n"));
    expect(end).toContain("Of 7 checks that ran, 2 passed and 4 failed (2 MUST, 1 SHOULD, 1 Client)");
    expect(end).toMatch(/MUST +2 +· +1 +1 +·\n/);
    expect(end.trimEnd()).toMatch(/✗ Failed: 3 failures that count\.$/);
    expect(toSummary(reportOf([result("a/b", "passed")])).trimEnd()).toMatch(/✓ Passed: no failure\.$/);
    expect(toSummary(reportOf([result("a/b", "blocked")])).trimEnd()).toMatch(/✗ Nothing could be tried\.$/);
    expect(toSummary(reportOf([result("a/b", "failed")])).trimEnd()).toMatch(/✗ Nothing works\.$/);
    const remark = reportOf([result("a/b", "passed"), result("c/d", "failed", { level: "should" })]);
    expect(toSummary(remark).trimEnd()).toMatch(/✓ Passed, with 1 remark\.$/);
    expect(toSummary(reportOf([result("a/b", "passed")], { isStopped: true }))).toContain("stopped before");
  });

  test("has colours only where they are asked for, and nothing of the server's that a terminal would obey", () => {
    expect(summary).not.toContain(ESCAPE);
    const colored = toSummary(everything(), { color: true });
    expect(colored.replaceAll(/\u001b\[(?:1|2|22|31|32|39)m/g, "")).toBe(toSummary(everything()));
    expect(summary).not.toMatch(/s3cret|hunter2/);
  });

  test("of a real run says that all is well", async () => {
    const text = toSummary(await checkScim(freshScim(), { only: ["common"] }));
    expect(text.trimEnd()).toMatch(/✓ Passed: no failure\.$/);
  });
});
