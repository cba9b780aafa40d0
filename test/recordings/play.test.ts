import { createScim, EnterpriseUserSchema, errors, Group, type ProfileName, profiles, User } from "scimkit";
import { fetchHandler } from "scimkit/fetch";
import { memoryStorage } from "scimkit/memory";
import { describe, expect, test } from "vitest";
import { playSample } from "../../src/recordings/play.ts";
import type { Stage } from "../../src/recordings/stage.ts";
import { ownRecordings } from "../../src/recordings/store.ts";

const BASE_URL = "https://directory.example.com/tenant/scim/v2";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/** A server with ids of its own, on which all sorts of people are already. */
async function serverInUse(profile: ProfileName) {
  let last = 41;
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage: memoryStorage(),
    baseUrl: BASE_URL,
    newId: () => `${++last}`,
    profile,
    authenticate: (request) => {
      if (request.headers.authorization !== "Bearer good") throw errors.unauthorized();
      return {};
    },
  });
  const send = fetchHandler(scim);
  const stage: Stage = {
    tag: "240711",
    domain: "corp.test",
    baseUrl: BASE_URL,
    async ask(method, path, { headers = {}, body }) {
      const own = new Headers({ authorization: "Bearer good", "content-type": "application/scim+json" });
      for (const [name, value] of Object.entries(headers)) own.set(name, value);
      const response = await send(
        new Request(BASE_URL + path, {
          method,
          headers: own,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: text === "" ? undefined : JSON.parse(text),
      };
    },
  };
  // The same people as in the recordings, under the names that these have; without managers, who have other ids here.
  for (const { id: _, [ENTERPRISE]: _work, ...user } of ownRecordings().world.users as readonly Record<
    string,
    unknown
  >[])
    expect((await stage.ask("POST", "/Users", { body: user })).status).toBe(201);
  for (const { id: _, members: _none, ...group } of ownRecordings().world.groups)
    expect((await stage.ask("POST", "/Groups", { body: group })).status).toBe(201);
  return stage;
}

const profileOf = (client: string): ProfileName =>
  client === "superoffice-entra"
    ? "entra"
    : client === "sailpoint"
      ? "strict"
      : client in profiles
        ? (client as ProfileName)
        : "lenient";

const { samples, world } = ownRecordings();

describe("a recording is played on a server that is in use as on an empty one", () => {
  for (const sample of samples) {
    test(sample.id, async () => {
      const played = await playSample(sample, world, await serverInUse(profileOf(sample.client)));
      expect(played.blocked).toBeUndefined();
      expect(played.problems).toEqual([]);
      expect(played.skipped === undefined).toBe(sample.id !== "misc/05-id-with-slash");
    });
  }
});
