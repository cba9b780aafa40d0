import type { Filter } from "../filter/ast.ts";
import type { Resource, ResourceInput } from "../schema/resource.ts";
import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { ClientAnswer } from "./answer.ts";
import type { MemberChange } from "./change-members.ts";
import type { Desired } from "./desired.ts";
import { type Endpoint, pathOf } from "./endpoint.ts";
import { type ListOptions, list, readPage, type SelectOptions, selectQuery } from "./list.ts";
import { isScimAnswer, notScim } from "./problem.ts";
import { type AnyResource, expectSuccess, resourceOf } from "./read-answer.ts";
import { checkResource } from "./resource-check.ts";
import type { UpdateOptions } from "./update.ts";
import { PATCH } from "./urns.ts";

/** Options of a request that may be ended. */
export interface CallOptions {
  /** Ends the request. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a change. */
export interface ChangeOptions extends CallOptions {
  /** Changes only the version that has this entity tag, e.g. `meta.version` of what was read; another is a 412. Default: whatever version. */
  readonly ifMatch?: string | undefined;
  /** Reads the resource where the server answers none (204). Default `false`. */
  readonly read?: boolean | undefined;
}

/** One operation of a PATCH. @see RFC 7644 §3.5.2 */
export interface PatchOperation {
  readonly op: "add" | "remove" | "replace";
  readonly path?: string | undefined;
  readonly value?: unknown;
}

/** The resources of one type. Each of its functions rejects with a `ScimClientError` where it does not say otherwise. */
export interface ResourceClient<R extends ResourceTypeDefinition = ResourceTypeDefinition> {
  /**
   * Reads a resource. `undefined`: the server says that there is none; an address without a SCIM service behind it is an error, and never
   * "gone". What its schema does not know is kept, `null` is left out; `meta.version` is there where the server gives an entity tag.
   * @see RFC 7644 §3.4.1
   */
  get(id: string, options?: CallOptions): Promise<Resource<R> | undefined>;
  get(id: string, options: SelectOptions): Promise<Partial<Resource<R>> | undefined>;
  /**
   * Reads all resources, or those that a filter matches, a page at a time, as they are asked for: leave the loop, and nothing more is
   * asked. Each is given once, as long as writes do not move it by more than 4,000 places.
   *
   * Rejects with the code `"paging"` where the list would be cut short in silence: pages that repeat, and empty ones ahead of the end. With
   * the scimType `expiredCursor`, begin anew.
   * @see RFC 7644 §3.4.2; RFC 9865
   */
  list(options?: Omit<ListOptions, keyof SelectOptions> & CallOptions): AsyncGenerator<Resource<R>, void>;
  list(options: ListOptions): AsyncGenerator<Partial<Resource<R>>, void>;
  /** The first resource that a filter matches, `undefined` where there is none. */
  first(filter: Filter | string, options?: CallOptions): Promise<Resource<R> | undefined>;
  /** How many resources there are, or match a filter, as the server counts them. */
  count(filter?: Filter | string, options?: CallOptions): Promise<number>;
  /**
   * Creates a resource, once: a POST that may have been done (cut off, timed out, 5xx) is looked for by `externalId` and by what is
   * unique or required (`userName`, `displayName`), and taken where it is the one. `schemas` are added where they are missing.
   * `mayHaveHappened` of its error is true where the server cannot be asked so.
   * @see RFC 7644 §3.3
   */
  create(resource: ResourceInput<R>, options?: CallOptions): Promise<Resource<R>>;
  /** Replaces a resource by PUT. `undefined`: the server answers no resource. @see RFC 7644 §3.5.1 */
  replace(
    id: string,
    resource: ResourceInput<R>,
    options: ChangeOptions & { readonly read: true },
  ): Promise<Resource<R>>;
  replace(id: string, resource: ResourceInput<R>, options?: ChangeOptions): Promise<Resource<R> | undefined>;
  /**
   * Changes a resource by PATCH. `undefined`: the server answers no resource. Where its answer is lost, it is sent again if that does no
   * harm: see `retry` of `ClientRequest`.
   * @see RFC 7644 §3.5.2
   */
  patch(
    id: string,
    operations: readonly PatchOperation[],
    options: ChangeOptions & { readonly read: true },
  ): Promise<Resource<R>>;
  patch(id: string, operations: readonly PatchOperation[], options?: ChangeOptions): Promise<Resource<R> | undefined>;
  /**
   * Makes of a resource what it should be: reads it, and sends the least PATCH (see `diff`), or a PUT of what was read and changed where
   * the server has no PATCH; nothing where nothing differs. Where the server has entity tags, it changes the version that was read, and
   * after a 412 it reads and compares anew, `attempts` times. What the profile of the server limits is divided into several requests.
   *
   * @param desired what it should be, or what makes that of what it is; see `Desired`. `undefined` of a function: leave it as it is.
   * @returns the resource as it is then, `undefined` where the server answers none and `read` is not asked for.
   * @throws {TypeError} where the profile of the server says that it would be refused, or that something would be lost
   * @see RFC 7644 §3.5
   */
  update(
    id: string,
    desired: Desired<R> | ((current: Resource<R>) => Desired<R> | undefined | Promise<Desired<R> | undefined>),
    options: UpdateOptions & { readonly read: true },
  ): Promise<Resource<R>>;
  update(
    id: string,
    desired: Desired<R> | ((current: Resource<R>) => Desired<R> | undefined | Promise<Desired<R> | undefined>),
    options?: UpdateOptions,
  ): Promise<Resource<R> | undefined>;
  /**
   * Lets members join a group and leave it, by their ids, without reading the group; in as many requests as the server's profile asks for.
   * Who is in both lists leaves. @see RFC 7643 §4.2
   */
  changeMembers(id: string, members: MemberChange, options?: CallOptions): Promise<void>;
  /**
   * Deletes a resource. `false`: it was not there. A DELETE that is answered 404 after an attempt whose answer was lost has done it.
   * @see RFC 7644 §3.6
   */
  delete(id: string, options?: CallOptions & Pick<ChangeOptions, "ifMatch">): Promise<boolean>;
}

/** The functions of one endpoint, as they are without their types. */
export function resourceClient<R extends ResourceTypeDefinition>(endpoint: Endpoint<R>): ResourceClient<R> {
  const { type, send } = endpoint;
  const get = async (id: string, options: SelectOptions = {}): Promise<AnyResource | undefined> => {
    const { signal } = options;
    const answer = await send({ method: "GET", path: pathOf(type, id), query: selectQuery(options), signal });
    if (answer.status === 404 && isScimAnswer(answer)) return undefined;
    return needed("GET", answer);
  };
  const change = async (method: string, id: string, body: object, { ifMatch, read, signal }: ChangeOptions = {}) => {
    const headers: Record<string, string> = ifMatch === undefined ? {} : { "if-match": ifMatch };
    const answer = await send({ method, path: pathOf(type, id), headers, body, signal });
    const changed = resourceOf(method, expectSuccess(method, answer));
    if (changed !== undefined || read !== true) return changed;
    return (await get(id, { signal })) ?? needed(method, answer);
  };
  const functions = {
    get,
    list: (options: ListOptions = {}) => list(endpoint, options),
    async first(filter: Filter | string, { signal }: CallOptions = {}) {
      for await (const one of list(endpoint, { filter, signal, count: 2 })) return one;
      return undefined;
    },
    async count(filter?: Filter | string, { signal }: CallOptions = {}) {
      const { totalResults } = await readPage(endpoint, { filter, signal }, { startIndex: 1, count: 0 });
      if (totalResults !== undefined) return totalResults;
      let count = 0;
      for await (const _ of list(endpoint, { filter, signal, attributes: ["id"] })) count++;
      return count;
    },
    async create(resource: object, { signal }: CallOptions = {}) {
      checkResource(type.name, resource as ResourceObject, endpoint.server, true);
      return (await import("./create-once.ts")).createOnce(endpoint, withSchemas(type, resource), signal);
    },
    // Loaded when they are asked for, so that who reads and writes whole resources does not carry them.
    update: async (id: string, desired: ResourceObject, options?: UpdateOptions) =>
      (await import("./update.ts")).update(endpoint, id, desired, options),
    changeMembers: async (id: string, members: MemberChange, { signal }: CallOptions = {}) =>
      (await import("./change-members.ts")).changeMembers(endpoint, id, members, signal),
    replace: (id: string, resource: object, options?: ChangeOptions) =>
      change("PUT", id, withSchemas(type, resource), options),
    patch: (id: string, operations: readonly PatchOperation[], options?: ChangeOptions) =>
      change("PATCH", id, { schemas: [PATCH], Operations: operations }, options),
    async delete(id: string, { ifMatch, signal }: CallOptions & Pick<ChangeOptions, "ifMatch"> = {}) {
      const headers: Record<string, string> = ifMatch === undefined ? {} : { "if-match": ifMatch };
      const answer = await send({ method: "DELETE", path: pathOf(type, id), headers, signal });
      if (answer.status === 404 && isScimAnswer(answer)) return answer.isRepeat === true;
      expectSuccess("DELETE", answer);
      return true;
    },
  };
  // What the literal says of a resource is what the server is taken to keep.
  return functions as unknown as ResourceClient<R>;
}

function needed(method: string, answer: ClientAnswer): AnyResource {
  const resource = resourceOf(method, expectSuccess(method, answer));
  if (resource === undefined) throw notScim(method, answer, "a resource was expected");
  return resource;
}

/** With the URNs of its schema and of the extensions that it has values of. */
function withSchemas({ schema, extensions }: ResourceTypeDefinition, resource: object): Record<string, unknown> {
  const urns = extensions.map((extension) => extension.schema.id).filter((urn) => urn in resource);
  return { schemas: [schema.id, ...urns], ...resource };
}
