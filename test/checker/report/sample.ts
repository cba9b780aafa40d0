import { isGood, summaryOf } from "../../../src/checker/counts.ts";
import type { Exchange } from "../../../src/checker/exchange.ts";
import type { CheckResult, Report } from "../../../src/checker/report.ts";

/** What a hostile server may answer: it must be text wherever it is shown. */
export const HOSTILE = `</script></pre><img src=x onerror="window.hurt=1"><script>window.hurt=2</script>"'&]]>\u001b[31m\u0000\u202etxt`;

export const exchange: Exchange = {
  method: "POST",
  url: "https://scim.example.com/v2/Users",
  requestHeaders: { authorization: "Bearer s3cret-token", "content-type": "application/scim+json" },
  requestBody: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"o'neil.4711.1","password":"hunter2"}`,
  status: 201,
  responseHeaders: { "content-type": "application/scim+json", location: "https://scim.example.com/v2/Users/42" },
  responseBody: `{"id":"42","userName":"o'neil.4711.1","big":12345678901234567890,"emails":[],"meta":{"version":"W/\\"1\\""}}`,
  at: 1_795_800_000_000,
  ms: 12,
};

export function result(id: string, outcome: CheckResult["outcome"], over: Partial<CheckResult> = {}): CheckResult {
  const failure = {
    seen: "A second user of the same userName was created: 201.",
    right: "409 with the scimType uniqueness.",
    suffers: "Two accounts of one person, of which one is never disabled.",
    exchanges: [{ ...exchange, ms: 30 }, exchange],
  };
  return {
    id,
    title: `What ${id} says is true of a good server.`,
    level: "must",
    requirements: ["P-3.3-05"],
    section: "RFC 7644 §3.3",
    clients: [],
    outcome,
    ms: 42,
    requests: 2,
    ...(outcome === "failed" ? { failure } : {}),
    ...(outcome === "blocked" || outcome === "skipped" ? { reason: "The server does not announce bulk." } : {}),
    ...over,
  };
}

/** A report with the results, whose counts and verdict are right. */
export function reportOf(results: readonly CheckResult[], over: Partial<Report> = {}): Report {
  const decides = over.decides ?? ["must", "client", "option"];
  return {
    version: 1,
    tool: { name: "scimkit", version: "0.1.0" },
    target: "https://scim.example.com/v2",
    startedAt: "2026-11-27T22:47:08.000Z",
    ms: 12_345,
    requests: 1_234,
    isStopped: false,
    isReadOnly: false,
    profile: "rfc",
    clients: [],
    run: "4711",
    decides,
    summary: summaryOf(results),
    isGood: isGood({ results, decides }),
    results,
    leftOver: [],
    remarks: [],
    ...over,
  };
}

/** A result of every kind, and everything else that a report can hold. */
export function everything(): Report {
  const noAnswer: Exchange = {
    ...exchange,
    method: "GET",
    status: undefined,
    responseHeaders: {},
    responseBody: "",
    error: "ECONNRESET",
  };
  const hostile: Exchange = { ...exchange, requestBody: undefined, method: "GET", status: 200, responseBody: HOSTILE };
  const expected = { reason: "Ticket 4711", until: "2027-03-31", isExpired: false };
  return reportOf(
    [
      result("create/location", "passed", { notes: ["The Location is absolute."] }),
      result("create/conflict", "failed"),
      result("filter/case", "failed", {
        level: "should",
        section: "RFC 7644 §3.4.2.2",
        failure: {
          seen: `The body was ${HOSTILE}`,
          right: "One user.",
          suffers: "A user is created twice.",
          exchanges: [hostile],
        },
      }),
      result("patch/value-list", "failed", {
        level: "client",
        clients: ["entra", "okta"],
        section: "RFC 7644 §3.5.2.2",
        failure: {
          seen: "No answer.",
          right: "200 or 204.",
          suffers: "Groups keep members who have left.",
          exchanges: [noAnswer],
        },
      }),
      result("etag/stale", "failed", { level: "option", section: "RFC 7644 §3.14", expected }),
      result("sort/order", "failed", { section: "RFC 7644 §3.4.2.3", expected: { ...expected, isExpired: true } }),
      result("bulk/ids", "skipped", { level: "option", section: "RFC 7644 §3.7" }),
      result("delete/gone", "blocked", { section: "RFC 7644 §3.6", reason: "No user could be made." }),
      result("conventions/names", "passed", {
        level: "client",
        clients: ["google"],
        section: "draft-ietf-scim-interop §2",
      }),
    ],
    {
      clients: ["entra"],
      leftOver: [{ path: "/Users/42", name: "user.4711.1", reason: "DELETE was answered 500." }],
      remarks: ["There is no /Schemas: the schema of RFC 7643 is assumed."],
      unusedExpectations: [{ id: "create/location", reason: "Ticket 12", until: "2027-01-31" }],
    },
  );
}
