import * as z from "zod/mini";
import { safeParse } from "../safe-parse.ts";
import { ServiceProviderConfigSchema } from "../schema/core/service-provider-config.ts";
import { isReference } from "../schema/reference.ts";
import type { ShapeOf } from "./shape.ts";

/**
 * What `/ServiceProviderConfig` says besides what scimkit computes: `securityEvents`, for a host that delivers security event
 * tokens; what a later RFC or a draft defines, such as `rolesAndEntitlements`; and members of the host's own under the URN of a
 * schema of theirs. All of it is JSON, and published as it is.
 *
 * @example
 * ```ts
 * import type { Announcements } from "scimkit";
 * const announce: Announcements = {
 *   securityEvents: { asyncRequest: "none", eventUris: ["urn:ietf:params:scim:event:prov:delete"] },
 *   rolesAndEntitlements: { roles: { enabled: true, multipleRolesSupported: true } },
 *   "urn:example:params:scim:schemas:Service": { region: "eu-1" },
 * };
 * ```
 * @see RFC 7643 §5; RFC 9967 §4
 */
export interface Announcements {
  readonly securityEvents?: {
    /** Requests are answered when they are done, so that there is nothing else to announce. */
    readonly asyncRequest?: "none";
    /** The kinds of events that the host delivers. */
    readonly eventUris?: readonly string[];
  };
  readonly [urn: `urn:${string}`]: Readonly<Record<string, unknown>>;
  /** A member of another document's; those that scimkit computes are refused when the server starts. */
  readonly [name: string]: unknown;
}

/** The shape of `securityEvents`. */
export const SecurityEventsShape = z.strictObject({
  asyncRequest: z.optional(
    z
      .string()
      .check(
        z.refine((value) => value.toLowerCase() === "none", "must be none: every request is answered when it is done"),
      ),
  ),
  eventUris: z.optional(
    z.array(
      z.string().check(z.refine((value) => isReference(value) && URL.canParse(value), "must be an absolute URI")),
    ),
  ),
} satisfies ShapeOf<NonNullable<Announcements["securityEvents"]>>);

/** What scimkit computes: all of the schema of the document but `securityEvents`, and what every resource has. */
const COMPUTED: ReadonlySet<string> = new Set(
  [...Object.keys(ServiceProviderConfigSchema.attributes), "schemas", "id", "externalId", "meta"]
    .filter((name) => name !== "securityEvents")
    .map((name) => name.toLowerCase()),
);

/**
 * The shape of `announce`. Members that scimkit computes have no place in it: what is announced is what is done [T-L6].
 */
export const AnnouncementsShape = z
  .catchall(z.object({ securityEvents: z.optional(SecurityEventsShape) } satisfies ShapeOf<Announcements>), z.json())
  .check(
    z.superRefine((value, context) => {
      for (const [name, member] of Object.entries(value)) {
        const message = problemOf(name, member);
        if (message !== undefined) context.addIssue({ code: "custom", path: [name], message });
      }
    }),
  );

function problemOf(name: string, member: unknown): string | undefined {
  const lower = name.toLowerCase();
  if (lower.startsWith("urn:"))
    return typeof member === "object" && member !== null && !Array.isArray(member)
      ? undefined
      : "must be an object, as a schema of yours describes it";
  if (COMPUTED.has(lower)) return "cannot be announced, because it is computed from what the server does";
  if (lower === "securityevents" && name !== "securityEvents") return "must be written securityEvents";
  return /^[a-z][\w$-]*$/i.test(name) ? undefined : "must be the name of an attribute, or the URN of a schema of yours";
}

/**
 * Checks announcements that are not an option.
 * @throws {TypeError} naming the member and what it must be.
 */
export function checkAnnounced(where: string, announced: object): void {
  const [issue] = safeParse(AnnouncementsShape, announced).error?.issues ?? [];
  if (issue !== undefined) throw new TypeError(`createScim: ${[where, ...issue.path].join(".")}: ${issue.message}.`);
}
