import type { Filter } from "../../../filter/ast.ts";
import { pathsIn } from "../../../filter/paths.ts";
import type { Attribute, AttributePath } from "../../../schema/attribute.ts";
import type { Shape } from "../../../schema/shape.ts";
import type { Sort } from "../../adapter.ts";
import { isUnique } from "../../unique.ts";
import type { Session } from "../database.ts";
import { balance, type Fragment, raw, sql } from "../dialect/fragment.ts";
import type { OwnScope } from "./elements.ts";
import { hasMark } from "./shapes.ts";

// What was written under another shape may have other keys than a query counts on, or none. A query finds out whether there are such
// rows at all, and looks at them one by one.

/** What a query would rely on of rows of one other shape. */
interface Reliance {
  /** Their keys of something that the query looks at are others. */
  readonly isChanged: boolean;
  /** What only one of the shapes has: there can be a value all the same, of whoever wrote before them, which decides then. */
  readonly absent: readonly Absent[];
}

/** Something that one of two shapes does not have. */
interface Absent {
  readonly name: string;
  /** The attribute whose elements may be rows of their own. */
  readonly collection: string | undefined;
  /** Whether it is a part of such an element, and not the element itself. */
  readonly isPart: boolean;
}

/**
 * Condition on the row `r`: its keys do not answer for all that a filter and a sort look at. Undefined where those of all rows do,
 * whatever shape these are of.
 */
export function unvouchedBy(
  scope: Pick<OwnScope, "dialect" | "tables" | "tenant" | "known">,
  filter: Filter<AttributePath> | undefined,
  sort: Sort | undefined,
): Fragment | undefined {
  const { dialect, known } = scope;
  if (known.others.size === 0) return undefined;
  const attributes = lookedAt(filter, sort);
  const changed: string[] = [];
  const absent = new Map<string, { readonly marks: string[]; readonly missing: readonly Absent[] }>();
  for (const [mark, shape] of known.others) {
    const relies = relianceOn(shape, known.own, attributes);
    if (relies.isChanged) changed.push(mark);
    else if (relies.absent.length > 0) {
      const name = relies.absent.map((one) => `${one.name} ${one.collection}`).join(" ");
      const alike = absent.get(name) ?? { marks: [], missing: relies.absent };
      alike.marks.push(mark);
      absent.set(name, alike);
    }
  }
  const conditions = [...absent.values()].map(
    ({ marks, missing }) =>
      sql`(${hasMark(dialect, marks)} AND ${balance(
        "OR",
        missing.map((one) => mayHold(scope, one)),
      )})`,
  );
  if (changed.length > 0) conditions.unshift(hasMark(dialect, changed));
  return conditions.length === 0 ? undefined : balance("OR", conditions);
}

/** Whether a type of a tenant has such rows. */
export async function hasUnvouched(
  session: Session,
  { tables, tenant, resourceType }: OwnScope,
  unvouched: Fragment,
): Promise<boolean> {
  const rows = await session.run(sql`SELECT 1 AS one FROM ${tables.resource} r
    WHERE r.type = ${resourceType.name} AND r.tenant = ${tenant} AND ${unvouched} LIMIT 1`);
  return rows.length > 0;
}

/**
 * Whether unique rows answer for the values of a path: no shape whose keys answer for it kept them otherwise. Rows of other shapes,
 * whose keys do not, are looked at in any case.
 */
export function isKeptUnique({ resourceType, known }: Pick<OwnScope, "resourceType" | "known">, path: AttributePath) {
  if (path.attribute.multiValued || !isUnique(resourceType, path)) return false;
  if (known.others.size === 0) return true;
  const { own, others } = known;
  const attributes = partsOf(path);
  return [...others.values()].every((shape) => {
    if (shape === undefined) return true;
    const { isChanged, absent } = relianceOn(shape, own, attributes);
    const isVouched = !isChanged && absent.length === 0;
    return !isVouched || shape.attributes[path.text]?.uniqueness === own.attributes[path.text]?.uniqueness;
  });
}

function relianceOn(shape: Shape | undefined, own: Shape, attributes: ReadonlySet<Attribute>): Reliance {
  const absent: Absent[] = [];
  for (const attribute of attributes) {
    const wanted = own.attributes[attribute.path];
    // The id, and what is in columns or computed of other resources.
    if (wanted === undefined || wanted.place === "computed") continue;
    const missing = shape && missingOf(shape, own, attribute);
    if (missing === undefined) return { isChanged: true, absent: [] };
    absent.push(...missing);
  }
  return { isChanged: false, absent };
}

