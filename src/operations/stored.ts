import type { Select, StoredResource } from "../storage/adapter.ts";

/** Reads the least: for the question whether a resource is there, and in which version. */
export const SELECT_NONE: Select = { includes: () => false };

/**
 * Checks what an adapter gives back before it becomes a URL or a header: an id without control characters and without the
 * reserved word bulkId, and a version that can stand in an entity tag [S-3.1-08].
 * @throws {TypeError} a fault of the adapter; the client gets a 500.
 */
export function checkStored(resource: StoredResource): StoredResource {
  const { id, meta } = resource;
  if (
    typeof id !== "string" ||
    id === "" ||
    id.length > 255 ||
    id.includes("bulkId") ||
    !isPrintable(id) ||
    !id.isWellFormed()
  ) {
    throw new TypeError("The storage adapter returned a resource whose id is not a usable string.");
  }
  if (
    typeof meta?.version !== "string" ||
    meta.version === "" ||
    meta.version.includes('"') ||
    !isAsciiPrintable(meta.version)
  ) {
    throw new TypeError(`The storage adapter returned the resource ${id} without a usable meta.version.`);
  }
  return resource;
}

function isPrintable(text: string): boolean {
  for (const character of text) if (character < " " || character === "\u007f") return false;
  return true;
}

function isAsciiPrintable(text: string): boolean {
  return isPrintable(text) && [...text].every((character) => character <= "~");
}
