import type { Secrets, StorageNotice } from "../../adapter.ts";
import { type HashSecret, hashSecrets } from "../../secrets.ts";
import type { MappedType } from "./compile.ts";
import type { PathColumn } from "./path-column.ts";

/** What a write does to columns of writeOnly attributes. */
export interface MappedSecrets {
  /** `null` unassigns. */
  readonly values: ReadonlyMap<PathColumn, unknown>;
  readonly notices: readonly StorageNotice[];
}

/** Hashes what has a column; what has none is dropped, and said to be. */
export async function hashMapped(
  type: MappedType,
  secrets: Secrets,
  hashSecret: HashSecret | undefined,
): Promise<MappedSecrets> {
  const columnOf = (attribute: string) => type.secrets.find(({ path }) => path.text === attribute);
  const hashed = await hashSecrets(
    only(secrets, (attribute) => columnOf(attribute) !== undefined),
    hashSecret,
  );
  const dropped = await hashSecrets(
    only(secrets, (attribute) => columnOf(attribute) === undefined),
    undefined,
  );
  const values = new Map<PathColumn, unknown>();
  for (const [attribute, value] of hashed.kept) {
    const column = columnOf(attribute);
    if (column !== undefined) values.set(column, value ?? null);
  }
  return { values, notices: [...hashed.notices, ...dropped.notices] };
}

function only(secrets: Secrets, isWanted: (attribute: string) => boolean): Secrets {
  return Object.fromEntries(Object.entries(secrets).filter(([attribute]) => isWanted(attribute)));
}
