import { ScimError } from "../error.ts";

/** Longest If-Match or If-None-Match that is read, in characters. */
const LONGEST_TAG_LIST = 8192;

/** The entity tag of a stored version: weak, because the same version may be rendered with other attributes [S-3.1-23]. */
export function entityTag(version: string): string {
  return `W/"${version}"`;
}

/** The tags of an If-Match or If-None-Match header: `"*"`, or the opaque versions. @see RFC 9110 §13.1 */
export type TagList = "*" | readonly string[];

/**
 * What a write demands of the version that it finds: If-Match, and where it is sent If-None-Match as well. It is plain
 * data, which hosts can read; verbs ask the functions below. Undefined demands nothing.
 */
export type Precondition = TagList | { readonly match: TagList | undefined; readonly noneOf: TagList };

/**
 * Reads what a write demands. SCIM knows If-None-Match on reads alone; a client that sends it with a write all the same wants
 * nothing overwritten, which must not be passed over.
 * @throws {ScimError} 400 as `parseTags`.
 * @see RFC 9110 §13.1.2
 */
export function readPrecondition(
  ifMatch: string | undefined,
  ifNoneMatch: string | undefined,
): Precondition | undefined {
  const match = ifMatch === undefined ? undefined : parseTags(ifMatch);
  return ifNoneMatch === undefined ? match : { match, noneOf: parseTags(ifNoneMatch) };
}

/**
 * Reads a list of tags in one pass. Weak and strong tags are told apart nowhere, since every SCIM example puts weak ones into
 * If-Match [P-3.14-06]; a tag without quotes is taken as it stands.
 * @throws {ScimError} 400 for a header of more than 8,192 characters.
 * @see RFC 7644 §3.14; RFC 9110 §8.8.3
 */
export function parseTags(header: string): TagList {
  if (header.length > LONGEST_TAG_LIST)
    throw new ScimError(400, `If-Match and If-None-Match may have ${LONGEST_TAG_LIST} characters at most.`);
  if (header.trim() === "*") return "*";
  const tags: string[] = [];
  for (let index = skipSeparators(header, 0); index < header.length; ) {
    const { tag, end } = readTag(header, index);
    tags.push(tag);
    index = skipSeparators(header, end);
  }
  return tags;
}

/** Where the next tag begins, behind blanks and commas. */
function skipSeparators(header: string, from: number): number {
  let index = from;
  while (header[index] === " " || header[index] === "\t" || header[index] === ",") index++;
  return index;
}

/** entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE; one without quotes ends before the next comma. */
function readTag(header: string, index: number): { readonly tag: string; readonly end: number } {
  const isWeak = (header[index] === "W" || header[index] === "w") && header.startsWith('/"', index + 1);
  const opening = isWeak ? index + 2 : index;
  const isQuoted = header[opening] === '"';
  const start = isQuoted ? opening + 1 : opening;
  const close = header.indexOf(isQuoted ? '"' : ",", start);
  const text = header.slice(start, close === -1 ? header.length : close);
  return { tag: isQuoted ? text : text.trimEnd(), end: close === -1 ? header.length : close + 1 };
}

/** Weak comparison of a version with a list of tags; `"*"` has every one. @see RFC 9110 §8.8.3.2 */
export function hasTag(tags: TagList, version: string): boolean {
  return tags === "*" || tags.includes(version);
}

/** Whether a resource of this version may be written. */
export function isMet(demand: Precondition | undefined, version: string): boolean {
  if (demand === undefined) return true;
  if (!isPair(demand)) return hasTag(demand, version);
  return isMet(demand.match, version) && !hasTag(demand.noneOf, version);
}

/**
 * The version that a write must be bound to by compare-and-swap, given the one that met the demand; undefined where any
 * will do.
 */
export function toBind(demand: Precondition | undefined, version: string): string | undefined {
  return isBinding(demand) ? version : undefined;
}

/**
 * The same without a look at the resource: the version is the one tag of If-Match itself, or any will do. Undefined where
 * it takes a look, since of several tags only the current one binds.
 */
export function toBindUnseen(demand: Precondition | undefined): { readonly version: string | undefined } | undefined {
  if (!isBinding(demand)) return { version: undefined };
  return !isPair(demand) && demand.length === 1 ? { version: demand[0] } : undefined;
}

/**
 * Whether a write that another one overtook may start again from the new state. Where the client says which version it
 * knows, it may not: that state is gone, and the client gets its 412.
 */
export function mayTryAgain(demand: Precondition | undefined): boolean {
  return !isBinding(demand);
}

/** Whether it matters which version is written over. */
function isBinding(demand: Precondition | undefined): demand is Exclude<Precondition, "*"> {
  return demand !== undefined && demand !== "*";
}

function isPair(demand: Precondition): demand is Exclude<Precondition, TagList> {
  return demand !== "*" && "noneOf" in demand;
}
