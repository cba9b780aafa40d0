import assert from "node:assert/strict";
import { GROUP, PATH, type Ready, type Seeds, USER, userAt } from "./data.ts";

/** One kind of request that all servers are sent. */
export interface HttpRow {
  readonly name: string;
  /** The name of its script among the requests. */
  readonly script: string;
  readonly seeds: Seeds;
  /** What part of the requests that the server by hand answers scimkit is meant to answer at least. */
  readonly target: number;
  /** Throws where a server answers wrongly. */
  check(server: Server): Promise<void>;
}

/** What a server said. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what is in it is what is checked.
  readonly body: any;
}

/** A server in a process of its own, which checks ask. */
export class Server {
  readonly ready: Ready;
  constructor(ready: Ready) {
    this.ready = ready;
  }

  get url(): string {
    return `http://127.0.0.1:${this.ready.port}`;
  }

  async ask(method: string, path: string, body?: object): Promise<Answer> {
    const { path: mount = PATH, token } = this.ready;
    const response = await fetch(this.url + mount + path, {
      method,
      headers: {
        "Content-Type": "application/scim+json",
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  }
}

const USERS: Seeds = { users: 1000, groups: 0, members: 0 };

const patch = (Operations: readonly object[]): object => ({
  schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  Operations,
});

/** A user has all that it was given, an id, and what `meta` must say. */
function assertUser(body: Answer["body"], given: object, id?: string): void {
  assert.partialDeepStrictEqual(body, { ...given, schemas: [USER] });
  assert.ok(id === undefined ? typeof body.id === "string" : body.id === id, "the id");
  assert.equal(body.meta.resourceType, "User");
  assert.ok(body.meta.location.endsWith(`/scim/v2/Users/${body.id}`), "the location");
  assert.ok(!Number.isNaN(Date.parse(body.meta.lastModified)), "lastModified");
}

function assertList(body: Answer["body"], totalResults: number, startIndex: number, names: readonly string[]): void {
  // Not itemsPerPage: scimmy gives the size of a page there, and what it would be asked for by default.
  assert.partialDeepStrictEqual(body, { totalResults, startIndex });
  assert.deepEqual(
    body.Resources.map(({ userName }: { readonly userName: string }) => userName),
    names,
  );
}

const nameAt = (at: number): string => userAt(at).userName;

/** All rows, each with what its answers must be. */
export const ROWS: readonly HttpRow[] = [
  {
    name: "GET",
    script: "get",
    seeds: USERS,
    target: 0.5,
    async check(server) {
      const id = server.ready.users[7] as string;
      const { status, body } = await server.ask("GET", `/Users/${id}`);
      assert.equal(status, 200);
      assertUser(body, userAt(7), id);
      assert.equal((await server.ask("GET", "/Users/nobody")).status, 404);
    },
  },
  {
    name: "eq",
    script: "eq",
    seeds: USERS,
    target: 0.5,
    async check(server) {
      const find = async (name: string): Promise<Answer["body"]> =>
        (await server.ask("GET", `/Users?filter=${encodeURIComponent(`userName eq "${name}"`)}`)).body;
      const found = await find(nameAt(7));
      assertList(found, 1, 1, [nameAt(7)]);
      assertUser(found.Resources[0], userAt(7), server.ready.users[7]);
      assertList(await find(nameAt(7).toUpperCase()), 1, 1, [nameAt(7)]);
      assert.equal((await find("nobody@example.com")).totalResults, 0);
    },
  },
  {
    name: "list 100",
    script: "list",
    seeds: USERS,
    target: 0.9,
    async check(server) {
      const { status, body } = await server.ask("GET", "/Users?startIndex=201&count=100");
      assert.equal(status, 200);
      assertList(
        body,
        1000,
        201,
        Array.from({ length: 100 }, (_, at) => nameAt(200 + at)),
      );
      assertUser(body.Resources[99], userAt(299), server.ready.users[299]);
    },
  },
  {
    name: "POST",
    script: "post",
    seeds: USERS,
    target: 0.4,
    async check(server) {
      const { status, body } = await server.ask("POST", "/Users", userAt(5000));
      assert.equal(status, 201);
      assertUser(body, userAt(5000));
      assertUser((await server.ask("GET", `/Users/${body.id}`)).body, userAt(5000), body.id);
      assert.equal((await server.ask("POST", "/Users", userAt(5000))).status, 409);
    },
  },
  {
    name: "PATCH active",
    script: "patch-active",
    seeds: USERS,
    target: 0.4,
    async check(server) {
      const id = server.ready.users[999] as string;
      for (const value of [false, true]) {
        const { status, body } = await server.ask(
          "PATCH",
          `/Users/${id}`,
          patch([{ op: "replace", path: "active", value }]),
        );
        assert.ok(status === 200 || status === 204, `the status ${status}`);
        if (status === 200) assertUser(body, { ...userAt(999), active: value }, id);
        assertUser((await server.ask("GET", `/Users/${id}`)).body, { ...userAt(999), active: value }, id);
      }
    },
  },
  {
    name: "add member",
    script: "add-member",
    // Many groups, so that each grows by a few members only, and users enough for each addition to be of somebody new.
    seeds: { users: 5000, groups: 100, members: 1000 },
    target: 0.5,
    async check(server) {
      const [group = ""] = server.ready.groups;
      const value = server.ready.users[4999] as string;
      const { status } = await server.ask(
        "PATCH",
        `/Groups/${group}`,
        patch([{ op: "add", path: "members", value: [{ value }] }]),
      );
      assert.ok(status === 200 || status === 204, `the status ${status}`);
      const { body } = await server.ask("GET", `/Groups/${group}`);
      assert.deepEqual(body.schemas, [GROUP]);
      assert.deepEqual(
        body.members.map((member: { readonly value: string }) => member.value),
        [...server.ready.users.slice(0, 1000), value],
      );
    },
  },
];
