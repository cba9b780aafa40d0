// scimkit over memory. Settings: the folder of its package, and the host: node, express or hono.

import type { RequestListener } from "node:http";
import { createRequire } from "node:module";
import type { Scim } from "scimkit";
import { subjectIn } from "../../harness/subject.ts";
import { BASE_URL, PATH } from "../data.ts";
import { seed, serve, settings } from "./serve.ts";

const [folder = "", host = ""] = settings;
const subject = subjectIn(folder);
const { createScim, Group, User } = await subject.load("scimkit");
const { memoryStorage } = await subject.load("scimkit/memory");
const scim = createScim({
  resourceTypes: [User, Group],
  storage: memoryStorage(),
  baseUrl: BASE_URL,
  authenticate: () => ({}),
});

async function create(endpoint: string, resource: object): Promise<string> {
  const { status, body } = await scim.handle({
    method: "POST",
    url: `${PATH}${endpoint}`,
    headers: { "content-type": "application/scim+json" },
    body: JSON.stringify(resource),
  });
  if (status !== 201) throw new Error(`POST ${endpoint}: ${status} ${String(body)}`);
  return (JSON.parse(String(body)) as { readonly id: string }).id;
}

/** The frameworks of the package above, whatever the peers bring along. */
const require = createRequire(new URL("../../../package.json", import.meta.url));

const LISTENERS: Readonly<Record<string, (scim: Scim) => Promise<RequestListener>>> = {
  node: async (scim) => (await subject.load("scimkit/node")).nodeHandler(scim),
  express: async (scim) => {
    const express = require("express") as typeof import("express");
    const app = express();
    app.disable("x-powered-by");
    app.use(PATH, (await subject.load("scimkit/node")).nodeHandler(scim));
    return app as unknown as RequestListener;
  },
  hono: async (scim) => {
    const { Hono } = require("hono") as typeof import("hono");
    const { getRequestListener } = require("@hono/node-server") as typeof import("@hono/node-server");
    const handle = (await subject.load("scimkit/fetch")).fetchHandler(scim);
    const app = new Hono();
    app.all(`${PATH}/*`, (context) => handle(context.req.raw, context.env));
    return getRequestListener(app.fetch) as RequestListener;
  },
};
const listenerOf = LISTENERS[host];
if (listenerOf === undefined) throw new TypeError(`No host ${host}.`);

serve(
  await listenerOf(scim),
  await seed(
    (user) => create("/Users", user),
    (group) => create("/Groups", group),
  ),
);
