import type { Filter } from "../../src/filter/ast.ts";
import type { AttributePath } from "../../src/schema/attribute.ts";
import type { StorageAdapter } from "../../src/storage/adapter.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { type ConformanceOptions, storageConformance } from "../../src/testing/index.ts";

/** Memory that takes `ge` for `gt` where it compares numbers. */
export function withoutEqual(): StorageAdapter {
  const memory = memoryStorage();
  return {
    ...memory,
    query: (request, context) =>
      memory.query({ ...request, filter: request.filter && strictly(request.filter) }, context),
  };
}

function strictly(filter: Filter<AttributePath>): Filter<AttributePath> {
  switch (filter.type) {
    case "and":
    case "or":
      return { ...filter, filters: filter.filters.map(strictly) };
    case "not":
    case "element":
      return { ...filter, filter: strictly(filter.filter) };
    case "compare":
      return filter.operator === "ge" && typeof filter.value === "number" ? { ...filter, operator: "gt" } : filter;
    default:
      return filter;
  }
}

/** What the case whose title holds `part` says is wrong with the adapter; undefined where it passes. */
export async function failureOf(
  part: string,
  storage: () => StorageAdapter,
  options: Pick<ConformanceOptions, "seed" | "path" | "runs">,
): Promise<string | undefined> {
  const registered: (() => Promise<void>)[] = [];
  storageConformance({
    test: (title, run) => title.includes(part) && registered.push(run),
    factory: () => ({ storage: storage() }),
    ...options,
  });
  const [run] = registered;
  if (run === undefined || registered.length > 1) throw new Error(`${registered.length} cases have “${part}”.`);
  return run().then(
    () => undefined,
    (error: Error) => error.message,
  );
}
