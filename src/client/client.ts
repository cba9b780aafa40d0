import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { Send } from "./answer.ts";
import type { BulkOptions } from "./bulk.ts";
import type { BulkOperation, BulkResult } from "./bulk-operation.ts";
import type { Capabilities } from "./capabilities.ts";
import type { ClientOptions } from "./options.ts";
import { patienceOf } from "./patience.ts";
import { capabilityProbe } from "./probe.ts";
import { type ResourceClient, resourceClient } from "./resource.ts";
import { senderOf } from "./send.ts";

/** A client of one SCIM service. Made by `createClient`. */
export interface Client<R extends ResourceTypeDefinition = ResourceTypeDefinition> {
  /** The resources of a type, typed by its literal. @throws {TypeError} for a type that is not among `resourceTypes` */
  resource<T extends R>(type: T): ResourceClient<T>;
  /**
   * What the server can do: asked for once, when it is first needed. A document that is missing or wrong is as none, and what it would say is
   * assumed. @throws {ScimClientError} where there is no answer at all; the next call asks again
   */
  capabilities(): Promise<Capabilities>;
  /**
   * Does many operations, in as few bulk requests as the server takes, or one by one where it has no bulk. What others refer to comes
   * first; `bulkId:…` of an operation in an earlier request is replaced by its id. Where a request is too much (413, 429), half of it is
   * sent. A failure of one is its result, and nothing is thrown for it.
   *
   * @returns what became of each, in the order in which they were given
   * @throws {TypeError} for a bulkId that two operations have, and for a reference to none
   * @see RFC 7644 §3.7
   */
  bulk(operations: readonly BulkOperation[], options?: BulkOptions): Promise<readonly BulkResult[]>;
  /** Sends any request, and gives any answer, whatever its status; see `ClientRequest.retry`. */
  readonly send: Send;
}

/**
 * Makes a client of a SCIM service. Nothing is sent yet. It sends what the RFC asks for, and reads what servers are known to answer.
 *
 * @throws {TypeError} for a base URL that is none, or that holds a password.
 * @example
 * ```ts
 * import { Group, User } from "scimkit";
 * import { createClient } from "scimkit/client";
 * const client = createClient({
 *   baseUrl: "https://example.com/scim/v2", token: "a-long-random-secret", resourceTypes: [User, Group],
 * });
 * const users = client.resource(User);
 * const ada = await users.create({ userName: "ada@example.com", active: true });
 * for await (const user of users.list({ filter: "active eq true" })) console.log(user.id, user.userName);
 * await users.patch(ada.id, [{ op: "replace", path: "active", value: false }]);
 * await users.delete(ada.id);
 * ```
 * @see RFC 7644 §3
 */
export function createClient<const R extends ResourceTypeDefinition = never>(options: ClientOptions<R>): Client<R> {
  const { resourceTypes = [], server } = options;
  const patience = patienceOf(options);
  const send = senderOf(options, patience);
  const capabilities = capabilityProbe(send, server?.capabilities, options.capabilities);
  return {
    send,
    capabilities: () => capabilities(),
    // Loaded when it is asked for, so that who reads and writes single resources does not carry it.
    bulk: async (operations, given) =>
      (await import("./bulk.ts")).bulk({ send, server, capabilities }, operations, given),
    resource(type) {
      if (!resourceTypes.some(({ name }) => name === type.name))
        throw new TypeError(`client.resource: ${type.name} is not among the resourceTypes of createClient.`);
      return resourceClient({ type, send, capabilities, patience, server });
    },
  };
}
