import type { ScimRequest } from "./message.ts";

type Headers = ScimRequest["headers"];

/**
 * Headers under their names in lower case. What stands under two spellings of one name becomes a list of both, so that nobody takes
 * the first for the whole [T-A4].
 */
export function withLowerCaseNames(headers: Headers): Headers {
  const names = Object.keys(headers);
  if (names.every(isLowerCase)) return headers;
  const values = new Map<string, string | readonly string[] | undefined>();
  for (const name of names) {
    const key = name.toLowerCase();
    const known = values.get(key);
    const value = headers[name];
    values.set(key, known === undefined ? value : value === undefined ? known : [known, value].flat());
  }
  return Object.fromEntries(values);
}

/** Most hosts give names in lower case; what is no letter of a header's name is looked at in full. */
function isLowerCase(name: string): boolean {
  return /^[a-z\d-]*$/.test(name) || name === name.toLowerCase();
}

/** Reads headers by their names in lower case; several values are joined as HTTP has it. */
export function headerReader(headers: Headers): (name: string) => string | undefined {
  return (name) => {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
    return typeof value === "string" || value === undefined ? value : value.join(", ");
  };
}
