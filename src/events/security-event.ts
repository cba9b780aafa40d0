import { PATCH_SCHEMA } from "../patch/parse.ts";
import { isObject, isSame, type ResourceObject } from "../schema/value.ts";
import type { ChangeEvent } from "./event.ts";

/** Prefix of the events of this file. @see RFC 9967 §2.4 */
const PROV = "urn:ietf:params:scim:event:prov";

/** How a token is made of an event. @see RFC 9967 §2; RFC 8417 §2.2 */
export interface SecurityEventOptions {
  /** `iss`: who publishes, as agreed with the receivers. */
  readonly issuer: string;
  /** `aud`: whom it is for. Default: left out. */
  readonly audience?: string | readonly string[] | undefined;
  /**
   * `"full"`: the payload has the values, as a create or PUT body or as a PATCH that leads from one state to the other. Default
   * `"notice"`: it has the names of the attributes, and the receiver reads the resource if it wants to know.
   */
  readonly mode?: "notice" | "full" | undefined;
  /** `jti`, the name of the token. Default `crypto.randomUUID()`. */
  readonly id?: string | undefined;
  /** `txn`, the name of the change. Default the event's `transaction`; for a bulk request its own with `:` and the zero-based index. */
  readonly transaction?: string | undefined;
}

/** The claims of a SCIM security event token, to be signed and sent by the host. @see RFC 9967 §2, RFC 8417 §2.2 */
export interface SecurityEvent {
  readonly jti: string;
  /** When the change was, in seconds. */
  readonly iat: number;
  readonly iss: string;
  readonly aud?: string | readonly string[];
  readonly txn: string;
  readonly sub_id: { readonly format: "scim"; readonly uri: string; readonly externalId?: string };
  readonly events: Readonly<Record<string, ResourceObject>>;
}

/**
 * Makes of a change event, told or handed out, the claims of a SCIM security event token. Signing and delivery are the host's, and so are feeds and
 * who is in them.
 *
 * A "full" payload has no secrets and no URLs. Where nothing but a secret changed, there is nothing to show, and the token is a
 * notice all the same.
 *
 * @example
 * ```ts
 * import { type ChangeEvent, toSecurityEvent } from "scimkit";
 * declare function sign(claims: object): Promise<void>;
 * async function onChange(event: ChangeEvent) {
 *   await sign(toSecurityEvent(event, { issuer: "https://scim.example.com" }));
 * }
 * ```
 * @throws {TypeError} for a mode that is neither `"notice"` nor `"full"`.
 * @see RFC 9967 §2.4
 */
export function toSecurityEvent(event: Told, options: SecurityEventOptions): SecurityEvent {
  const { issuer, audience, mode = "notice", id = crypto.randomUUID(), transaction = event.transaction } = options;
  if (mode !== "notice" && mode !== "full")
    throw new TypeError('toSecurityEvent: mode must be one of "notice", "full".');
  return {
    jti: id,
    iat: Math.floor(Date.parse(event.at) / 1000),
    iss: issuer,
    ...(audience === undefined ? {} : { aud: audience }),
    txn: transaction,
    // The subject stands here and never in `sub`, nor in the payload [E-2.1-01].
    sub_id: {
      format: "scim",
      uri: `${event.endpoint}/${encodeURIComponent(event.id)}`,
      ...(event.externalId === undefined ? {} : { externalId: event.externalId }),
    },
    events: payloadOf(event, mode),
  };
}

/** A change as `onChange` is told of it, or as the outbox hands it out: the context is of no account. */
type Told = Omit<ChangeEvent, "context">;

function payloadOf(event: Told, mode: "notice" | "full"): SecurityEvent["events"] {
  switch (event.type) {
    case "created":
      return changePayload(event, "create", mode === "full" ? event.after : undefined);
    case "replaced":
      return changePayload(event, "put", mode === "full" ? event.after : undefined);
    case "patched":
      return changePayload(event, "patch", mode === "full" ? patchOf(event) : undefined);
    case "adopted":
    case "restored":
      return event.before === undefined
        ? changePayload(event, "create", mode === "full" ? event.after : undefined)
        : changePayload(event, "patch", mode === "full" ? patchOf(event) : undefined);
    case "deleted":
      // Without payload and qualifier, and without a feed:remove [E-2.4-01].
      return { [`${PROV}:delete`]: {} };
    case "activated":
      return { [`${PROV}:activate`]: {} };
    case "deactivated":
      return { [`${PROV}:deactivate`]: {} };
  }
}

/** Exactly one of `data` and `attributes`, and the URI says which [E-2.2-01]. */
function changePayload(
  event: Told,
  verb: "create" | "put" | "patch",
  full: ResourceObject | undefined,
): SecurityEvent["events"] {
  const version = event.version === undefined ? {} : { version: event.version };
  return full === undefined
    ? { [`${PROV}:${verb}:notice`]: { ...version, attributes: event.attributes } }
    : { [`${PROV}:${verb}:full`]: { ...version, data: full } };
}

/** A PATCH that makes of the state before the state after, whatever operations the client sent. */
function patchOf(event: Told): ResourceObject | undefined {
  const operations = event.attributes.flatMap((path) => {
    const delta = event.deltas.find(({ attribute }) => attribute === path);
    if (delta !== undefined) return [...removals(path, delta.left), ...addition(path, delta.joined)];
    return operationsFor(path, valueAt(event.before, path), valueAt(event.after, path));
  });
  return operations.length === 0 ? undefined : { schemas: [PATCH_SCHEMA], Operations: operations };
}

/** Values in one filter: few enough for the limits that receivers set. */
const MOST_IN_FILTER = 50;

function removals(path: string, values: readonly unknown[]): ResourceObject[] {
  const operations: ResourceObject[] = [];
  for (let start = 0; start < values.length; start += MOST_IN_FILTER) {
    const terms = values.slice(start, start + MOST_IN_FILTER).map((value) => `value eq ${JSON.stringify(value)}`);
    operations.push({ op: "remove", path: `${path}[${terms.join(" or ")}]` });
  }
  return operations;
}

function addition(path: string, elements: readonly ResourceObject[]): ResourceObject[] {
  return elements.length === 0 ? [] : [{ op: "add", path, value: elements }];
}

/** A replace merges into a complex value, so that the parts that are gone are removed first. @see RFC 7644 §3.5.2.3 */
function operationsFor(path: string, before: unknown, after: unknown): ResourceObject[] {
  if (after === undefined) return before === undefined ? [] : [{ op: "remove", path }];
  if (!isObject(before) || !isObject(after)) return [{ op: "replace", path, value: after }];
  const gone = Object.keys(before).filter((name) => after[name] === undefined);
  const given = Object.entries(after).filter(([name, value]) => !isSame(before[name], value));
  return [
    ...gone.map((name) => ({ op: "remove", path: `${path}.${name}` })),
    ...(given.length === 0 ? [] : [{ op: "replace", path, value: Object.fromEntries(given) }]),
  ];
}

/** The value of a top-level attribute: `userName`, `urn:…:enterprise:2.0:User:department`. */
function valueAt(resource: ResourceObject | undefined, path: string): unknown {
  const colon = path.lastIndexOf(":");
  if (colon === -1) return resource?.[path];
  const container = resource?.[path.slice(0, colon)];
  return isObject(container) ? container[path.slice(colon + 1)] : undefined;
}
