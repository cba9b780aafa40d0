// Opens documents on a Redis server by the built package alone: by the script of examples/redis, or by swaps of single documents, as
// stores without scripts and transactions have them.
import { createClient } from "redis";
import { documentStorage, type SingleDocuments } from "scimkit/storage";
import { type Redis, redisDocuments } from "../../examples/redis/storage.ts";

export const REDIS_URL = process.env.REDIS_URL ?? "redis://127.0.0.1:6379";

/** Where the documents of a run are, so that other processes can open them too. */
export interface RedisPlace {
  readonly redis: { readonly url: string; readonly prefix: string; readonly way: "script" | "steps" };
}

export async function open({ redis: { url, prefix, way } }: RedisPlace) {
  const client = createClient({ url, disableOfflineQueue: true });
  client.on("error", () => undefined);
  await client.connect();
  const storage = documentStorage(way === "script" ? redisDocuments(client, prefix) : singleDocuments(client, prefix));
  return { storage, client, close: () => client.close() };
}

/** Takes away all keys of a place. */
export async function drop(place: RedisPlace): Promise<void> {
  const { client, close } = await open(place);
  for await (const keys of client.scanIterator({ MATCH: `${place.redis.prefix}*`, COUNT: 1000 }))
    if (keys.length > 0) await client.unlink(keys);
  await close();
}

export function singleDocuments(client: Redis, prefix: string): SingleDocuments {
  const { atomic, ...reads } = redisDocuments(client, prefix);
  return {
    ...reads,
    insert: ({ tenant, kind, key }, after) => atomic([{ tenant, kind, key, before: undefined, after }]),
    swap: ({ tenant, kind, key }, after, before) => atomic([{ tenant, kind, key, before, after }]),
    remove: ({ tenant, kind, key }, before) => atomic([{ tenant, kind, key, before, after: undefined }]),
  };
}
