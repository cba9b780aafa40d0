// SCIM in an Express application.
import express, { type Express } from "express";
import { bearerToken, createScim, EnterpriseUser, Group, type ProfileName, type StorageAdapter, User } from "scimkit";
import { nodeHandler } from "scimkit/node";

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

export function createApp({ baseUrl, token, storage, profile = "interop", references = "check" }: AppOptions): Express {
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

  const app = express();
  app.disable("x-powered-by");
  // Ahead of body parsers: scimkit reads the body itself, within its own limits and with SCIM errors for what is wrong.
  app.use("/scim/v2", nodeHandler(scim));
  app.use(express.json());
  app.get("/", (_request, response) => {
    response.send("The routes of your own application stay as they are.");
  });
  return app;
}
