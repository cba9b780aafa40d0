// The words in which cycles are written. `{name}` in a path, a body or an expectation stands for the id that a step kept under
// that name; `{guid}` for a random one.

export const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
export const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** One request of an identity provider. */
export interface Step {
  /** Why the client sends it. */
  readonly name: string;
  readonly client: string;
  readonly request: {
    readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    /** Below the base URL, not yet encoded. */
    readonly path: string;
    readonly body?: unknown;
    /** Instead of the right one. */
    readonly token?: string;
  };
  /** Keeps the id of the answer under this name, for the steps that follow. */
  readonly keep?: string;
  readonly needs: Needs;
}

/** What the client needs back to go on. */
export interface Needs {
  readonly status: readonly number[];
  /** Members that the body must have; an array must have exactly these elements. */
  readonly contains?: unknown;
  /** Attributes that the body must not have. */
  readonly absent?: readonly string[];
}

/** The client by name, with the headers of its requests. */
export interface Cycle {
  readonly client: string;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

/** A step whose client is known from where it stands. */
export type ClientStep = Omit<Step, "client">;

/** A PATCH that changes what it names, answered with the resource or, of a group, without. */
export function patch(
  name: string,
  path: string,
  operations: readonly object[],
  contains: object,
  absent?: readonly string[],
): ClientStep {
  return {
    name,
    request: { method: "PATCH", path, body: { schemas: [PATCH], Operations: operations } },
    needs: {
      status: path.startsWith("/Groups") ? [200, 204] : [200],
      contains,
      ...(absent === undefined ? {} : { absent }),
    },
  };
}

/** A list of one. */
export const one = (id: string, more: object = {}): Needs => ({
  status: [200],
  contains: { totalResults: 1, Resources: [{ id, ...more }] },
});