/** What one of two shapes does not have of an attribute; undefined where its keys are others. */
function missingOf(shape: Shape, own: Shape, attribute: Attribute): readonly Absent[] | undefined {
  const [there, wanted] = [shape.attributes[attribute.path], own.attributes[attribute.path]];
  if (there === undefined) return [absentOf(attribute)];
  if (there.key !== wanted?.key || there.place !== wanted.place) return undefined;
  return hasListOfParts(attribute) ? differentParts(shape, own, attribute) : [];
}

function absentOf({ name, path, parent }: Attribute): Absent {
  const collection = parent === undefined ? path : parent.collection ? parent.path : undefined;
  return { name, collection, isPart: parent !== undefined };
}

function hasListOfParts({ type, multiValued, collection, inverseOf }: Attribute): boolean {
  return type === "complex" && multiValued && !collection && inverseOf === undefined;
}

/** All parts decide on how many elements there are: one of which nothing is known is none. Undefined where any is another one. */
function differentParts(shape: Shape, own: Shape, { path, subAttributes }: Attribute): readonly Absent[] | undefined {
  const isChanged = ({ path: part }: Attribute): boolean =>
    shape.attributes[part] !== undefined && shape.attributes[part].key !== own.attributes[part]?.key;
  if (subAttributes.some(isChanged)) return undefined;
  const added = subAttributes.filter((sub) => shape.attributes[sub.path] === undefined).map(({ name }) => name);
  const removed = Object.keys(shape.attributes)
    .filter((part) => part.startsWith(`${path}.`) && own.attributes[part] === undefined)
    .map((part) => part.slice(path.length + 1));
  return [...added, ...removed].map((name) => ({ name, collection: undefined, isPart: true }));
}

/** The attributes and sub-attributes that decide on a filter and a sort. */
function lookedAt(filter: Filter<AttributePath> | undefined, sort: Sort | undefined): ReadonlySet<Attribute> {
  const paths = filter === undefined ? [] : [...pathsIn(filter)];
  const attributes = new Set(paths.flatMap((path) => [...partsOf(path)]));
  if (sort === undefined) return attributes;
  for (const part of partsOf(sort.path)) attributes.add(part);
  const primary = sort.path.attribute.sub("primary");
  if (primary !== undefined) attributes.add(primary);
  return attributes;
}

function partsOf({ attribute, sub }: AttributePath): ReadonlySet<Attribute> {
  return new Set([attribute, ...(sub === undefined ? attribute.subAttributes : [sub])]);
}

/** Condition on the row `r`: it may have a value of something that one of two shapes does not have. */
function mayHold(
  { dialect, tables, tenant }: Pick<OwnScope, "dialect" | "tables" | "tenant">,
  { name, collection, isPart }: Absent,
): Fragment {
  const member = `${JSON.stringify(name)}:`;
  const isInDocument = sql`(${dialect.includes(raw("r.document"), member)})`;
  if (collection === undefined) return isInDocument;
  const isInElement = isPart ? sql`${dialect.includes(raw("m.element"), member)}` : IS_WHOLE;
  return sql`(${isInDocument} OR EXISTS (SELECT 1 FROM ${tables.element} m
    WHERE m.tenant = ${tenant} AND m.id = r.id AND m.attribute = ${collection} AND ${isInElement}))`;
}

/** Condition on rows `m` of elements: it is an element of its own, and not a reference that the document holds. */
export const IS_WHOLE: Fragment = raw("m.element IS NOT NULL");

/** What of the selected attributes may be elsewhere in rows of other shapes. */
export interface Mixed {
  /** Collections whose elements may be in the document. */
  readonly inDocument: ReadonlySet<Attribute>;
  /** Attributes of the document that may have elements in rows of their own. */
  readonly inRows: readonly Attribute[];
}

/** Undefined where everything is where the own shape has it. */
export function mixedOf(
  { resourceType, known }: Pick<OwnScope, "resourceType" | "known">,
  select: { includes(attribute: Attribute): boolean },
): Mixed | undefined {
  if (known === undefined || known.others.size === 0) return undefined;
  const shapes = [...known.others.values()];
  const isElsewhere = ({ path }: Attribute, place: "document" | "collection"): boolean =>
    shapes.some((shape) => {
      const there = shape?.attributes[path];
      return there === undefined || there.place === place;
    });
  const stored = resourceType.attributes.filter(
    (attribute) => attribute.isStored && known.own.attributes[attribute.path],
  );
  const inDocument = stored.filter((attribute) => attribute.collection && isElsewhere(attribute, "document"));
  const inRows = stored.filter(
    (attribute) => !attribute.collection && select.includes(attribute) && isElsewhere(attribute, "collection"),
  );
  return inDocument.length + inRows.length === 0 ? undefined : { inDocument: new Set(inDocument), inRows };
}
