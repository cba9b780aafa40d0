import type { DiffOperation } from "./diff-operation.ts";
import { type Endpoint, pathOf } from "./endpoint.ts";
import { expectSuccess } from "./read-answer.ts";
import { sendPatch } from "./update.ts";

/** Who joins a group, and who leaves it. */
export interface MemberChange {
  /** Ids. */
  readonly add?: readonly string[] | undefined;
  /** Ids. */
  readonly remove?: readonly string[] | undefined;
}

/** Changes who is in a group without reading it, in as many requests as the server's limits ask for. */
export async function changeMembers(
  endpoint: Endpoint,
  id: string,
  { add = [], remove = [] }: MemberChange,
  signal: AbortSignal | undefined,
): Promise<void> {
  const leaving = new Set(remove);
  const joining = [...new Set(add)].filter((one) => !leaving.has(one));
  const operations: readonly DiffOperation[] = [
    ...[...leaving].map((one) => ({ op: "remove", path: `members[value eq ${JSON.stringify(one)}]` }) as const),
    ...(joining.length === 0
      ? []
      : [{ op: "add", path: "members", value: joining.map((value) => ({ value })) } as const]),
  ];
  if (operations.length === 0) return;
  const answer = await sendPatch({ endpoint, path: pathOf(endpoint.type, id), signal }, operations, undefined);
  expectSuccess("PATCH", answer);
}
