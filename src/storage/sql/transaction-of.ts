import type { Kysely } from "kysely";

/**
 * The transaction of a change that `decide` is asked about, for rows of the host's own: they stand or fall with the change. `db` is the
 * Kysely that the storage has; its type is that of what comes back, and its plugins are applied; nothing is sent by it.
 *
 * @throws {TypeError} where the storage of the resource type has no transaction in SQL.
 * @example
 * ```ts
 * import type { Kysely } from "kysely";
 * import type { PendingChange } from "scimkit";
 * import { transactionOf } from "scimkit/sql";
 * interface Audit { id: string; operation: string }
 * declare const db: Kysely<{ audit: Audit }>;
 * async function decide(change: PendingChange): Promise<void> {
 *   const { id, operation } = change;
 *   await transactionOf(change, db).insertInto("audit").values({ id, operation }).execute();
 * }
 * ```
 */
export function transactionOf<DB>(change: { readonly transaction: unknown }, db: Kysely<DB>): Kysely<DB> {
  const { transaction } = change;
  if (typeof transaction !== "object" || transaction === null || !("executeQuery" in transaction))
    throw new TypeError("transactionOf: the storage of this resource type has no transaction in SQL.");
  return db.getExecutor().plugins.reduce((within, plugin) => within.withPlugin(plugin), transaction as Kysely<DB>);
}
