// SCIM in a Hono application. The same lines serve on Workers, Deno and Bun.
import { Hono } from "hono";
import {
  bearerToken,
  createScim,
  defineProfile,
  EnterpriseUserSchema,
  Group,
  type ProfileName,
  type ScimOptions,
  type StorageAdapter,
  User,
} from "scimkit";
import { fetchHandler } from "scimkit/fetch";

export interface AppOptions extends Pick<ScimOptions, "onChange" | "onNotice" | "onRequest" | "timeout"> {
  /** The URL that identity providers are given. Its path is where the handler is mounted below. */
  readonly baseUrl: string;
  /** The secret that identity providers are given; while it is changed, the new one and the old one. */
  readonly token: string | readonly string[];
  readonly profile?: ProfileName;
  readonly references?: "check" | "ignore";
  /** Where users and groups are kept. */
  readonly storage: StorageAdapter;
}

export function createApp(options: AppOptions): Hono {
  const { baseUrl, token, storage, profile = "lenient", references = "check", timeout = 30_000 } = options;
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage,
    baseUrl,
    authenticate: bearerToken(Object.fromEntries([token].flat().map((one) => [one, {}]))),
    profile: defineProfile({ extends: profile, settings: references === "ignore" ? { references } : {} }),
    timeout,
    onChange: (event) => options.onChange?.(event),
    onNotice: options.onNotice ?? ((event) => event.type === "fault" && console.error(event.error)),
    onRequest: (event) => options.onRequest?.(event),
  });
  const handle = fetchHandler(scim);

  const app = new Hono();
  app.all(`${mountPath(baseUrl)}/*`, (context) => handle(context.req.raw, context.env));
  app.get("/", (context) => context.text("The routes of your own application stay as they are."));
  return app;
}

/** The path of the base URL, without a slash at its end. */
export const mountPath = (baseUrl: string): string => new URL(baseUrl).pathname.replace(/\/$/, "");
