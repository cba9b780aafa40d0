import type { CompiledQuery } from "kysely";

/**
 * A statement as Kysely takes it: what its `CompiledQuery.raw` makes. Made here, so that nothing of Kysely is loaded but what the
 * host has loaded, in whatever way its loader can: Kysely has ES modules alone. `isShort` is for `openSqlite`; no other driver looks at it.
 */
export function statementOf(text: string, parameters: readonly unknown[] = [], isShort = false): CompiledQuery {
  return {
    ...(isShort ? { isShort } : {}),
    sql: text,
    parameters: [...parameters],
    query: { kind: "RawNode", sqlFragments: [text], parameters: [] },
    queryId: { queryId: `scimkit-${++made}` },
  };
}

let made = 0;
