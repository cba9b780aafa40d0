import { bodyTooLarge, ScimError, unsupportedMediaType } from "../error.ts";

/**
 * How long, in milliseconds, the rest of a refused body is read and dropped, so that the client gets to read the answer and can
 * send its next request on the same connection.
 */
export const LINGER = 1000;

/** 400 for a client that left half-way; it is seldom there to read it. */
export function bodyIncomplete(): ScimError {
  return new ScimError(400, "The request ended before its body was complete. Send it again.");
}

/** 500 for a body that something ahead of the handler has read, and kept nothing of. */
export function bodyTaken(): ScimError {
  return new ScimError(
    500,
    "The server read the request body before scimkit could. Mount scimkit ahead of body parsers.",
    {
      cause: new Error(
        "Something ahead of scimkit (a body parser, most likely) has read the request body and left nothing of it in request.body. Mount scimkit ahead of it.",
      ),
    },
  );
}

/** The headers that say what body is coming. */
export interface BodyHeaders {
  readonly "content-encoding"?: string | null | undefined;
  readonly "content-length"?: string | null | undefined;
}

/**
 * Judges a body by what the headers say of it, before a byte of it is asked for. A compressed one could be far larger than it
 * looks [T-D9].
 * @throws {ScimError} 415, 413
 */
export function checkBodyHeaders(headers: BodyHeaders, limit: number): void {
  const { "content-encoding": encoding, "content-length": length } = headers;
  if ((encoding ?? "identity").trim().toLowerCase() !== "identity")
    throw unsupportedMediaType("Request bodies must not be compressed; leave Content-Encoding out.");
  if (Number(length ?? 0) > limit) throw bodyTooLarge(limit);
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
