import { isUnder } from "../patch/unknown-names.ts";
import { type AttributePath, pathOf } from "../schema/attribute.ts";
import { notAnAttribute } from "../schema/nearest.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context } from "../storage/adapter.ts";
import type { Call, Engine } from "./call.ts";
import type { BulkEntry, Operation } from "./operation.ts";
import { touchedBy } from "./touched.ts";

/**
 * What an operation is for: to read resources, to change them, or to learn what the server can do (`/Schemas` and the like). Every
 * operation is one of the three, those that are not there yet as well.
 */
export type Access = "read" | "write" | "discover";

/** The verbs, as `authorize` is told them. This union may grow: decide on `access`, or give a `switch` over it a default branch. */
export type OperationType =
  | "create"
  | "read"
  | "query"
  | "rootQuery"
  | "replace"
  | "patch"
  | "delete"
  | "bulk"
  | "discover";

/**
 * What `authorize` is told of an operation, once HTTP, letter case, URNs, aliases and the quirks of a client are behind it. Nothing of
 * it is as the client wrote it, so that no spelling passes a guard by. What the values are is the business of `decide`. The option
 * `authorize` knows the names of its `resourceTypes`; a guard that stands elsewhere takes any.
 *
 * @example
 * ```ts
 * import { errors, type ScimOptions } from "scimkit";
 * const authorize: ScimOptions["authorize"] = (operation) => {
 *   if (operation.access === "discover") return;
 *   if (operation.access === "write" && operation.touches("roles")) throw errors.forbidden("Roles are given by people.");
 *   if (operation.resourceTypes.includes("Device")) throw errors.forbidden("These credentials are for users and groups.");
 * };
 * ```
 * @see RFC 7644 §3.2, §7.7
 */
export interface OperationFacts<N extends string = string> {
  /** The verb. There may be more of them in a later version: decide on `access` where that is what you mean. */
  readonly type: OperationType;
  readonly access: Access;
  /**
   * Names of the resource types that it is about: one; of a `rootQuery` those of which the answer may hold resources; of a `bulk`
   * those that its operations name; of `discover` none.
   */
  readonly resourceTypes: readonly N[];
  /** The resource that it is about, where it is about one that is there: `read`, `replace`, `patch` and `delete`. */
  readonly id: string | undefined;
  /**
   * Whether it has to do with an attribute, by its path in any letter case: `roles`, `name.givenName`,
   * `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager`, or the URN of a schema for all of its attributes. An attribute
   * is touched where a part of it is, and a part where the whole is.
   *
   * - A `create` touches what its body names, whatever the value; a `patch`, what it changes; what is readOnly is touched by neither.
   *   With the option `adopt` a create may become an account that exists, and then touches `active` as well, and with `take: "put"` all
   *   that a `replace` would.
   * - A `replace` touches what its body names, and what it would clear because the body does not.
   * - A `delete` touches everything.
   * - `read`, `query` and `rootQuery` touch what the answer shows, and what it is filtered or sorted by. To hide an attribute rather
   *   than refuse the request, use `isReadable`.
   * - A `bulk` touches nothing as a whole: each operation in it is asked about by itself.
   *
   * @throws {TypeError} for a path that no resource type of the service has, and that is under the URN of none of its schemas: a guard
   *   with a slip in it refuses (500) instead of letting everything through. Under a foreign URN: `false`.
   */
  touches(path: string): boolean;
}

const ACCESS: Readonly<Record<Operation["type"], Access>> = {
  create: "write",
  read: "read",
  query: "read",
  rootQuery: "read",
  replace: "write",
  patch: "write",
  delete: "write",
  bulk: "write",
  discover: "discover",
};

/** What the host is told of an operation; no more of it can be reached from there. */
export function factsOf<C extends Context>(operation: Operation, { engine, router }: Call<C>): OperationFacts {
  let touched: ReturnType<typeof touchedBy> | undefined;
  return Object.freeze({
    type: operation.type,
    access: ACCESS[operation.type],
    resourceTypes: Object.freeze(typesOf(operation, engine, router).map(({ name }) => name)),
    id: "id" in operation && operation.type !== "discover" ? operation.id : undefined,
    touches(text: string): boolean {
      checkPath(text, engine.resourceTypes);
      touched ??= touchedBy(operation, engine);
      return touched.some(({ resourceType, has }) => pathsOf(resourceType, text).some(has));
    },
  });
}

function typesOf<C extends Context>(
  operation: Operation,
  engine: Engine<C>,
  router: Call<C>["router"],
): readonly CompiledResourceType[] {
  switch (operation.type) {
    case "rootQuery":
      return operation.resourceTypes;
    case "bulk":
      return [...new Set(operation.entries.flatMap((entry) => typeOf(entry, engine, router)))];
    case "discover":
      return [];
    default:
      return [operation.resourceType];
  }
}

/** The resource type whose endpoint a path begins with; what else is wrong with it is said when its turn comes. */
function typeOf<C extends Context>(
  { path = "" }: BulkEntry,
  { quirks }: Engine<C>,
  router: Call<C>["router"],
): readonly CompiledResourceType[] {
  const [endpoint = ""] = path.replace(/^\//, "").split("/");
  try {
    const found = router.find(`/${endpoint}`, quirks.reads.endpointCase ? () => undefined : undefined);
    return found === undefined ? [] : [found.resourceType];
  } catch {
    return [];
  }
}

/** What a path means in one resource type: an attribute, or all those of a schema. */
function pathsOf(resourceType: CompiledResourceType, text: string): readonly AttributePath[] {
  if (text.toLowerCase() === resourceType.urn.toLowerCase())
    return resourceType.core.map((attribute) => pathOf(attribute));
  const extension = resourceType.extension(text);
  if (extension !== undefined) return extension.attributes.map((attribute) => pathOf(attribute));
  const path = resourceType.resolve(text, true) ?? resourceType.keptPath(text);
  return path === undefined ? [] : [path];
}

function checkPath(text: string, resourceTypes: readonly CompiledResourceType[]): void {
  if (resourceTypes.some((type) => pathsOf(type, text).length > 0)) return;
  const urns = resourceTypes.flatMap(({ urn, extensions }) => [urn, ...extensions.map((extension) => extension.urn)]);
  const isForeign = text.includes(":") && !urns.some((urn) => isUnder(urn, text.toLowerCase()));
  if (!isForeign) throw new TypeError(`touches: ${problemOf(text, resourceTypes)}`);
}

/** Says which attribute is meant, where one of the types has one of nearly that name. */
function problemOf(text: string, resourceTypes: readonly CompiledResourceType[]): string {
  const problems = resourceTypes.map((type) => notAnAttribute(type, text));
  return problems.find((problem) => problem.includes("Did you mean")) ?? problems.join(" ");
}
