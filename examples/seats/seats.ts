// No more people than seats: who is created or comes back when none is left is refused, and the identity provider shows why.
import { Kysely, sql } from "kysely";
import { type AnyDecide, type AnyPendingChange, type Context, errors } from "scimkit";

/** The table by which changes of one tenant wait for each other. */
export const TABLE = "CREATE TABLE app_seats (tenant text NOT NULL PRIMARY KEY)";

/** Give it to `createScim({ decide })`. `limit`: how many seats a tenant has bought. */
export function seats(limit: (context: Context) => number): AnyDecide<Context> {
  return async (change, context) => {
    if (!(await takesSeat(change))) return;
    await waitForOthers(change, context);
    // What is written counts itself; what is asked about ahead does not.
    const taken = (await change.count("User", "active eq true")) + (change.isWritten ? 0 : 1);
    if (taken > limit(context)) throw errors.conflict("No seat is left: free one or buy more, then provision again.");
  };
}

async function takesSeat(change: AnyPendingChange): Promise<boolean> {
  if (change.resourceType !== "User") return false;
  if (change.operation === "create") return (await change.after())?.active !== false;
  return change.turned === "activated";
}

/**
 * From here to the commit one at a time: without it, two that come at once would each count the seats without the other. A storage in
 * memory does so by itself.
 */
async function waitForOthers({ transaction }: AnyPendingChange, { tenant = "" }: Context): Promise<void> {
  if (!(transaction instanceof Kysely)) return;
  await sql`INSERT INTO app_seats (tenant) VALUES (${tenant})
    ON CONFLICT (tenant) DO UPDATE SET tenant = excluded.tenant`.execute(transaction);
}
