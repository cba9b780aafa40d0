import type { Attribute } from "../../../schema/attribute.ts";
import { HOLDER_NAME } from "../../../schema/core/holder-name.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import type { Select } from "../../adapter.ts";
import { cast, type Dialect, literal } from "../dialect/dialect.ts";
import { type Fragment, join, raw, sql } from "../dialect/fragment.ts";
import { heldIn, type OwnScope, ofHolder, referring } from "./elements.ts";
import { CHUNK } from "./read-ahead.ts";
import type { Apart } from "./resource.ts";
import { type KnownShapes, markOf } from "./shapes.ts";
import { IS_WHOLE, mixedOf } from "./unvouched.ts";

export type SelectScope = Pick<OwnScope, "dialect" | "tables" | "tenant">;

/** What is selected apart; without `known`, all rows are of the own shape. */
export function apartOf(resourceType: CompiledResourceType, select: Select, known?: KnownShapes): Apart {
  const attributes = resourceType.attributes.filter(
    (attribute) =>
      (attribute.isStored ? attribute.collection : attribute.inverseOf !== undefined) && select.includes(attribute),
  );
  return { attributes, mixed: known && mixedOf({ resourceType, known }, select) };
}

/** Text that tells what is selected apart. */
export function nameOf({ attributes, mixed }: Apart): string {
  const names = attributes.map((attribute) => `${attribute.path}${mixed?.inDocument.has(attribute) ? "+" : ""}`);
  return [...names, ...(mixed?.inRows ?? []).map(({ path }) => `+${path}`)].join(" ");
}

/** Whether what is selected besides a resource's own columns is read in no time, however large its collections are. */
export function isFew({ attributes, mixed }: Apart, isStreamed: boolean): boolean {
  return mixed === undefined && (isStreamed || !attributes.some(({ collection }) => collection));
}

/** The columns of the resource row itself. `isStreamed`: with what tells that its elements are still where they were. */
export function baseColumns(dialect: Dialect, isStreamed = false): Fragment {
  const mark = isStreamed ? sql`, ${markOf(dialect)} AS mark` : sql``;
  return sql`r.id, ${cast(dialect, raw("r.version"), "text")} AS version, r.created, r.modified, r.document${mark}`;
}

/**
 * What is selected besides the resource's own columns: elements as JSON arrays, from the same statement and so from the
 * same state; where they cannot be, nothing: see `withApart`. `r` needs the columns tenant, type and id. `isStreamed`: of a collection its beginning alone, with keys.
 */
export function apartColumns(scope: SelectScope, { attributes, mixed }: Apart, isStreamed = false): Fragment {
  if (scope.dialect.readsElementsAsRows === true) return raw("");
  const columns = attributes.map((attribute, index) => {
    const elements =
      attribute.inverseOf === undefined
        ? collectionElements(scope, attribute, isStreamed, mixed?.inDocument.has(attribute) === true)
        : inverseElements(scope, attribute.inverseOf);
    return sql`, ${elements} AS ${raw(`apart${index}`)}`;
  });
  const strays = mixed === undefined || mixed.inRows.length === 0 ? [] : [strayElements(scope, mixed.inRows)];
  return join([...columns, ...strays], "");
}

function collectionElements(
  { dialect, tables, tenant }: SelectScope,
  attribute: Attribute,
  isStreamed: boolean,
  isMixed: boolean,
): Fragment {
  const isHeld = heldIn(tenant, attribute);
  const held = isMixed ? sql`${isHeld} AND ${IS_WHOLE}` : isHeld;
  const rows = sql`SELECT m.key, m.target, m.value, m.element FROM ${tables.element} m
    WHERE ${held} ORDER BY m.key`;
  const parts = [raw("coalesce(c.target, c.value)"), dialect.nested(raw("c.element"))];
  return isStreamed
    ? dialect.aggregate([...parts, raw("c.key")], sql`(${rows} LIMIT ${raw(String(CHUNK + 1))}) c`)
    : dialect.aggregate(parts, sql`(${rows}) c`);
}

/** Elements from when attributes of the document were collections. */
function strayElements({ dialect, tables, tenant }: SelectScope, attributes: readonly Attribute[]): Fragment {
  const rows = sql`SELECT m.attribute, m.target, m.value, m.element FROM ${tables.element} m
    WHERE m.tenant = ${tenant} AND m.id = r.id AND ${IS_WHOLE} AND m.attribute IN (${join(
      attributes.map(({ path }) => literal(path)),
      ", ",
    )}) ORDER BY m.attribute, m.key`;
  const parts = [raw("coalesce(c.target, c.value)"), dialect.nested(raw("c.element")), raw("c.attribute")];
  return sql`, ${dialect.aggregate(parts, sql`(${rows}) c`)} AS strays`;
}

/** The holders of references to the row. @see RFC 7643 §4.1.2 groups */
function inverseElements(scope: SelectScope, inverse: NonNullable<Attribute["inverseOf"]>): Fragment {
  const { dialect } = scope;
  return dialect.aggregate(
    [raw("c.id"), dialect.field(raw("c.document"), HOLDER_NAME)],
    sql`(SELECT m.id, ${ofHolder(scope, raw("h.document"))} AS document
      FROM ${referring(scope, inverse)} ORDER BY m.id) c`,
  );
}
