import assert from "node:assert/strict";
import type { ScimRequest, ScimResponse } from "scimkit";
import type { Subject } from "../harness/subject.ts";
import type { Work } from "../harness/work.ts";
import { BASE_URL, ENTERPRISE, type HandUser, ReadsByHand, USER } from "../limit/handle-reads.ts";

/** How many users the rows have. */
const USERS = 10_000;
const AT = "2026-01-01T00:00:00.000Z";

/** What a client says of the user of a number: about what an identity provider keeps up to date. */
function userBody(at: number) {
  return {
    schemas: [USER, ENTERPRISE],
    externalId: `ext-${at}`,
    userName: `user${at}@example.com`,
    name: { formatted: `Given${at} Family${at}`, familyName: `Family${at}`, givenName: `Given${at}` },
    displayName: `Given${at} Family${at}`,
    title: "Engineer",
    preferredLanguage: "en-US",
    active: true,
    emails: [{ value: `user${at}@example.com`, type: "work", primary: true }],
    phoneNumbers: [{ value: `+49 30 ${100_000 + at}`, type: "work" }],
    addresses: [
      { streetAddress: `Street ${at}`, locality: "Berlin", postalCode: "10115", country: "DE", type: "work" },
    ],
    [ENTERPRISE]: {
      employeeNumber: `${at}`,
      department: `Department ${at % 50}`,
      manager: { value: idOf(Math.floor(at / 10)) },
    },
  };
}

/** The id of the user of a number. */
function idOf(at: number): string {
  return `7f3c1b58-2a54-4c8e-9d1e-${String(at).padStart(12, "0")}`;
}

/** The same user as it is answered. */
function userDocument(at: number): HandUser {
  const { schemas, [ENTERPRISE]: extension, ...attributes } = userBody(at);
  const id = idOf(at);
  const manager = idOf(Math.floor(at / 10));
  return {
    schemas,
    id,
    ...attributes,
    [ENTERPRISE]: { ...extension, manager: { value: manager, $ref: `${BASE_URL}/Users/${manager}` } },
    meta: {
      resourceType: "User",
      created: AT,
      lastModified: AT,
      version: 'W/"1"',
      location: `${BASE_URL}/Users/${id}`,
    },
  };
}

/** What answers requests: scimkit, or the server that was written by hand. */
interface Answering {
  handle(request: ScimRequest): Promise<Pick<ScimResponse, "status" | "headers" | "body">>;
}

/** A service of a built scimkit over memory, with all users in it. */
async function scimkitServer(subject: Subject): Promise<Answering> {
  const { createScim, EnterpriseUserSchema, Group, User } = await subject.load("scimkit");
  const { memoryStorage } = await subject.load("scimkit/memory");
  let made = 0;
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage: memoryStorage(),
    baseUrl: BASE_URL,
    unsafeNoAuthentication: true,
    newId: () => idOf(made++),
    clock: { now: () => new Date(AT) },
  });
  for (let at = 0; at < USERS; at++) {
    const { status, body } = await scim.handle({
      method: "POST",
      url: "/scim/v2/Users",
      headers: { "content-type": "application/scim+json" },
      body: JSON.stringify(userBody(at)),
    });
    assert.equal(status, 201, String(body));
  }
  return scim;
}

/** The server that was written by hand, with the same users. */
function serverByHand(): ReadsByHand {
  const server = new ReadsByHand();
  for (let at = 0; at < USERS; at++) server.add(userDocument(at));
  return server;
}

const HEADERS = { host: "example.com", accept: "application/scim+json", "user-agent": "provisioning/1.0" };

function get(url: string): ScimRequest {
  return { method: "GET", url, headers: HEADERS };
}

/** A number of a user for a turn: one after the other, far apart. */
const userAt = (turn: number): number => (turn * 7919) % USERS;

/** Whose answers are the right ones. */
const RIGHT = serverByHand();

function work(row: Pick<Work, "name" | "about" | "target">, requestOf: (turn: number) => ScimRequest): Work {
  return {
    ...row,
    input: requestOf,
    limit: () => {
      const server = serverByHand();
      return (request) => server.handle(request);
    },
    scimkit: async (subject) => {
      const scim = await scimkitServer(subject);
      return (request) => scim.handle(request);
    },
    turns: 10,
    check: async (answer, turn) => {
      const { status, headers, body } = answer as ScimResponse;
      const expected = await RIGHT.handle(requestOf(turn) as Parameters<ReadsByHand["handle"]>[0]);
      assert.equal(status, 200);
      assert.deepEqual({ ...headers }, { ...expected.headers });
      assert.deepEqual(JSON.parse(String(body)), JSON.parse(String(expected.body)));
    },
  };
}

/** The read of one user. */
export const handleGet = work(
  { name: "handle GET", about: "Reads one of 10,000 users by its id.", target: 2 },
  (turn) => get(`/scim/v2/Users/${idOf(userAt(turn))}`),
);

/** The search for one user. */
export const handleFilter = work(
  {
    name: "handle eq",
    about: "Finds one of 10,000 users by its userName, another one each time.",
    target: 2.5,
  },
  (turn) => get(`/scim/v2/Users?filter=userName%20eq%20%22user${userAt(turn)}%40example.com%22`),
);

/** Pages of users. */
export const handleList = work(
  { name: "handle list 100", about: "Lists 100 of 10,000 users, another page each time.", target: 1.7 },
  (turn) => get(`/scim/v2/Users?startIndex=${1 + 100 * (turn % 100)}&count=100`),
);
