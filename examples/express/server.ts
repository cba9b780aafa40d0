// SCIM in an Express application.
import express, { type Express } from "express";
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
import { nodeHandler } from "scimkit/node";

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

export function createApp(options: AppOptions): Express {
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

  const app = express();
  app.disable("x-powered-by");
  // Ahead of body parsers: scimkit reads the body itself, within its own limits and with SCIM errors for what is wrong.
  app.use(new URL(baseUrl).pathname, nodeHandler(scim));
  app.use(express.json());
  app.get("/", (_request, response) => {
    response.send("The routes of your own application stay as they are.");
  });
  return app;
}
