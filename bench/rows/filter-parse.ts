import assert from "node:assert/strict";
import type { Work } from "../harness/work.ts";
import { parseFilterByHand } from "../limit/filter-parser.ts";
import { filterParsers } from "../peers/filter.ts";

/** Twelve filters as identity providers send them; `at` makes the values of a turn, so that no filter comes twice. */
export const FILTERS: readonly ((at: number) => string)[] = [
  (at) => `userName eq "user${at}@example.com"`,
  (at) => `externalId eq "ext-${at}"`,
  (at) => `emails[type eq "work" and value eq "user${at}@example.com"]`,
  (at) => `displayName co "Group ${at}"`,
  (at) => `members[value eq "id-${at}"]`,
  (at) => `userName sw "u${at}" and active eq true`,
  (at) => `meta.lastModified gt "2026-01-01T00:00:${String(at % 60).padStart(2, "0")}.${at}Z"`,
  (at) => `(name.familyName co "K${at}" or name.givenName co "A${at}") and not (active eq false)`,
  (at) => `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq "${at}"`,
  (at) => `userName eq "a${at}" or userName eq "b${at}" or userName eq "c${at}"`,
  (at) => `title pr and userType ne "t${at}"`,
  (at) => `id eq "0b1c${at}" and (emails co "@example.com" or phoneNumbers[type eq "mobile" and value sw "+49${at}"])`,
];

const textAt = (turn: number): string => (FILTERS[turn % FILTERS.length] as (at: number) => string)(turn);

/** Filters as providers send them. */
export const filterParseRepeating: Work = {
  name: "filter parse",
  about: "Reads twelve filters as providers send them, with new values each time.",
  target: 1.5,
  turns: FILTERS.length,
  input: textAt,
  limit: () => parseFilterByHand,
  scimkit: async (subject) => {
    const { parseFilter } = await subject.load("scimkit/filter");
    return (text: string) => parseFilter(text);
  },
  peers: filterParsers((turn) => parseFilterByHand(textAt(turn))),
  check: (answer, turn) => assert.deepEqual(answer, parseFilterByHand(textAt(turn))),
};
