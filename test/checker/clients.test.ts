import { errors, type ProfileName, profiles, type ScimOptions } from "scimkit";
import { describe, expect, test } from "vitest";
import { CLIENTS, clientChecks } from "../../src/checker/clients/index.ts";
import { ownRecordings } from "../../src/recordings/store.ts";
import { checkScim, freshScim, problems } from "./run.ts";

/** Clients whose profile is called otherwise, or who need one of the default one's. */
const NAMED_OTHERWISE: Readonly<Record<string, ProfileName>> = { "superoffice-entra": "entra", sailpoint: "strict" };

const profileOf = (client: string): ProfileName =>
  NAMED_OTHERWISE[client] ?? (client in profiles ? (client as ProfileName) : "lenient");

const authenticate: ScimOptions["authenticate"] = ({ headers }) => {
  if (headers.authorization !== "Bearer good") throw errors.unauthorized();
  return {};
};

describe.each(CLIENTS)("scimkit gives %s what it needs", (client) => {
  test.each([...new Set<ProfileName>([profileOf(client), "lenient"])])("under the profile %s", async (profile) => {
    const checks = clientChecks(client);
    const report = await checkScim(freshScim({ profile, authenticate }), {
      checks,
      authorize: async () => ({ authorization: "Bearer good" }),
    });
    expect(problems(report)).toEqual([]);
    const passed = report.results.filter(({ outcome }) => outcome === "passed");
    expect(passed.map(({ id }) => id)).toEqual(expect.arrayContaining(checks.map(({ id }) => id)));
    expect(report.leftOver).toEqual([]);
  });
});

test("every recording of a client is a check, under its own id, with the quirks that it needs", () => {
  const { samples } = ownRecordings();
  const checks = new Map(CLIENTS.flatMap(clientChecks).map((check) => [check.id, check]));
  for (const sample of samples.filter(({ client }) => client !== "misc")) {
    const check = checks.get(`as/${sample.id}`);
    expect({ title: check?.title, requirements: check?.requirements, clients: check?.clients }).toEqual({
      title: sample.why,
      requirements: sample.quirks ?? [],
      clients: [sample.client],
    });
    expect(check?.level).toBe("client");
  }
  expect(clientChecks("nobody")).toEqual([]);
  expect(clientChecks("misc")).toEqual([]);
});

test("a client without recordings has a cycle, and a server that loses members breaks it off with a sentence", async () => {
  for (const client of ["ping", "rippling"])
    expect(clientChecks(client).map(({ id }) => id)).toEqual([`as/${client}/cycle`]);
  const handle = freshScim();
  const losing = await checkScim(handle, {
    checks: clientChecks("jumpcloud").filter(({ id }) => id === "as/jumpcloud/cycle"),
    fetch: async (input, init) => {
      const { fetchHandler } = await import("scimkit/fetch");
      const request = new Request(input, init);
      const isGroupPatch = request.method === "PATCH" && request.url.includes("/Groups/");
      return isGroupPatch ? new Response(null, { status: 204 }) : fetchHandler(handle)(request);
    },
  });
  const [result] = losing.results;
  expect(result?.outcome).toBe("failed");
  expect(result?.failure?.seen).toMatch(/^JumpCloud adds the user to the group \(step 9 of 16\): afterwards: /);
  expect(result?.failure?.right).toBe("JumpCloud adds the user to the group, and goes on.");
});
