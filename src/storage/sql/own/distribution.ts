import { leafOf } from "../../../schema/attribute.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { isUniqueOverTenants } from "../../unique.ts";
import type { Session } from "../database.ts";
import { identifier } from "../dialect/dialect.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import type { Change } from "./pending.ts";
import type { Tables } from "./tables.ts";

// Tables that are distributed by tenant: all that a tenant has is on one server, and what belongs to no tenant on each.

/** What the tables bear no tenant of: first, because others are looked up together with them. */
const EVERYWHERE = ["migration", "shape"] as const;

/** What is distributed, behind the resources that they refer to. */
const BESIDE = ["unique", "element", "secret", "shape_use", "outbox", "ledger"] as const;

/** @throws {Error} for a database that cannot distribute tables, where they are to be distributed. */
export async function refuseUndistributed(session: Session): Promise<void> {
  const { distribution } = session.dialect;
  if (distribution !== undefined && (await session.run(distribution.isPossible)).length === 0)
    throw new Error(
      `sqlStorage: distributed: "citus" needs the extension citus in the database (CREATE EXTENSION citus), and workers to distribute to. Without it leave the option out.`,
    );
}

/** What distributes the tables that are not distributed yet; none where the dialect distributes nothing. */
export async function pendingDistribution(session: Session, tables: Tables): Promise<readonly Change[]> {
  const { distribution } = session.dialect;
  if (distribution === undefined) return [];
  const rows = await session.run<{ name: string }>(distribution.distributed(tables.schema));
  const done = new Set(rows.map(({ name }) => name));
  const place = tables.schema === undefined ? "" : `${identifier(tables.schema)}.`;
  const full = (name: string): string => place + identifier(tables.prefix + name);
  const change = (name: string, statements: readonly Fragment[]): readonly Change[] =>
    done.has(tables.prefix + name) ? [] : [{ name: `distributed ${tables.prefix}${name}`, statements }];
  return [
    ...EVERYWHERE.flatMap((name) => change(name, [distribution.copyEverywhere(full(name))])),
    ...change("resource", [distribution.distribute(full("resource"), "tenant")]),
    ...BESIDE.flatMap((name) =>
      change(name, [
        ...(name === "unique" ? [withTenantInKey(tables)] : []),
        distribution.distribute(full(name), "tenant", full("resource")),
      ]),
    ),
  ];
}

/** A server can only keep unique what it has all of: the column that rows are distributed by is part of every key. */
function withTenantInKey({ unique, prefix }: Tables): Fragment {
  return sql`ALTER TABLE ${unique} DROP CONSTRAINT ${raw(identifier(`${prefix}unique_pkey`))},
    ADD PRIMARY KEY (scope, attribute, key, tenant)`;
}

/** @throws {Error} for a type with values that are unique over all tenants, which no server has all of. */
export function refuseOverTenants(type: CompiledResourceType): void {
  const path = type.unique.find((one) => isUniqueOverTenants(leafOf(one)));
  if (path !== undefined)
    throw new Error(
      `${path.text} is unique over all tenants (uniqueness: "global"), which tables that are distributed by tenant cannot keep (distributed: "citus"). Let it be unique in its tenant (uniqueness: "server"), or distribute by schema (docs/scaling.md).`,
    );
}
