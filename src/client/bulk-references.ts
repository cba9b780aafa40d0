import type { BulkOperation } from "./bulk-operation.ts";
import { isObject } from "./json-object.ts";

const IN_PATH = /(?<=\/)bulkId:[^/?]+/g;

/** The bulkIds that an operation refers to. @see RFC 7644 §3.7.2 */
export function referencesOf({ path, data }: BulkOperation): ReadonlySet<string> {
  const found = new Set([...path.matchAll(IN_PATH)].map(([text]) => text.slice(7)));
  replaced(data, (id) => {
    found.add(id);
    return undefined;
  });
  return found;
}

/** An operation with the ids in place of those bulkIds that have one by now. */
export function resolved(operation: BulkOperation, ids: ReadonlyMap<string, string>): BulkOperation {
  const path = operation.path.replace(IN_PATH, (text) => {
    const id = ids.get(text.slice(7));
    return id === undefined ? text : encodeURIComponent(id);
  });
  return { ...operation, path, data: replaced(operation.data, (id) => ids.get(id)) };
}

function replaced(value: unknown, idOf: (bulkId: string) => string | undefined): unknown {
  if (typeof value === "string") return value.startsWith("bulkId:") ? (idOf(value.slice(7)) ?? value) : value;
  if (Array.isArray(value)) return value.map((element) => replaced(element, idOf));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, replaced(part, idOf)]));
}
