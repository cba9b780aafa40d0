import { type Attribute, type AttributePath, leafOf } from "../../../schema/attribute.ts";
import { HOLDER_NAME } from "../../../schema/core/holder-name.ts";
import { uniqueName } from "../../../schema/shape.ts";
import { isComparedAsId } from "../../id.ts";
import { inversePart } from "../../inverse.ts";
import { findReference } from "../../reference.ts";
import { isAsWell } from "../as-well.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import { escapeKey, isStorable, LONGEST_KEY } from "../key.ts";
import { isDefaultFalse } from "../place.ts";
import { isOfSameTenant } from "../tenant.ts";
import { textLeaf } from "../text-leaf.ts";
import type { OwnScope } from "./elements.ts";
import { indexedLeaf } from "./indexed-leaf.ts";
import { uniqueScope } from "./row.ts";
import { isOfType } from "./statements.ts";
import { isKeptUnique } from "./unvouched.ts";

// Queries for the resources that have a value, by the columns tenant and id, each of them once: an index answers them.

/** A query that finds nothing. */
export function nothing({ tables, tenant }: OwnScope): Fragment {
  return sql`SELECT r.tenant, r.id FROM ${tables.resource} r WHERE r.tenant = ${tenant} AND (1 = 0)`;
}

/**
 * By a unique value: the index that keeps it unique finds it too. Undefined for a path that is not unique, or was not when some of the
 * rows were written, and for a value that was there before the attribute became unique and is too long for the index.
 */
export function foundByUnique(scope: OwnScope, path: AttributePath, key: string): Fragment | undefined {
  const { tables, tenant, resourceType } = scope;
  if (!isKeptUnique(scope, path)) return undefined;
  if (!isStorable(key)) return nothing(scope);
  if (key.length > LONGEST_KEY) return undefined;
  return sql`SELECT u.tenant, u.id FROM ${tables.unique} u
    WHERE u.scope = ${uniqueScope(leafOf(path), tenant)} AND u.attribute = ${uniqueName(resourceType, path)}
    AND u.key = ${key} AND u.tenant = ${tenant}`;
}

/** By a value of an element. Undefined where no index answers it, or where it does not find all. */
export function foundByElement(
  scope: OwnScope,
  path: AttributePath,
  sub: Attribute,
  key: string,
): Fragment | undefined {
  const { attribute } = path;
  if (attribute.collection) return sub.name === "value" ? holding(scope, attribute, sub, key) : undefined;
  if (attribute.inverseOf === undefined)
    return isDefaultFalse(attribute, sub) || sub.multiValued ? undefined : foundByListed(scope, path, key);
  switch (inversePart(sub)) {
    case "id":
      return heldBy(scope, attribute.inverseOf, sub, key);
    case "name":
      return heldByName(scope, attribute.inverseOf, sub, key);
    default:
      return undefined;
  }
}

/** By an element of a list, or by a part of one, in the keys document. Undefined where there is no index over it. */
export function foundByListed(scope: OwnScope, path: AttributePath, key: string): Fragment | undefined {
  const { dialect, tables, tenant, resourceType, indexes } = scope;
  if (!isStorable(key)) return nothing(scope);
  if (!indexes.keys.has(path.text)) return undefined;
  // Rows hold the beginnings of keys, of which a shorter one is the whole.
  if (dialect.listIndex === undefined && key.length >= dialect.longestBeginning) return undefined;
  if (dialect.listIndex === undefined)
    return sql`SELECT l.tenant, l.id FROM ${tables.listed} l
      WHERE l.key = ${key} AND l.tenant = ${tenant} AND l.type = ${resourceType.name} AND l.attribute = ${path.text}`;
  return foundApart(scope, listContains(scope, path, key));
}

/** Condition on a row `r`, where the dialect has an index over lists: an element, or a part of one, is the key. */
export function listContains({ dialect }: OwnScope, path: AttributePath, key: string): Fragment | undefined {
  const element = path.sub === undefined ? key : { [path.sub.name]: key };
  return dialect.listIndex?.contains(raw("r.keys"), path.attribute.path, element);
}

