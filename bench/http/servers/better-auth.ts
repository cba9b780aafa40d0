// @better-auth/scim over better-auth's adapter in memory. It has no way to leave out who asks: a token is compared in each request.
import { randomBytes } from "node:crypto";
import type { RequestListener } from "node:http";
import { loadPeer } from "../../peers/load.ts";
import { seed, serve } from "./serve.ts";

interface Auth {
  handler(request: Request): Promise<Response>;
}
interface BetterAuth {
  betterAuth(options: object): Auth;
}
interface Database {
  getAuthTables(options: object): Readonly<Record<string, { readonly modelName: string }>>;
}

const { betterAuth } = await loadPeer<BetterAuth>("better-auth");
const { getAuthTables } = await loadPeer<Database>("better-auth/db");
const { memoryAdapter } = await loadPeer<{ memoryAdapter(tables: object): object }>("better-auth/adapters/memory");
const { toNodeHandler } = await loadPeer<{ toNodeHandler(auth: Auth): RequestListener }>("better-auth/node");
const { scim } = await loadPeer<{ scim(options: object): object }>("@better-auth/scim");

const ORIGIN = "http://localhost";
const path = "/api/auth/scim/v2";
const token = randomBytes(32).toString("base64url");
const options = {
  baseURL: ORIGIN,
  secret: randomBytes(32).toString("base64url"),
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  plugins: [
    scim({
      connections: [
        { id: "provider", provisioningDomainId: "provider", credentials: [{ id: "its-credential", token }] },
      ],
    }),
  ],
};
const tables = Object.values(getAuthTables(options)).map(({ modelName }) => [modelName, []]);
const auth = betterAuth({ ...options, database: memoryAdapter(Object.fromEntries(tables)) });

async function create(endpoint: string, resource: object): Promise<string> {
  const request = new Request(`${ORIGIN}${path}${endpoint}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/scim+json" },
    body: JSON.stringify(resource),
  });
  const response = await auth.handler(request);
  if (response.status !== 201) throw new Error(`POST ${endpoint}: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { readonly id: string }).id;
}

serve(toNodeHandler(auth), {
  path,
  token,
  ...(await seed(
    (user) => create("/Users", user),
    (group) => create("/Groups", group),
  )),
});
