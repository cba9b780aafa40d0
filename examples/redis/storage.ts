// SCIM over Redis (or Valkey): documents are fields of hashes, one hash for each tenant and kind, and a script changes several of them
// in one step. Uniqueness, references, versions, deltas and transactions are documentStorage's.
import type { RedisClientType } from "redis";
import { type AtomicDocuments, type DocumentPlace, documentStorage } from "scimkit/storage";

/** Looks at every document first, by its revision, and writes then. Redis runs nothing else meanwhile. */
const CHANGE = `
  for i, hash in ipairs(KEYS) do
    local found = redis.call("HGET", hash, ARGV[3 * i - 2])
    if (found and found:sub(1, 36) or "") ~= ARGV[3 * i - 1] then return 0 end
  end
  for i, hash in ipairs(KEYS) do
    local field, after = ARGV[3 * i - 2], ARGV[3 * i]
    if after == "" then redis.call("HDEL", hash, field) elseif after ~= "kept" then redis.call("HSET", hash, field, after) end
  end
  return 1`;

/** A connection, made with `disableOfflineQueue: true`: while Redis is away requests are 503 at once, instead of waiting for it. */
export type Redis = Pick<RedisClientType, "hGet" | "hGetAll" | "eval">;

export function redisDocuments(client: Redis, prefix: string): AtomicDocuments {
  // In a cluster, the hashes of a tenant are on one node; what is unique over all tenants (uniqueness: "global") is on another.
  const hash = ({ tenant, kind }: DocumentPlace) => `${prefix}{${encodeURIComponent(tenant)}}:${kind}`;
  const documentOf = (line: string) => ({ revision: line.slice(0, 36), text: line.slice(36) });
  return {
    name: "redis",
    async get(keys) {
      const lines = await Promise.all(keys.map((one) => client.hGet(hash(one), one.key)));
      return lines.map((line) => (typeof line === "string" ? documentOf(line) : undefined));
    },
    async *list(place) {
      for (const [key, line] of Object.entries(await client.hGetAll(hash(place)))) yield { key, ...documentOf(line) };
    },
    async atomic(changes) {
      const lines = changes.flatMap(({ key, before = "", after }) => [
        key,
        before,
        typeof after === "object" ? after.revision + after.text : (after ?? ""),
      ]);
      return (await client.eval(CHANGE, { keys: changes.map(hash), arguments: lines })) === 1;
    },
  };
}

/** `prefix` begins the names of all keys. */
export function redisStorage(client: Redis, prefix = "scim:") {
  return documentStorage(redisDocuments(client, prefix));
}
