import type { Attribute } from "../../../schema/attribute.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { isSame, type ResourceObject, readAttribute } from "../../../schema/value.ts";
import type { StorageNotice } from "../../adapter.ts";
import type { Column } from "./column.ts";
import type { TableMapping } from "./mapping.ts";

/** The attributes that may have another value than they were given: of a shared column, of one with a form of its own, with a default or computed. */
export function settledAttributes(
  { attributes }: Pick<CompiledResourceType, "attributes">,
  { defaults = {} }: TableMapping,
  stored: readonly Column[],
  shared: readonly (readonly Column[])[],
): readonly Attribute[] {
  const columns = stored.filter(
    (column) =>
      column.isNormalised === true ||
      column.given.generated === true ||
      Object.hasOwn(defaults, column.name) ||
      shared.some((one) => one.includes(column)),
  );
  const holds = (whole: Attribute): boolean =>
    columns.some(({ attribute }) => attribute === whole || whole.subAttributes.includes(attribute));
  return attributes.filter(holds);
}

/** What is to be told of a write: each attribute that has another value now than it was given. */
export function settledNotices(
  { settled }: { readonly settled: readonly Attribute[] },
  given: ResourceObject,
  stored: ResourceObject,
): readonly StorageNotice[] {
  return settled
    .filter((attribute) => !isSame(readAttribute(given, attribute), readAttribute(stored, attribute)))
    .map(({ path }) => ({ type: "attributeKept", attribute: path, isAgreed: true }));
}
