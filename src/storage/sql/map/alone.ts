import type { TableMapping } from "./mapping.ts";
import type { MappedMembership } from "./membership.ts";

/** The mapping of the memberships alone: rows that an organisation has to itself. */
export function membershipAlone(mapping: TableMapping, membership: MappedMembership): TableMapping {
  const { table: _, schema: __, columns: ___, elements: ____, deleted: _____, ...others } = mapping;
  const { table, schema, holder, user, columns = {}, deleted } = membership;
  const { id } = mapping;
  const { generated: ______, ...form } = typeof id === "string" ? { column: id } : id;
  return {
    ...withoutFillings(others),
    table,
    ...(schema === undefined ? {} : { schema }),
    id: { ...form, column: user, generated: false },
    tenant: holder,
    columns,
    ...(deleted === undefined ? {} : { deleted: typeof deleted === "string" ? { column: deleted } : deleted }),
    ...(membership.defaults === undefined ? {} : { defaults: membership.defaults }),
    ...(membership.audit === undefined ? {} : { audit: membership.audit }),
  };
}

function withoutFillings({
  defaults: _,
  audit: __,
  membership: ___,
  ...others
}: Omit<TableMapping, "table" | "columns">) {
  return others;
}

/** The mapping of the users alone: what is everybody's. */
export function usersAlone({
  membership: _,
  rest: __,
  collections: ___,
  deleted,
  ...others
}: TableMapping): TableMapping {
  return {
    ...others,
    ...(deleted === undefined ? {} : { deleted: typeof deleted === "string" ? { column: deleted } : deleted }),
  };
}
