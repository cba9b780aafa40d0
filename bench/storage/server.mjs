// A server whose peak memory is measured; see memory.ts. Plain JavaScript over the built package, so that nothing but the
// library and the database driver is in memory.
import { once } from "node:events";
import { createServer } from "node:http";
import { createScim, EnterpriseUserSchema, Group, User } from "scimkit";
import { nodeHandler } from "scimkit/node";
import { open } from "./open.mjs";

const { task, place, group } = JSON.parse(process.argv[2]);
const opened = await open(place, { connections: 4 });
const scim = createScim({
  resourceTypes: [User.extend(EnterpriseUserSchema), Group],
  storage: opened.storage,
  baseUrl: "http://127.0.0.1/scim/v2",
  unsafeNoAuthentication: true,
});

const tasks = {
  async list() {
    let listed = 0;
    let cursor = "";
    while (cursor !== undefined) {
      const url = `/scim/v2/Users?count=100&cursor=${encodeURIComponent(cursor)}`;
      const { status, body } = await scim.handle({ method: "GET", url, headers: {} });
      if (status !== 200) throw new Error(`a page was answered with ${status}: ${body}`);
      const page = JSON.parse(typeof body === "string" ? body : await new Response(body).text());
      listed += page.Resources.length;
      cursor = page.nextCursor;
    }
    return ` (${listed} listed)`;
  },
  async patch() {
    const operations = [{ op: "replace", path: "displayName", value: `Renamed ${process.pid}` }];
    const { status } = await scim.handle({
      method: "PATCH",
      url: `/scim/v2/Groups/${group}?attributes=displayName`,
      headers: { "content-type": "application/scim+json" },
      body: JSON.stringify({ schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: operations }),
    });
    return ` (status ${status})`;
  },
  async get() {
    const server = createServer(nodeHandler(scim)).listen(0, "127.0.0.1");
    await once(server, "listening");
    process.send({ url: `http://127.0.0.1:${server.address().port}/scim/v2` });
    await once(process, "message");
    const { status } = await scim.handle({
      method: "GET",
      url: "/scim/v2/Groups?excludedAttributes=members",
      headers: {},
    });
    server.close();
    server.closeAllConnections();
    return `; after a client that left half-way the next was answered with ${status}`;
  },
};

const note = await tasks[task]();
process.send({ megabytes: Math.round(process.resourceUsage().maxRSS / 1024), note });
await opened.close();
process.disconnect();
