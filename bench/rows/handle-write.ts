import assert from "node:assert/strict";
import type { Subject } from "../harness/subject.ts";
import type { Run, Work } from "../harness/work.ts";
import { BASE_URL, ENTERPRISE, type HandResponse, USER } from "../limit/handle-reads.ts";
import { GROUP, PATCH, WritesByHand } from "../limit/handle-writes.ts";

/** How many users and groups there are, and how many members each group has. */
const USERS = 10_000;
const GROUPS = 100;
const MEMBERS = 1000;

/** A request but for its path, which holds an id that each server makes up itself. */
interface Input {
  readonly method: string;
  /** Of which resource, by its number; undefined where it is about none that is there. */
  readonly user?: number;
  readonly group?: number;
  readonly path?: string;
  /** With the number of a user in braces where its id is to stand. */
  readonly body: string;
}

/** Something that answers requests. */
export interface Server {
  handle(request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }): Promise<{ readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: unknown }>;
}

const HEADERS = { "content-type": "application/scim+json" };

/** A user as a provider sends it; `mark` tells one turn from another. */
export function userOf(at: number | string, mark: number | string = at): Readonly<Record<string, unknown>> {
  return {
    schemas: [USER, ENTERPRISE],
    userName: `user${at}@example.com`,
    externalId: `ext-${at}`,
    name: { formatted: `Ada${at} King${mark}`, familyName: `King${mark}`, givenName: `Ada${at}` },
    displayName: `Ada${at} King${mark}`,
    title: `Title ${mark}`,
    active: true,
    emails: [
      { value: `user${at}@example.com`, type: "work", primary: true },
      { value: `user${at}@example.org`, type: "home" },
    ],
    phoneNumbers: [{ value: `+49 30 ${mark}`, type: "work" }],
    [ENTERPRISE]: { employeeNumber: `${at}`, department: `Department ${mark}` },
  };
}

/** scimkit over memory, for enterprise users and groups. */
export async function scimkitServer(subject: Subject, options: object = {}): Promise<Server> {
  const { createScim, EnterpriseUserSchema, Group, User } = await subject.load("scimkit");
  const { memoryStorage } = await subject.load("scimkit/memory");
  return createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage: memoryStorage(),
    baseUrl: BASE_URL,
    unsafeNoAuthentication: true,
    ...options,
  });
}

/** A server with its users and groups, made of what it answers itself. */
async function runOf(server: Server): Promise<Run> {
  const create = async (path: string, body: object): Promise<string> => {
    const answer = await server.handle({
      method: "POST",
      url: `/scim/v2${path}`,
      headers: HEADERS,
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 201, String(answer.body));
    return (JSON.parse(String(answer.body)) as { readonly id: string }).id;
  };
  const users: string[] = [];
  for (let at = 0; at < USERS; at++) users.push(await create("/Users", userOf(at)));
  const members = users.slice(0, MEMBERS).map((value) => ({ value }));
  const groups: string[] = [];
  for (let at = 0; at < GROUPS; at++)
    groups.push(await create("/Groups", { schemas: [GROUP], displayName: `Group ${at}`, members }));
  return ({ method, user, group, path, body }: Input) => {
    const place =
      user !== undefined ? `/Users/${users[user]}` : group !== undefined ? `/Groups/${groups[group]}` : path;
    const id = MEMBER.exec(body)?.[1];
    const text = id === undefined ? body : body.replace(MEMBER, `"${users[Number(id)]}"`);
    return server.handle({ method, url: `/scim/v2${place}`, headers: HEADERS, body: text });
  };
}

/** The id of a user to come. */
const MEMBER = /"\{(\d+)\}"/;

interface Row {
  readonly name: string;
  readonly about: string;
  readonly target: number;
  readonly inputOf: (turn: number) => Input;
  readonly status: number;
  /** What the body of the answer says; undefined for none. */
  readonly shown: (turn: number) => Readonly<Record<string, unknown>> | undefined;
}

function workOf({ name, about, target, inputOf, status, shown }: Row): Work {
  return {
    name,
    about,
    target,
    turns: 10,
    input: inputOf,
    limit: () => runOf(new WritesByHand()),
    scimkit: async (subject) => runOf(await scimkitServer(subject)),
    check: (answer, turn) => {
      const { status: actual, headers, body } = answer as HandResponse;
      assert.equal(actual, status, body);
      assert.match(headers.ETag ?? "", /^W\/"\d+"$/);
      assert.match(headers.Location ?? "", /^https:\/\/example\.com\/scim\/v2\/(Users|Groups)\/[\w-]{36}$/);
      const expected = shown(turn);
      if (expected === undefined) return assert.equal(body, undefined);
      const { id, meta, groups: _, ...rest } = JSON.parse(String(body)) as Record<string, Record<string, unknown>>;
      assert.equal(`${BASE_URL}/Users/${id}`, headers.Location);
      assert.deepEqual(rest, expected);
      assert.equal(meta?.version, headers.ETag);
      assert.equal(meta?.location, headers.Location);
      assert.match(String(meta?.created), /^\d{4}-.*Z$/);
      assert.equal(headers["Content-Location"], headers.Location);
    },
  };
}

/** Of the users that are in no group of a thousand. */
const userAt = (turn: number): number => MEMBERS + (turn % (USERS - MEMBERS));
const isOdd = (turn: number): boolean => Math.floor(turn / (USERS - MEMBERS)) % 2 === 1;

/** The creation of a user. */
export const handlePost = workOf({
  name: "handle POST",
  about: "Creates an enterprise user where there are 10,000.",
  target: 3,
  status: 201,
  inputOf: (turn) => ({ method: "POST", path: "/Users", body: JSON.stringify(userOf(`n${turn}`)) }),
  shown: (turn) => userOf(`n${turn}`),
});

/** The smallest change of a user. */
export const handlePatchActive = workOf({
  name: "handle PATCH active",
  about: "Turns `active` of one of 10,000 users.",
  target: 4,
  status: 200,
  inputOf: (turn) => ({
    method: "PATCH",
    user: userAt(turn),
    body: JSON.stringify({ schemas: [PATCH], Operations: [{ op: "replace", path: "active", value: isOdd(turn) }] }),
  }),
  shown: (turn) => ({ ...userOf(userAt(turn)), active: isOdd(turn) }),
});

/** One more member of a large group. */
export const handleAddMember = workOf({
  name: "handle add member",
  about: "Adds one member to a group of 1,000.",
  target: 4,
  status: 204,
  inputOf: (turn) => ({
    method: "PATCH",
    group: turn % GROUPS,
    body: JSON.stringify({
      schemas: [PATCH],
      Operations: [{ op: "add", path: "members", value: [{ value: `{${userAt(Math.floor(turn / GROUPS))}}` }] }],
    }),
  }),
  shown: () => undefined,
});

/** A user in place of another. */
export const handlePut = workOf({
  name: "handle PUT",
  about: "Replaces one of 10,000 enterprise users.",
  target: 4,
  status: 200,
  inputOf: (turn) => ({ method: "PUT", user: userAt(turn), body: JSON.stringify(userOf(userAt(turn), `p${turn}`)) }),
  shown: (turn) => userOf(userAt(turn), `p${turn}`),
});
