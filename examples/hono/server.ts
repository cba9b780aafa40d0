// SCIM in a Hono application. The same lines serve on Workers, Deno and Bun.
import { Hono } from "hono";
import { bearerToken, createScim, EnterpriseUser, Group, type ProfileName, type StorageAdapter, User } from "scimkit";
import { fetchHandler } from "scimkit/fetch";

export interface AppOptions {
  /** The URL that identity providers are given. Its path is where the handler is mounted below. */
  readonly baseUrl: string;
  /** The secret that identity providers are given. */
  readonly token: string;
  readonly profile?: ProfileName;
  readonly references?: "check" | "ignore";
  /** Where users and groups are kept. */
  readonly storage: StorageAdapter;
}

export function createApp({ baseUrl, token, storage, profile = "interop", references = "check" }: AppOptions): Hono {
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUser), Group],
    storage,
    baseUrl,
    authenticate: bearerToken(token),
    profile,
    references,
    on: (event) => {
      if (event.type === "fault") console.error(event.error);
    },
  });
  const handle = fetchHandler(scim);

  const app = new Hono();
  app.all("/scim/v2/*", (context) => handle(context.req.raw));
  app.get("/", (context) => context.text("The routes of your own application stay as they are."));
  return app;
}
