/** A recorded request of an identity provider, and what it needs back. test/interop/README.md says what the keys mean. */
export interface Sample {
  readonly id: string;
  readonly client: string;
  readonly phase: string;
  readonly why: string;
  readonly given: Given;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly expect: Expectation & {
    readonly after?: readonly (Expectation & { readonly get: string; readonly status: number })[];
  };
  readonly strictRfc?: { readonly status: number; readonly scimType?: string; readonly note?: string };
  readonly quirks?: readonly string[];
}

/** What departs from the world before the request. */
export interface Given {
  readonly users?: Readonly<Record<string, object>>;
  readonly extraUsers?: number;
  readonly groupMembers?: Readonly<Record<string, number>>;
}

/** What is asked of a response. */
export interface Expectation {
  readonly status: number | readonly number[];
  readonly bodyContains?: unknown;
  readonly arrayLengths?: Readonly<Record<string, number>>;
  readonly bodyAbsent?: readonly string[];
  readonly bodyEmpty?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Users and groups that are there before a request. */
export interface World {
  readonly users: readonly WorldUser[];
  readonly groups: readonly WorldGroup[];
}

export interface WorldUser {
  readonly id: string;
  readonly [attribute: string]: unknown;
}

export interface WorldGroup {
  readonly id: string;
  readonly [attribute: string]: unknown;
  readonly members?: readonly { readonly value: string }[];
}

/** The state before a sample: the world, with what the sample gives besides. */
export function worldBefore({ users, groups }: World, given: Given): World {
  const extra = Array.from({ length: given.extraUsers ?? 0 }, (_, index) => ({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    id: `gen-${String(index).padStart(4, "0")}`,
    userName: `gen${index}@example.com`,
  }));
  return {
    users: [...users.map((user) => ({ ...user, ...given.users?.[user.id] })), ...extra],
    groups: groups.map((group) => {
      const count = given.groupMembers?.[group.id];
      return count === undefined
        ? group
        : { ...group, members: extra.slice(0, count).map(({ id }) => ({ value: id })) };
    }),
  };
}
