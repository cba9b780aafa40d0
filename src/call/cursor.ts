import { expiredCursor, invalidCount, invalidCursor, type ScimError } from "../error.ts";
import { isSameBytes } from "./same-bytes.ts";

/** What a cursor is good for: it opens for the same query and page size alone. */
export interface CursorUse {
  /** Who asks what, where: everything that must be the same on the next page but the page size, as one text. */
  readonly binding: string;
  /** Resources of a page. */
  readonly count: number;
}

/** Turns positions of storage into what clients see of them, and back. Nothing is kept: a cursor carries all that it needs. */
export interface Cursors {
  /** How many seconds a cursor is good for at least. */
  readonly timeout: number;
  /** Makes a cursor of a position. It is URL-safe, and shows nothing of the position but its length. */
  seal(position: string, use: CursorUse): Promise<string>;
  /**
   * Gives the position back.
   * @throws {ScimError} 400 invalidCursor, to the letter the same for everything that was not sealed here for this use; and,
   * once that is certain, 400 expiredCursor and 400 invalidCount.
   */
  open(cursor: string, use: CursorUse): Promise<string>;
}

export interface CursorSettings {
  /** The first seals, all open. Empty: one is made when the first cursor comes or goes, for the life of this process. */
  readonly secrets: readonly string[];
  /** In seconds. */
  readonly timeout: number;
  /** Longest cursor that is looked at, in characters. */
  readonly maxLength: number;
  readonly now: () => Date;
  /** Told once, when a secret is made. */
  readonly onGenerated: () => void;
}

/** Keys of one secret: one for the tag, one for the text. */
interface Keys {
  readonly tag: CryptoKey;
  readonly text: CryptoKey;
}

/** Bytes of a tag, which is the initial vector of the text as well. */
const TAG_LENGTH = 16;
/** By how much the clocks of two servers of a service may differ, in seconds: so much longer a cursor is good than its server meant. */
const CLOCK_DIFFERENCE = 300;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Makes the two functions of a server. A cursor is a tag and a text: the tag is an HMAC-SHA-256 over binding and text, cut to 128
 * bits; the text is encrypted by AES-256-CTR with the tag as its initial vector. That is the SIV construction of RFC 5297: it
 * needs no random number that must not repeat, and hides the sort key, which may be an attribute that is not shown.
 * @see RFC 9865 §2, §5.2
 */
export function createCursors(settings: CursorSettings): Cursors {
  const { timeout, now } = settings;
  // Nothing is drawn or derived before the first cursor: Workers allow neither while a module loads. What is kept is the keys and
  // not their promise, which belongs to the request that it was made in.
  let secrets: readonly Uint8Array<ArrayBuffer>[] | undefined;
  let derived: readonly Keys[] | undefined;
  const secretsOf = () => {
    if (settings.secrets.length > 0) return settings.secrets.map(encode);
    settings.onGenerated();
    return [crypto.getRandomValues(new Uint8Array(32))];
  };
  const keys = async (): Promise<readonly Keys[]> => {
    secrets ??= secretsOf();
    derived ??= await Promise.all(secrets.map(deriveKeys));
    return derived;
  };

  return {
    timeout,
    async seal(position, { binding, count }) {
      const [first] = (await keys()) as [Keys];
      // Rounded up, so that a cursor never lives shorter than announced [C-4-05].
      const expiry = Math.ceil(now().getTime() / 1000) + timeout;
      const text = `${expiry.toString(36)}.${count.toString(36)}.${position}`;
      const tag = await tagOf(first, binding, text);
      return toBase64Url(tag, await crypt("encrypt", first, tag, encode(text)));
    },
    async open(cursor, use) {
      const text = await decipher(cursor, use.binding, settings.maxLength, keys);
      if (text === undefined) throw unknownCursor();
      const [expiry = "", count = "", ...position] = text.split(".");
      const latest = (Number.parseInt(expiry, 36) + CLOCK_DIFFERENCE) * 1000;
      if (now().getTime() >= latest) throw lateCursor(timeout);
      if (Number.parseInt(count, 36) !== use.count) throw otherCount();
      return position.join(".");
    },
  };
}

/** The text of a cursor that was sealed under one of the keys for this binding; undefined for every other one. */
async function decipher(
  cursor: string,
  binding: string,
  maxLength: number,
  keys: () => Promise<readonly Keys[]>,
): Promise<string | undefined> {
  // The length is looked at before anything else is done with the cursor.
  const bytes = cursor.length > maxLength ? undefined : fromBase64Url(cursor);
  if (bytes === undefined || bytes.length <= TAG_LENGTH) return undefined;
  const tag = bytes.slice(0, TAG_LENGTH);
  for (const key of await keys()) {
    const text = DECODER.decode(await crypt("decrypt", key, tag, bytes.slice(TAG_LENGTH)));
    if (isSameBytes(await tagOf(key, binding, text), tag)) return text;
  }
  return undefined;
}

function unknownCursor(): ScimError {
  return invalidCursor(
    "The cursor is not valid here. Ask for the first page with an empty cursor, and send nextCursor or previousCursor of a page back with every other parameter unchanged.",
  );
}

function lateCursor(timeout: number): ScimError {
  return expiredCursor(
    `The cursor has expired: cursors are good for ${timeout} s. Start again with an empty cursor, and ask for the next page sooner.`,
  );
}

function otherCount(): ScimError {
  return invalidCount("count must be the same on every page; send the count of the first page again.");
}

async function deriveKeys(secret: Uint8Array<ArrayBuffer>): Promise<Keys> {
  const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const derive = (purpose: string, algorithm: AesKeyAlgorithm | HmacKeyGenParams, usages: KeyUsage[]) =>
    crypto.subtle.deriveKey(
      { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: encode(`scimkit cursor ${purpose}`) },
      material,
      algorithm,
      false,
      usages,
    );
  return {
    tag: await derive("tag", { name: "HMAC", hash: "SHA-256", length: 256 }, ["sign"]),
    text: await derive("text", { name: "AES-CTR", length: 256 }, ["encrypt", "decrypt"]),
  };
}

async function tagOf(keys: Keys, binding: string, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const signature = await crypto.subtle.sign("HMAC", keys.tag, encode(JSON.stringify([binding, text])));
  return new Uint8Array(signature).slice(0, TAG_LENGTH);
}

async function crypt(
  direction: "encrypt" | "decrypt",
  keys: Keys,
  tag: Uint8Array<ArrayBuffer>,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(
    await crypto.subtle[direction]({ name: "AES-CTR", counter: tag, length: 64 }, keys.text, bytes),
  );
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return ENCODER.encode(text);
}

/** Only unreserved characters of a URL [C-2-03]. */
function toBase64Url(...parts: readonly Uint8Array[]): string {
  let text = "";
  for (const part of parts) for (const byte of part) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Undefined for whatever `toBase64Url` does not write, other spellings of the same bytes included. */
function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return toBase64Url(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}
