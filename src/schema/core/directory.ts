import { EnterpriseUserSchema } from "./enterprise-user.ts";
import { Group } from "./group.ts";
import { User } from "./user.ts";

/** What a directory holds where nobody says otherwise: users with the enterprise extension, and groups. */
export const DIRECTORY = [User.extend(EnterpriseUserSchema), Group] as const;

/** By what clients look up and sort what a directory holds, besides what is unique. */
export const LOOKED_UP = ["userName", "externalId", "displayName", "emails.value"] as const;
