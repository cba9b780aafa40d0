import type { Session } from "./database.ts";

/** Why values would be stored as other ones by a connection, or taken for statements; undefined where they are not. */
export async function unfitSession({
  run,
  dialect: { unfit },
}: Pick<Session, "run" | "dialect">): Promise<string | undefined> {
  const reasons = unfit === undefined ? [] : await run<{ reason: string }>(unfit);
  return reasons.length === 0 ? undefined : reasons.map(({ reason }) => reason).join(" ");
}
