import { ScimError, unsupportedMediaType } from "../error.ts";

/** 400 for a client that left half-way; it is seldom there to read it. */
export function bodyIncomplete(): ScimError {
  return new ScimError(400, "The request ended before its body was complete. Send it again.");
}

/** 500 for a body that something ahead of the handler has read, and kept nothing of. */
export function bodyTaken(): ScimError {
  return new ScimError(
    500,
    "The server read the request body before scimkit could. Mount scimkit ahead of body parsers.",
  );
}

/**
 * Refuses a compressed body, which could be far larger than it looks [T-D9].
 * @throws {ScimError} 415
 */
export function refuseEncoding(contentEncoding: string | null | undefined): void {
  if ((contentEncoding ?? "identity").trim().toLowerCase() === "identity") return;
  throw unsupportedMediaType("Request bodies must not be compressed; leave Content-Encoding out.");
}

/** The chunks of a body as one; undefined where there is no byte. */
export function joinChunks(chunks: readonly Uint8Array[]): Uint8Array | undefined {
  const [first] = chunks;
  if (chunks.length < 2) return first;
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
