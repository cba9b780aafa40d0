// What servers hold, and what is said of it.
export const PATH = "/scim/v2";
export const BASE_URL = `http://localhost${PATH}`;
export const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
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

export interface NewUser {
  readonly userName: string;
  readonly [attribute: string]: unknown;
}

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

export interface NewGroup {
  readonly schemas: readonly string[];
  readonly displayName: string;
  readonly members: readonly { readonly value: string }[];
}
