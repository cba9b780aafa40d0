import * as z from "zod";
import { isReference } from "../schema/reference.ts";
import type { ShapeOf } from "./shape.ts";

/**
 * What `/ServiceProviderConfig` says besides what scimkit computes: `securityEvents`, for a host that delivers security event
 * tokens, and members of the host's own under the URN of a schema of theirs.
 *
 * @example
 * ```ts
 * import type { Announcements } from "scimkit";
 * const announce: Announcements = {
 *   securityEvents: { asyncRequest: "none", eventUris: ["urn:ietf:params:scim:event:prov:delete"] },
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
}

/** The shape of `securityEvents`. */
export const SecurityEventsShape = z.strictObject({
  asyncRequest: z
    .string()
    .refine((value) => value.toLowerCase() === "none", "must be none: every request is answered when it is done")
    .optional(),
  eventUris: z
    .array(z.string().refine((value) => isReference(value) && URL.canParse(value), "must be an absolute URI"))
    .optional(),
} satisfies ShapeOf<NonNullable<Announcements["securityEvents"]>>);

/**
 * The shape of `announce`. Members that scimkit computes have no place in it: what is announced is what is done [T-L6].
 */
export const AnnouncementsShape = z
  .object({ securityEvents: SecurityEventsShape.optional() } satisfies ShapeOf<Announcements>)
  .catchall(z.record(z.string(), z.json()))
  .superRefine((value, context) => {
    for (const name of Object.keys(value)) {
      if (name === "securityEvents" || name.toLowerCase().startsWith("urn:")) continue;
      context.addIssue({
        code: "custom",
        path: [name],
        message:
          "must be securityEvents or the URN of a schema of yours; the rest is computed from what the server does",
      });
    }
  });
