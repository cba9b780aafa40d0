import { expect, test } from "vitest";
import { mapEncodedLiterals, mapLiterals } from "../../src/recordings/literals.ts";

/** Says of each literal with what it is compared. */
const marked = (literal: string, attribute: string) => `<${attribute}|${literal}>`;

test.each([
  ['userName eq "ada"', 'userName eq "<userName|ada>"'],
  ["userName Eq ada", "userName Eq <userName|ada>"],
  ["userName eq 'ada'", "userName eq '<userName|ada>'"],
  ['emails[type eq "work"].value eq "a@b"', 'emails[type eq "<emails.type|work>"].value eq "<emails.value|a@b>"'],
  [
    'not (title pr) and (a eq "x" or urn:a:b:c:d eq "y")',
    'not (title pr) and (a eq "<a|x>" or urn:a:b:c:d eq "<urn:a:b:c:d|y>")',
  ],
  ['members[value eq "1" or value eq "2"]', 'members[value eq "<members.value|1>" or value eq "<members.value|2>"]'],
  ['displayName eq "a \\"b\\" c"', 'displayName eq "<displayName|a \\"b\\" c>"'],
  ['eq eq "eq"', 'eq eq "<eq|eq>"'],
  ["ada", "<|ada>"],
  ["", ""],
  ['userName eq "ada', 'userName eq "<userName|ada>"'],
])("in %s the values are changed, and nothing else", (filter, expected) => {
  expect(mapLiterals(filter, marked)).toBe(expected);
});

test.each([
  ["userName%20eq%20%22ada%40x%22", "userName%20eq%20%22ada%40x%21%22"],
  ["userName+eq+%22ada+b@x%22", "userName+eq+%22ada+b@x%21%22"],
  ["userName eq 100%", "userName eq 100%25%21"],
  ["userName%20eq%20%22%C3%A9%F0%9F%99%82%22", "userName%20eq%20%22%C3%A9%F0%9F%99%82%21%22"],
])("in a URL, %s keeps the spelling of what is not changed", (raw, expected) => {
  const changed = mapEncodedLiterals(raw, (literal) => `${literal}!`).replaceAll("!", "%21");
  expect(changed).toBe(expected);
  expect(mapEncodedLiterals(raw, (literal) => literal)).toBe(raw);
});
