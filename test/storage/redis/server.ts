import { createClient } from "redis";
import { type Redis, redisDocuments } from "../../../examples/redis/storage.ts";
import type { SingleDocuments } from "../../../src/storage/index.ts";

export const REDIS_URL = process.env.REDIS_URL ?? "redis://127.0.0.1:6379";

/** Whether a Redis server answers. CI fails without one. */
export const hasRedis = await answers();
if (!hasRedis && process.env.CI !== undefined)
  throw new Error(`No Redis answers at ${REDIS_URL}; CI must test against one. Set REDIS_URL.`);

async function answers(): Promise<boolean> {
  const client = createClient({ url: REDIS_URL, socket: { reconnectStrategy: false } });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.close();
    return true;
  } catch {
    return false;
  }
}

/** A connection, a prefix of its own for keys, and what takes them away again. */
export async function connected() {
  const client = createClient({ url: REDIS_URL, disableOfflineQueue: true });
  client.on("error", () => undefined);
  await client.connect();
  const prefix = `scimkit-test-${process.pid}-${crypto.randomUUID().slice(0, 8)}:`;
  const keys = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const some of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) found.push(...some);
    return found;
  };
  return {
    client,
    prefix,
    /** All that is stored, as text. */
    async dump(): Promise<string> {
      return JSON.stringify(await Promise.all((await keys()).map((key) => client.hGetAll(key))));
    },
    async close(): Promise<void> {
      for (const key of await keys()) await client.unlink(key);
      await client.close();
    },
  };
}

/** The same server as a store that swaps one document at a time: what a store without scripts and transactions gives. */
export function singleDocuments(client: Redis, prefix: string): SingleDocuments {
  const { atomic, ...reads } = redisDocuments(client, prefix);
  return {
    ...reads,
    insert: ({ tenant, kind, key }, after) => atomic([{ tenant, kind, key, before: undefined, after }]),
    swap: ({ tenant, kind, key }, after, before) => atomic([{ tenant, kind, key, before, after }]),
    remove: ({ tenant, kind, key }, before) => atomic([{ tenant, kind, key, before, after: undefined }]),
  };
}
