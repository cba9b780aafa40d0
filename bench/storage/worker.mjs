// One process of several that share a database, or the one that is killed. It is told what to do over IPC; see races.ts, kill.ts.
// Plain JavaScript over the built package: a process of this kind is what a host runs.
import { writeSync } from "node:fs";
import {
  createScim,
  defineResourceType,
  EnterpriseUserSchema,
  errors,
  Group,
  schemaFromJson,
  schemaToJson,
  User,
} from "scimkit";
import { parseFilter, resolveFilter } from "scimkit/filter";
import { open } from "./open.mjs";

const { place, isNaive } = JSON.parse(process.argv[2]);
const opened = await open(place, { connections: 2 });
const scim = createScim({
  resourceTypes: isNaive ? [looseUser(), Group] : [User.extend(EnterpriseUserSchema), Group],
  storage: isNaive ? naive(opened.storage) : opened.storage,
  baseUrl: "https://example.com/scim/v2",
  unsafeNoAuthentication: true,
});

const tasks = {
  /** Adds each member by a PATCH of its own. */
  async add({ group, members }) {
    const statuses = {};
    for (const value of members) count(statuses, (await patch("Groups", group, "add", "members", [{ value }])).status);
    return statuses;
  },
  /** Creates a user of each name; others do the same at the same time. */
  async create({ names }) {
    const created = [];
    const statuses = {};
    for (const userName of names) {
      const { status } = await send("POST", "Users", { schemas: [User.schema.id], userName });
      count(statuses, status);
      if (status === 201) created.push(userName);
    }
    return { statuses, created };
  },
  /**
   * Writes until it is killed: users, changes of them, members. What was answered with success is said on standard output,
   * written at once, so that a kill does not take it along.
   */
  async write({ group, from }) {
    for (let number = from; ; number++) {
      const title = `t${number}`;
      const userName = `user-${number}@example.com`;
      const created = await send("POST", "Users", { schemas: [User.schema.id], userName, title, nickName: title });
      if (created.status !== 201) {
        say({ refused: created.status });
        continue;
      }
      const { id } = JSON.parse(created.body);
      say({ created: id, title });
      const changed = await patch("Users", id, "replace", undefined, { title: `${title}b`, nickName: `${title}b` });
      if (changed.status === 200) say({ changed: id, title: `${title}b` });
      const added = await patch("Groups", group, "add", "members", [{ value: id }]);
      if (added.status === 204) say({ added: id });
    }
  },
};

process.on("message", async ({ task, ...details }) => process.send({ done: await tasks[task](details) }));
process.on("disconnect", () => process.exit());
process.send({ ready: process.pid });

function count(statuses, status) {
  statuses[status] = (statuses[status] ?? 0) + 1;
}

function say(fact) {
  writeSync(1, `${JSON.stringify(fact)}\n`);
}

async function send(method, path, body) {
  const headers = { "content-type": "application/scim+json" };
  return scim.handle({ method, url: `/scim/v2/${path}`, headers, body: JSON.stringify(body) });
}

function patch(endpoint, id, op, path, value) {
  return send("PATCH", `${endpoint}/${id}`, {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op, ...(path === undefined ? {} : { path }), value }],
  });
}

/** What many a home-made adapter does: read, change, write back; look whether a name is free, then take it. */
function naive(storage) {
  const { applyDelta: _, transaction: __, ...rest } = storage;
  return {
    ...rest,
    replace: ({ ifVersion: _, ...request }, context) => storage.replace(request, context),
    async create(request, context) {
      const { resourceType, resource } = request;
      if (typeof resource.userName === "string") {
        const filter = resolveFilter(parseFilter(`userName eq ${JSON.stringify(resource.userName)}`), resourceType);
        const page = { startIndex: 1, count: 1 };
        const found = await storage.query({ resourceType, filter, page, select: { includes: () => false } }, context);
        if (found.resources.length > 0) throw errors.uniqueness("userName");
      }
      return storage.create(request, context);
    },
  };
}

/** User without the constraint on userName. */
function looseUser() {
  const schema = schemaToJson(User.schema);
  const attributes = schema.attributes.map((attribute) =>
    attribute.name === "userName" ? { ...attribute, uniqueness: "none" } : attribute,
  );
  return defineResourceType({ name: "User", endpoint: "/Users", schema: schemaFromJson({ ...schema, attributes }) });
}
