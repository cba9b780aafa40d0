import type { HashedSecrets } from "../../secrets.ts";
import type { Session } from "../database.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import { orSet } from "../dialect/write-words.ts";
import { insertions } from "../insert.ts";
import { isOfType, type Owner } from "./statements.ts";

/** Keeps what was made of writeOnly values, by their attributes, in place of what was kept before. */
export function writeSecrets(
  { dialect, tables, tenant, id }: Owner,
  written: SecretChanges["written"],
  guard: Fragment,
): readonly Fragment[] {
  return insertions(dialect, {
    into: tables.secret,
    same: { tenant, id },
    columns: ["attribute", "value"],
    rows: written.map(([attribute, value]) => [attribute, JSON.stringify(value)]),
    guard,
    conflict: orSet(dialect, tables.secret, ["tenant", "id", "attribute"], ["value"]),
  });
}

/** Forgets a writeOnly value. */
function deleteSecret(owner: Owner, attribute: string, guard: Fragment): Fragment {
  const { tables, tenant, id } = owner;
  return sql`DELETE FROM ${tables.secret}
    WHERE tenant = ${tenant} AND id = ${id} AND attribute = ${attribute} AND ${guard}`;
}

/** What is kept of a writeOnly attribute. */
export async function readSecret(session: Session, owner: Owner, attribute: string): Promise<unknown> {
  const { tables, tenant, type, id } = owner;
  const [row] = await session.run<{ value: string }>(
    sql`SELECT s.value FROM ${tables.secret} s JOIN ${tables.resource} r ON r.tenant = ${tenant} AND r.id = s.id
      WHERE s.tenant = ${tenant} AND s.id = ${id} AND s.attribute = ${attribute}
      AND ${isOfType(raw("r.type"), type)}`,
  );
  return row === undefined ? undefined : JSON.parse(row.value);
}

/** Which writeOnly values of these are kept. */
async function readSecretNames(
  session: Session,
  owner: Owner,
  attributes: readonly string[],
): Promise<readonly string[]> {
  if (attributes.length === 0) return [];
  const { tables, tenant, id } = owner;
  const rows = await session.run<{ attribute: string }>(
    sql`SELECT attribute FROM ${tables.secret} WHERE tenant = ${tenant} AND id = ${id}`,
  );
  return rows.map(({ attribute }) => attribute).filter((attribute) => attributes.includes(attribute));
}

/** What a write does to secrets, by their attributes: null and undefined take one away. */
export function splitSecrets(kept: Iterable<readonly [attribute: string, value: unknown]>) {
  const removed: string[] = [];
  const written: (readonly [attribute: string, value: unknown])[] = [];
  for (const [attribute, value] of kept) {
    if (value === null || value === undefined) removed.push(attribute);
    else written.push([attribute, value]);
  }
  return { removed, written };
}

/** What a write changes of the secrets that are kept. */
export interface SecretChanges {
  readonly gone: readonly string[];
  readonly written: readonly (readonly [attribute: string, value: unknown])[];
}

/** What a write of secrets changes, given what is kept. */
export async function secretChanges(session: Session, owner: Owner, { kept }: HashedSecrets): Promise<SecretChanges> {
  const { removed, written } = splitSecrets(kept);
  return { gone: await readSecretNames(session, owner, removed), written };
}

/** The statements that make the changes. */
export function secretStatements(owner: Owner, { gone, written }: SecretChanges, guard: Fragment): readonly Fragment[] {
  return [...gone.map((attribute) => deleteSecret(owner, attribute, guard)), ...writeSecrets(owner, written, guard)];
}
