import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Secrets, StorageCapabilities, StorageNotice } from "./adapter.ts";

/** Makes of a writeOnly value what is kept of it. @see RFC 7643 §9.2 */
export type HashSecret = (attribute: string, value: unknown) => unknown | Promise<unknown>;

/** What a write does to the secrets of a row. */
export interface HashedSecrets {
  /** What is kept, by attribute path; `null` removes. */
  readonly kept: ReadonlyMap<string, unknown>;
  /** To be told when the write has happened. */
  readonly notices: readonly StorageNotice[];
}

/** Hashes before the atomic part of a write begins; a value without a hash function is dropped, never kept as given. */
export async function hashSecrets(secrets: Secrets, hashSecret: HashSecret | undefined): Promise<HashedSecrets> {
  const kept = new Map<string, unknown>();
  const notices: StorageNotice[] = [];
  for (const [attribute, value] of Object.entries(secrets)) {
    if (value === null || value === undefined) kept.set(attribute, null);
    else if (hashSecret === undefined) notices.push({ type: "secretDropped", attribute });
    else kept.set(attribute, await hashSecret(attribute, value));
  }
  return { kept, notices };
}

/** Changes a row's secrets and tells whether there was anything to change. */
export function keepSecrets(secrets: Map<string, unknown>, { kept }: HashedSecrets): boolean {
  let isChanged = false;
  for (const [attribute, value] of kept) {
    // A hash is salted, so that the same password is a change as well.
    if (value === null || value === undefined) isChanged = secrets.delete(attribute) || isChanged;
    else {
      secrets.set(attribute, value);
      isChanged = true;
    }
  }
  return isChanged;
}

/** The name of a writeOnly attribute in `capabilities.secrets`. */
export function secretName({ name }: CompiledResourceType, path: string): string {
  return `${name}.${path}`;
}

/** Whether an adapter keeps a writeOnly attribute of a resource type. */
export function keepsSecret(
  { secrets = false }: StorageCapabilities,
  type: CompiledResourceType,
  path: string,
): boolean {
  return typeof secrets === "boolean" ? secrets : secrets.includes(secretName(type, path));
}
