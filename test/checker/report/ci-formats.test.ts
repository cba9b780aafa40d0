import { describe, expect, test } from "vitest";
import { toHar } from "../../../src/checker/report/har.ts";
import { toJUnit } from "../../../src/checker/report/junit.ts";
import { toSarif } from "../../../src/checker/report/sarif.ts";
import { everything, exchange, reportOf, result } from "./sample.ts";

describe("JUnit", () => {
  const xml = toJUnit(everything());
  const cases = [...xml.matchAll(/<testcase ([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)].map(
    ([, said = "", inside = ""]) => ({
      id: / name="([^:]*):/.exec(said)?.[1] ?? "",
      kind: /^<(\w+)/.exec(inside)?.[1] ?? "passed",
      message: /message="([^"]*)"/.exec(inside)?.[1],
    }),
  );
  const kinds = (kind: string): string[] => cases.filter((one) => one.kind === kind).map(({ id }) => id);

  test("has a case for each check, red where it makes the verdict, and says why the others are skipped", () => {
    expect(kinds("failure").sort()).toEqual(["create/conflict", "patch/value-list", "sort/order"]);
    expect(kinds("passed").sort()).toEqual(["conventions/names", "create/location"]);
    const message = (id: string): string | undefined => cases.find((one) => one.id === id)?.message;
    expect(message("etag/stale")).toBe("fails as expected until 2027-03-31: Ticket 4711");
    expect(message("delete/gone")).toBe("could not be tried: No user could be made.");
    expect(message("bulk/ids")).toBe("The server does not announce bulk.");
    expect(message("filter/case")).toMatch(/^fails, but SHOULD makes no verdict here: /);
  });

  test("counts what it has", () => {
    const [all, ...suites] = [
      ...xml.matchAll(/<testsuites? [^>]*tests="(\d+)" failures="(\d+)" errors="0" skipped="(\d+)"/g),
    ].map(([, ...numbers]) => numbers.map(Number));
    expect(all).toEqual([9, 3, 4]);
    expect(suites.reduce((sum, one) => sum.map((number, at) => number + (one[at] ?? 0)), [0, 0, 0])).toEqual(all);
  });

  test("has no character that XML cannot hold, and no credential", () => {
    expect(xml).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/);
    expect(xml).not.toMatch(/s3cret|hunter2|<img|<script/);
    expect(toJUnit(reportOf([result("a/b", "skipped", { reason: "a\ud800b\n<&>\"'" })]))).toContain(
      'message="a\ufffdb&#10;&lt;&amp;&gt;&quot;&#39;"',
    );
  });
});

describe("SARIF", () => {
  const log = JSON.parse(toSarif(everything()));
  const [run] = log.runs;

  test("has a rule for each check, with help that leads to the RFC", () => {
    expect(run.tool.driver.rules).toHaveLength(everything().results.length);
    const rule = run.tool.driver.rules.find(({ id }: { id: string }) => id === "create/conflict");
    expect(rule.helpUri).toBe("https://www.rfc-editor.org/rfc/rfc7644#section-3.3");
    expect(rule.help.text).toContain("P-3.3-05");
    expect(rule.defaultConfiguration.level).toBe("error");
  });

  test("has a result for each failure, at the level that it matters, and suppresses what is expected", () => {
    const seen = run.results.map(({ ruleId, level, suppressions }: Record<string, unknown>) => [
      ruleId,
      level,
      suppressions !== undefined,
    ]);
    expect(seen).toEqual([
      ["create/conflict", "error", false],
      ["filter/case", "warning", false],
      ["patch/value-list", "note", false],
      ["etag/stale", "warning", true],
      ["sort/order", "error", false],
    ]);
    for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
  });

  test("has a location without host and scheme, the same in every run, as code scanning takes no other", () => {
    for (const { locations } of run.results) expect(locations[0].physicalLocation.artifactLocation.uri).toBe("v2");
    const [bare] = JSON.parse(toSarif(reportOf([result("a/b", "failed")], { target: "https://h" }))).runs;
    expect(bare.results[0].locations[0].physicalLocation.artifactLocation.uri).toBe("scim");
  });

  test("has no credential", () => {
    expect(toSarif(everything())).not.toMatch(/s3cret|hunter2/);
  });
});

describe("HAR", () => {
  test("has all exchanges that it is given, with the check that they belong to", () => {
    const har = JSON.parse(
      toHar(everything(), [
        { exchange },
        { check: "a/b", exchange: { ...exchange, status: undefined, error: "ECONNRESET" } },
      ]),
    );
    const [first, second] = har.log.entries;
    expect(first.request.postData.text).toContain("o'neil");
    expect(first.response.redirectURL).toBe("https://scim.example.com/v2/Users/42");
    expect(first.startedDateTime).toBe(new Date(exchange.at).toISOString());
    expect([second.response.status, second.comment]).toEqual([0, "a/b: ECONNRESET"]);
  });

  test("has those of the failures otherwise", () => {
    const har = JSON.parse(toHar(everything()));
    expect(har.log.entries).toHaveLength(
      everything().results.flatMap(({ failure }) => failure?.exchanges ?? []).length,
    );
  });

  test("has no credential: not in headers, bodies or the URL", () => {
    const url = "https://ada:s3cret@h/Users?access_token=s3cret&filter=x";
    const requestHeaders = { authorization: "Bearer s3cret", cookie: "s3cret", "x-api-key": "s3cret", accept: "*/*" };
    const responseHeaders = { "set-cookie": "a=s3cret" };
    const bodies = { requestBody: '{"password" : "s3cret\\"s3cret"}', responseBody: '{"access_token":"s3cret"}' };
    const har = toHar(everything(), [{ exchange: { ...exchange, url, requestHeaders, responseHeaders, ...bodies } }]);
    expect(har).not.toContain("s3cret");
    expect(har).toContain("Bearer ***");
    expect(har).toContain("https://h/Users?access_token=***&filter=x");
  });
});
