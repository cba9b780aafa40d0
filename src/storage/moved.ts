import type { CreateRequest, Moved } from "./adapter.ts";
import type { HashedSecrets } from "./secrets.ts";

/**
 * The version that a new resource begins with, for storage that counts them: the next one of who comes back, that which it had elsewhere
 * if that is a count too, else the first.
 */
export function firstVersion({ restores, moved }: Pick<CreateRequest, "restores" | "moved">): number {
  const last = Number(restores?.version);
  if (restores !== undefined) return Number.isSafeInteger(last) && last > 0 ? last + 1 : 1;
  return /^[1-9]\d{0,8}$/.test(moved?.version ?? "") ? Number(moved?.version) : 1;
}

/** The secrets of a new resource with those that it brings along; `keeps`: whether the storage keeps any. */
export function withMoved(hashed: HashedSecrets, moved: Moved | undefined, keeps: boolean): HashedSecrets {
  if (moved?.secrets === undefined) return hashed;
  const brought = Object.entries(moved.secrets).filter(([, value]) => value !== null && value !== undefined);
  if (brought.length === 0) return hashed;
  if (keeps) return { ...hashed, kept: new Map([...brought, ...hashed.kept]) };
  const dropped = brought.map(([attribute]) => ({ type: "secretDropped", attribute }) as const);
  return { ...hashed, notices: [...hashed.notices, ...dropped] };
}
