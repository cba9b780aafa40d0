import type { Call } from "../call/call.ts";
import { pointerTo } from "../patch/pointer.ts";
import type { Attribute } from "../schema/attribute.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import type { Difference } from "./difference.ts";

/** An object id without its hyphens, and what stands behind it. */
const TOMBSTONE = /^[0-9a-f]{32}(?=.)/i;

/** What a write makes of what. */
interface States {
  readonly before: ResourceObject;
  readonly after: ResourceObject;
  readonly changes?: Difference["changes"] | undefined;
}

/** A write without the names that a provider gives to who is deleted there, where the profile leaves those alone. */
export function withoutTombstoneNames<C extends Context, R extends States>(
  resourceType: CompiledResourceType,
  rewrite: R,
  { engine: { quirks }, note }: Call<C>,
): R {
  if (!quirks.reads.renamedTombstones) return rewrite;
  const { before, after, changes } = rewrite;
  const renamed = resourceType.unique
    .filter(({ attribute, sub }) => sub === undefined && !attribute.multiValued)
    .map(({ attribute }) => attribute)
    .filter((attribute) => isRenamed(attribute, readAttribute(before, attribute), readAttribute(after, attribute)));
  if (renamed.length === 0) return rewrite;
  const kept: Record<string, unknown> = { ...after };
  for (const attribute of renamed) {
    note(quirks.ruleOf("renamedTombstones"), attribute.path);
    writeAttribute(kept, attribute, readAttribute(before, attribute));
  }
  const pointers = renamed.map((attribute) => pointerTo(attribute));
  const left = changes?.filter(({ path }) => !pointers.includes(path));
  return { ...rewrite, after: kept as ResourceObject, ...(left === undefined ? {} : { changes: left }) };
}

function isRenamed(attribute: Attribute, before: unknown, after: unknown): boolean {
  if (typeof before !== "string" || typeof after !== "string" || !TOMBSTONE.test(after)) return false;
  return attribute.key(after.replace(TOMBSTONE, "")) === attribute.key(before);
}
