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
  let index = 0;
  while (index < header.length) {
    const character = header[index] as string;
    if (character === " " || character === "\t" || character === ",") {
      index++;
      continue;
    }
    if ((character === "W" || character === "w") && header.startsWith('/"', index + 1)) index += 2;
    const quoted = header[index] === '"';
    const start = quoted ? index + 1 : index;
    const end = header.indexOf(quoted ? '"' : ",", start);
    const tag = header.slice(start, end === -1 ? header.length : end);
    tags.push(quoted ? tag : tag.trimEnd());
    index = end === -1 ? header.length : end + 1;
  }
  return tags;
}

/** What a write demands of the version that it finds: If-Match, and where it is sent If-None-Match as well. */
export type Precondition = TagList | { readonly match: TagList | undefined; readonly noneOf: TagList };

/**
 * Reads what a write demands. SCIM knows If-None-Match on reads alone; a client that sends it with a write all the same wants
 * nothing overwritten, which must not be passed over [A39].
 * @see RFC 9110 §13.1.2
 */
export function readPrecondition(ifMatch: string | undefined, ifNoneMatch: string | undefined) {
  const match = ifMatch === undefined ? undefined : parseTags(ifMatch);
  return ifNoneMatch === undefined ? match : { match, noneOf: parseTags(ifNoneMatch) };
}

/** Weak comparison of a version with a list of tags, or with what a write demands. */
export function matchesTag(tags: Precondition, version: string): boolean {
  if (tags === "*") return true;
  if (!("noneOf" in tags)) return tags.includes(version);
  return (tags.match === undefined || matchesTag(tags.match, version)) && !matchesTag(tags.noneOf, version);
}
