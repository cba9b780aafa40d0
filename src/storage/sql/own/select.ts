import type { Attribute } from "../../../schema/attribute.ts";
import { HOLDER_NAME } from "../../../schema/core/holder-name.ts";
import type { ResourceType } from "../../../schema/resource-type.ts";
import type { Select } from "../../adapter.ts";
import { cast, type Dialect } from "../dialect/dialect.ts";
import { type Fragment, join, raw, sql } from "../dialect/fragment.ts";
import { heldIn, type OwnScope, ofHolder, referring } from "./elements.ts";
import { CHUNK } from "./read-ahead.ts";

type SelectScope = Pick<OwnScope, "dialect" | "tables">;

/** The selected attributes that no document holds: collections and computed ones, but no secret. */
export function apartOf(resourceType: ResourceType, select: Select): readonly Attribute[] {
  return resourceType.attributes.filter(
    (attribute) =>
      (attribute.isStored ? attribute.collection : attribute.inverseOf !== undefined) && select.includes(attribute),
  );
}

/** Whether what is selected besides a resource's own columns is read in no time, however large its collections are. */
export function isFew(apart: readonly Attribute[], isStreamed: boolean): boolean {
  return isStreamed || !apart.some(({ collection }) => collection);
}

/** The columns of the resource row itself. */
export function baseColumns(dialect: Dialect): Fragment {
  return sql`r.id, ${cast(dialect, raw("r.version"), "text")} AS version, r.created, r.modified, r.document`;
}

/**
 * What is selected besides the resource's own columns: elements as JSON arrays, from the same statement and so from the
 * same state. `r` needs the columns tenant, type and id. `isStreamed`: of a collection its beginning alone, with keys.
 */
export function apartColumns(scope: SelectScope, apart: readonly Attribute[], isStreamed = false): Fragment {
  const columns = apart.map((attribute, index) => {
    const elements =
      attribute.inverseOf === undefined
        ? collectionElements(scope, attribute, isStreamed)
        : inverseElements(scope, attribute.inverseOf);
    return sql`, ${elements} AS ${raw(`apart${index}`)}`;
  });
  return join(columns, "");
}

function collectionElements({ dialect, tables }: SelectScope, attribute: Attribute, isStreamed: boolean): Fragment {
  const rows = sql`SELECT m.key, m.target, m.value, m.element FROM ${tables.element} m
    WHERE ${heldIn(attribute)} ORDER BY m.key`;
  const parts = [raw("coalesce(c.target, c.value)"), dialect.nested(raw("c.element"))];
  return isStreamed
    ? dialect.aggregate([...parts, raw("c.key")], sql`(${rows} LIMIT ${raw(String(CHUNK + 1))}) c`)
    : dialect.aggregate(parts, sql`(${rows}) c`);
}

/** The holders of references to the row. @see RFC 7643 §4.1.2 groups */
function inverseElements({ dialect, tables }: SelectScope, inverse: NonNullable<Attribute["inverseOf"]>): Fragment {
  return dialect.aggregate(
    [raw("c.id"), dialect.field(raw("c.document"), HOLDER_NAME)],
    sql`(SELECT m.id, ${ofHolder(tables, raw("h.document"))} AS document
      FROM ${referring(tables, inverse)} ORDER BY m.id) c`,
  );
}
