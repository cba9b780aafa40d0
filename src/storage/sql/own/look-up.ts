import type { Filter } from "../../../filter/ast.ts";
import { type AttributePath, leafOf } from "../../../schema/attribute.ts";
import { uniqueName } from "../../../schema/shape.ts";
import type { Session } from "../database.ts";
import { emptied, type Fragment, fill, raw, short, sql } from "../dialect/fragment.ts";
import { isStorable, keyText, LONGEST_KEY } from "../key.ts";
import { isOfSameTenant } from "../tenant.ts";
import { inOneState, withApart } from "./apart-rows.ts";
import type { OwnScope } from "./elements.ts";
import { keptStatements } from "./kept-statements.ts";
import type { Apart, SelectedRow } from "./resource.ts";
import { uniqueScope } from "./row.ts";
import { apartColumns, baseColumns, isFew, nameOf } from "./select.ts";
import { isOfType } from "./statements.ts";
import { isKeptUnique } from "./unvouched.ts";

/** A filter that asks for the one resource with a value of a unique attribute. */
export interface LookUp {
  readonly path: AttributePath;
  readonly key: string;
}

/**
 * The look-up that a filter is, such as `userName eq "ada"`: what identity providers ask most. Undefined for every
 * other one.
 */
export function lookUpOf(filter: Filter<AttributePath>, scope: OwnScope): LookUp | undefined {
  if (filter.type !== "compare" || filter.operator !== "eq" || filter.value === null) return undefined;
  const { path, value } = filter;
  if (!isKeptUnique(scope, path)) return undefined;
  const key = keyText(leafOf(path).key(value));
  // A longer one may have been there before the attribute became unique.
  return key.length > LONGEST_KEY ? undefined : { path, key };
}

const STATEMENTS = keptStatements<Statement>();

interface Statement {
  readonly statement: Fragment;
  /** How many values its columns have, and what joins the resource: each is the tenant. */
  readonly selected: number;
  readonly joined: number;
}

/** Finds the resource, if there is one, by the index that keeps the value unique. */
export async function lookUp(
  session: Session,
  scope: OwnScope,
  { path, key }: LookUp,
  apart: Apart,
  isStreamed: boolean,
): Promise<readonly SelectedRow[]> {
  if (!isStorable(key)) return [];
  const { resourceType, tenant } = scope;
  const name = `${path.text} ${isStreamed} ${nameOf(apart)}`;
  const { statement, selected, joined } = STATEMENTS(scope, resourceType, name, () =>
    statementOf(scope, apart, isStreamed),
  );
  const tenants = (many: number): string[] => Array<string>(many).fill(tenant);
  const asked = [uniqueScope(leafOf(path), tenant), uniqueName(resourceType, path), key, tenant];
  const values = [...tenants(selected), ...asked, ...tenants(joined), resourceType.name];
  return inOneState(session, apart, async (inner) => {
    const rows = await inner.run<SelectedRow>(short(fill(statement, values), isFew(apart, isStreamed)));
    return withApart(inner, scope, apart, isStreamed, rows);
  });
}

/** Its parameters are, in this order: those of the columns, scope, name of the attribute, key, tenant, those of the join, type. */
function statementOf(scope: OwnScope, apart: Apart, isStreamed: boolean): Statement {
  const { dialect, tables, tenant } = scope;
  const columns = sql`r.tenant, r.type, ${baseColumns(dialect, isStreamed)}${apartColumns(scope, apart, isStreamed)}`;
  if (columns.parameters.some((value) => value !== tenant))
    throw new TypeError("The columns of a look-up hold no value but the tenant.");
  const found = sql`SELECT u.tenant, u.id FROM ${tables.unique} u
    WHERE u.scope = ${""} AND u.attribute = ${""} AND u.key = ${""} AND u.tenant = ${""}`;
  const isSame = isOfSameTenant(dialect, tenant, "r", "f");
  const statement = sql`SELECT ${columns} FROM (${found}${dialect.apart ?? raw("")}) f CROSS JOIN ${tables.resource} r
    WHERE ${isSame} AND r.id = f.id AND ${isOfType(raw("r.type"), "")}`;
  return { statement: emptied(statement), selected: columns.parameters.length, joined: isSame.parameters.length };
}
