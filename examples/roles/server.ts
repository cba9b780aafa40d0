// Users and groups that clients provision, beside roles, entitlements and memberships that they may only look at.
import {
  bearerToken,
  compileResourceType,
  createScim,
  EnterpriseUserSchema,
  Group,
  type Scim,
  type StorageAdapter,
  User,
} from "scimkit";
import { type Entry, listStorage, type ReadEntries } from "./lists.ts";
import { Entitlement, GroupMembership, Role } from "./types.ts";

/** What the application has to give, as it would read it from its own tables or its configuration. */
const CATALOGUE: Readonly<Record<string, readonly Entry[]>> = {
  Role: [
    { id: "admin", displayName: "Administrator", description: "May change everything." },
    { id: "editor", displayName: "Editor" },
    { id: "reader", displayName: "Reader" },
  ],
  Entitlement: [
    { id: "export", displayName: "Export of reports", type: "feature" },
    { id: "seat-pro", displayName: "Professional", type: "licence" },
  ],
};

export interface ServerOptions {
  readonly baseUrl: string;
  readonly token: string;
  /** Where users and groups are kept. */
  readonly directory: StorageAdapter;
}

export function createServer({ baseUrl, token, directory }: ServerOptions): Scim {
  const catalogue = listStorage(({ name }) => CATALOGUE[name] ?? [], "2026-01-01T00:00:00Z");
  return createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group, Role, Entitlement, GroupMembership],
    storage: {
      User: directory,
      Group: directory,
      Role: catalogue,
      Entitlement: catalogue,
      GroupMembership: listStorage(membershipsIn(directory), "2026-01-01T00:00:00Z"),
    },
    baseUrl,
    authenticate: bearerToken(token),
  });
}

/** Members of all groups, one page of groups after the other. An application with tables of its own would ask these. */
function membershipsIn(directory: StorageAdapter): ReadEntries {
  const groups = compileResourceType(Group);
  return async function* (_, context) {
    for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
      const select = { includes: ({ name }: { readonly name: string }) => name === "members" };
      const page = await directory.query({ resourceType: groups, select, page: { cursor, count: 100 } }, context);
      for (const { id, members } of page.resources) {
        for (const member of valuesOf(members))
          yield { id: `${id}.${member}`, group: { value: id }, member: { value: member } };
      }
      cursor = page.nextCursor;
    }
  };
}

function valuesOf(members: unknown): readonly string[] {
  const values: unknown[] = Array.isArray(members) ? members.map(({ value }) => value) : [];
  return values.filter((value) => typeof value === "string");
}
