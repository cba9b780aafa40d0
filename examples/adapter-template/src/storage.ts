import { type Document, type DocumentKey, type DocumentStorage, documentStorage } from "scimkit/storage";

/** Stands in for your store's client. What is below the line is the adapter; put your own calls into its three functions. */
export class Client {
  readonly documents = new Map<string, DocumentKey & Document>();
}

const nameOf = ({ tenant, kind, key }: DocumentKey): string => JSON.stringify([tenant, kind, key]);

/** Storage for scimkit over your store. */
export function templateStorage(client: Client): DocumentStorage {
  const { documents } = client;
  return documentStorage({
    name: "template",
    // One round trip for all keys, if the store can.
    get: async (keys) => keys.map((key) => documents.get(nameOf(key))),
    list: ({ tenant, kind }) => [...documents.values()].filter((one) => one.tenant === tenant && one.kind === kind),
    // A script, a transaction, a conditional batch. Without one, give insert, swap and remove instead.
    async atomic(changes) {
      if (changes.some((change) => documents.get(nameOf(change))?.revision !== change.before)) return false;
      for (const { after, before: _, ...key } of changes)
        if (after === undefined) documents.delete(nameOf(key));
        else if (after !== "kept") documents.set(nameOf(key), { ...key, ...after });
      return true;
    },
  });
}