/** By a condition on the row `r` that an index answers which knows neither tenants nor types. */
export function foundApart({ dialect, tables, tenant, resourceType }: OwnScope, condition: Fragment | undefined) {
  const isOfTenant = sql`r.tenant = ${tenant}`;
  // Asked for as it is usual, the tenant would be taken for the more selective.
  const within = dialect.keepsTenantsApart === true ? isOfTenant : isAsWell(isOfTenant);
  return (
    condition &&
    sql`SELECT r.tenant, r.id FROM ${tables.resource} r
      WHERE ${condition} AND ${within} AND ${isOfType(raw("r.type"), resourceType.name)}`
  );
}

/** By a condition on the row `r` that an index over keys answers. */
export function foundByKey(
  { tables, tenant, resourceType }: OwnScope,
  condition: Fragment | undefined,
  type = resourceType.name,
): Fragment | undefined {
  return (
    condition &&
    sql`SELECT r.tenant, r.id FROM ${tables.resource} r
      WHERE r.tenant = ${tenant} AND r.type = ${type} AND ${condition}`
  );
}

/** By the one reference that a document holds: the users of a manager. Undefined for what is no reference. */
export function foundByReference(
  scope: OwnScope,
  { attribute, sub }: AttributePath,
  key: string,
): Fragment | undefined {
  return attribute.multiValued || sub?.name !== "value" ? undefined : holding(scope, attribute, sub, key);
}

/**
 * The holders of an id, by the index over what elements refer to. It knows ids as they are written, so keys must not
 * differ.
 */
function holding(scope: OwnScope, attribute: Attribute, sub: Attribute, key: string): Fragment | undefined {
  const { tables, tenant, resourceType } = scope;
  if (findReference(resourceType, attribute) === undefined || !isComparedAsId(sub)) return undefined;
  if (!isStorable(key) || key.length > LONGEST_KEY) return nothing(scope);
  const idsWhere = (condition: Fragment) => sql`SELECT m.tenant, m.id FROM ${tables.element} m
    WHERE ${condition} AND m.tenant = ${tenant} AND m.type = ${resourceType.name} AND m.attribute = ${attribute.path}`;
  return sql`${idsWhere(sql`m.target = ${key}`)} UNION ALL
    ${idsWhere(sql`m.target IS NULL AND m.key = ${escapeKey(key)}`)}`;
}

/** The resources that one holder refers to: the members of a group, by the group. */
function heldBy(
  scope: OwnScope,
  { resourceType, attribute }: NonNullable<Attribute["inverseOf"]>,
  sub: Attribute,
  key: string,
): Fragment | undefined {
  const { tables, tenant } = scope;
  if (!isComparedAsId(sub)) return undefined;
  if (!isStorable(key)) return nothing(scope);
  return sql`SELECT m.tenant, coalesce(m.target, m.value) AS id FROM ${tables.element} m
    WHERE m.tenant = ${tenant} AND m.id = ${key} AND m.attribute = ${attribute} AND m.type = ${resourceType}`;
}

/** The resources that holders of a name refer to: the members of a group, by its name. */
function heldByName(
  scope: OwnScope,
  { resourceType, attribute }: NonNullable<Attribute["inverseOf"]>,
  sub: Attribute,
  key: string,
): Fragment | undefined {
  const { dialect, tables, tenant, indexes } = scope;
  // The holder's name is stored under its own key, which is that of a text compared without regard to case.
  if (sub.caseExact || sub.comparison !== "plain") return undefined;
  const index = indexes.keys.get(HOLDER_NAME);
  const leaf =
    index === undefined ? textLeaf(dialect, dialect.member(raw("r.keys"), HOLDER_NAME)) : indexedLeaf(dialect, index);
  const holders = foundByKey(scope, leaf.compare("eq", key), resourceType);
  return (
    holders &&
    sql`SELECT DISTINCT m.tenant, coalesce(m.target, m.value) AS id
      FROM (${holders}${dialect.apart ?? raw("")}) f CROSS JOIN ${tables.element} m
      WHERE ${isOfSameTenant(dialect, tenant, "m", "f")} AND m.id = f.id AND m.attribute = ${attribute} AND m.type = ${resourceType}`
  );
}
