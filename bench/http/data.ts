// What servers hold, and what is said of it.
/** Where the endpoints are. */
export const PATH = "/scim/v2";
/** The same, as answers have it. */
export const BASE_URL = `http://localhost${PATH}`;
/** The schema of users. */
export const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
/** The schema of groups. */
export const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";

/** What a server holds at the start: users, and groups of the first `members` of them. */
export interface Seeds {
  readonly users: number;
  readonly groups: number;
  readonly members: number;
}

/** What a server says of itself once it listens. */
export interface Ready {
  readonly port: number;
  readonly users: readonly string[];
  readonly groups: readonly string[];
  /** Where its endpoints are, if not at `PATH`. */
  readonly path?: string;
  /** The token without which it answers nobody. */
  readonly token?: string;
}

/** A user as a client sends it. */
export interface NewUser {
  readonly userName: string;
  readonly [attribute: string]: unknown;
}

/** The user of a number. */
export function userAt(at: number): NewUser {
  const userName = `user${at}@example.com`;
  return {
    schemas: [USER],
    externalId: `ext-${at}`,
    userName,
    name: { givenName: `Given${at}`, familyName: `Family${at}` },
    displayName: `User ${at}`,
    emails: [{ value: userName, type: "work", primary: true }],
    active: true,
  };
}

/** A group as a client sends it. */
export interface NewGroup {
  readonly schemas: readonly string[];
  readonly displayName: string;
  readonly members: readonly { readonly value: string }[];
}
