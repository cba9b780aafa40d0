import type { DiffOperation } from "./diff-operation.ts";
import { isObject } from "./json-object.ts";
import type { MemberRules, ServerTraits } from "./server-profile.ts";

type Rules = Pick<ServerTraits, "patch" | "members" | "maxBytes">;

/** One operation in the form that the server reads. */
export type SentOperation = Readonly<Record<string, unknown>> & { readonly op: DiffOperation["op"] };

/** What stays of a request for its envelope. */
const ENVELOPE_BYTES = 200;
/** No limit: whatever is counted is less. */
const MANY = 1e15;
const REMOVED_MEMBER = /^members\[value eq (".*")\]$/;

/**
 * The requests that operations take, in the form that the server reads and each within its limits. Operations on members that are too many
 * for one are divided; what is not a member stays whole.
 */
export function requestsOf(operations: readonly DiffOperation[], rules: Rules): readonly (readonly SentOperation[])[] {
  const { patch, members, maxBytes = MANY } = rules;
  const [maxOperations, maxChanges] = [patch?.maxOperations ?? MANY, members?.maxChanges ?? MANY];
  const requests: SentOperation[][] = [];
  let [count, bytes, changes] = [MANY, 0, 0];
  for (const operation of together(operations, members).flatMap((one) => divided(one, maxChanges, maxBytes / 2))) {
    const sent = inFormOf(rules, operation);
    const [size, some] = [bytesOf(sent) + 1, changesIn(operation)];
    if (count >= maxOperations || bytes + size > maxBytes || changes + some > maxChanges) {
      requests.push([]);
      [count, bytes, changes] = [0, ENVELOPE_BYTES, 0];
    }
    requests.at(-1)?.push(sent);
    [count, bytes, changes] = [count + 1, bytes + size, changes + some];
  }
  return requests;
}

/** Where a server takes who is removed as a list, one operation for all of them. */
function together(operations: readonly DiffOperation[], members: MemberRules | undefined): readonly DiffOperation[] {
  if ((members?.removal ?? "path") === "path") return operations;
  const ids = operations.flatMap(({ op, path }) => (op === "remove" ? (removedBy(path) ?? []) : []));
  const others = operations.filter(({ op, path }) => op !== "remove" || removedBy(path) === undefined);
  const value = ids.map((id) => ({ value: id }));
  return value.length === 0 ? others : [{ op: "remove", path: "members", value }, ...others];
}

function removedBy(path: string): string | undefined {
  const [, text] = REMOVED_MEMBER.exec(path) ?? [];
  return text === undefined || text.includes('" ') ? undefined : JSON.parse(text);
}

function changesIn({ path, value }: DiffOperation): number {
  if (!/^members\b/.test(path)) return 0;
  return Array.isArray(value) ? value.length : 1;
}

/** An operation on many members, as several; a replacement cannot be divided. */
function divided(operation: DiffOperation, most: number, maxBytes: number): readonly DiffOperation[] {
  const { op, path, value } = operation;
  if (path !== "members" || op === "replace" || !Array.isArray(value)) return [operation];
  const parts: unknown[][] = [];
  let [count, bytes] = [MANY, 0];
  for (const element of value) {
    const size = bytesOf(element) + 1;
    if (count >= most || bytes + size > maxBytes) {
      parts.push([]);
      [count, bytes] = [0, 0];
    }
    parts.at(-1)?.push(element);
    [count, bytes] = [count + 1, bytes + size];
  }
  return parts.map((part) => ({ op, path, value: part }));
}

function inFormOf({ patch, members }: Rules, { op, path, value }: DiffOperation): SentOperation {
  if (path === "members" && Array.isArray(value)) {
    const form = op === "remove" ? members?.removal : op === "add" ? members?.addition : undefined;
    if (form === "object") return { op, path, value: { members: value } };
    if (form === "resource") return { op, value: { members: value } };
  }
  if (value === undefined) return { op, path };
  const isSimple = !isObject(value) && !Array.isArray(value);
  return { op, path, value: patch?.listedScalars === true && isSimple ? [{ value }] : value };
}

/** How many bytes a value is on the wire. */
export function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
