import { describe, expect, test } from "vitest";
import { isReference, normalizeReference } from "../../src/schema/reference.ts";

/** Every character of ASCII that may stand in a URI, but for the sign of an escape. */
const CHARACTERS = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code)).filter((character) =>
  /[!#-$&-;=?-[\]_a-z~]/.test(character),
);

/** What RFC 3986 §6.2.2 makes of an escape. */
function normalEscape(escaped: string): string {
  const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  return /[A-Za-z0-9._~-]/.test(character) ? character : escaped.toUpperCase();
}

describe("a character of a reference", () => {
  test("is none of the control characters, nor a blank, and may be beyond ASCII [S-2.3.7-01]", () => {
    for (let code = 0; code < 0x100; code++)
      expect(isReference(`a${String.fromCharCode(code)}`), `U+${code.toString(16)}`).toBe(
        code >= 0x80 || CHARACTERS.includes(String.fromCharCode(code)),
      );
  });

  test.each(CHARACTERS)("%s is a digit of an escape where it is a hexadecimal one [S-2.3.7-01]", (character) => {
    const isDigit = /[0-9A-Fa-f]/.test(character);
    expect(isReference(`https://e/%${character}0`)).toBe(isDigit);
    expect(isReference(`https://e/%0${character}`)).toBe(isDigit);
    // What is cut off by ? and # is no longer one text with what stands in front of it.
    if ("?#".includes(character)) return;
    for (const escaped of [`%${character}a`, `%a${character}`])
      expect(normalizeReference(`scheme://e/x${escaped}`, false)).toBe(
        `scheme://e/x${isDigit ? normalEscape(escaped) : escaped}`,
      );
  });

  test.each(CHARACTERS)("%s may stand in a scheme where RFC 3986 §3.1 has it", (character) => {
    // Only what has a scheme has an authority, which this one is none.
    expect(isReference(`${character}x://[bad`)).toBe(!/[A-Za-z]/.test(character));
    expect(isReference(`x${character}://[bad`)).toBe(!/[A-Za-z0-9+.-]/.test(character));
  });

  test("is the same as its escape where it is unreserved, and another one where it is not [S-2.4-07]", () => {
    for (let code = 0; code < 0x100; code++) {
      const escaped = `%${code.toString(16).padStart(2, "0")}`;
      expect(normalizeReference(`https://e/x${escaped}y`, false)).toBe(`https://e/x${normalEscape(escaped)}y`);
    }
  });
});

describe("the form of a reference that is compared", () => {
  test.each([
    ["https://h/v2/Users/1?v=v2&x=%7e#v3/%7E", "https://h/Users/1?v=v2&x=~#v3/~"],
    ["https://u:p@h:8443/v2/Users/1", "https://h:8443/Users/1"],
    ["https://h/v12/Users/1", "https://h/Users/1"],
    ["https://h/v1/v2/Users/1", "https://h/Users/1"],
    ["https://h/x2/Users/1", "https://h/x2/Users/1"],
    ["https://h/v2./Users/1", "https://h/v2./Users/1"],
    ["https://h/va/Users/1", "https://h/va/Users/1"],
    ["https://h/v2/v3", "https://h/v2/v3"],
    ["https://h", "https://h/"],
    ["https://h/v2/1%", "https://h/v2/1%"],
    ["https://h/a%4", "https://h/a%4"],
    ["Zoe\u0308", "Zo\u00eb"],
  ])("of %s is %s, for a resource of SCIM [S-2.4-06 S-2.4-07]", (given, expected) => {
    expect(normalizeReference(given, true)).toBe(expected);
  });
});
