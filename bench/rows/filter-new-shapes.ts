import assert from "node:assert/strict";
import type { Work } from "../harness/work.ts";
import { parseFilterByHand } from "../limit/filter-parser.ts";
import { treeParsers } from "../peers/filter.ts";

const OPERATORS = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];
const OPERANDS: readonly ((at: number) => string)[] = [
  (at) => `"value ${at}"`,
  () => "true",
  (at) => String(at % 1000),
  (at) => `"user${at}@example.com"`,
];

function comparisonAt(at: number, place: number): string {
  const operator = OPERATORS[(at + place) % OPERATORS.length];
  const operand = (OPERANDS[(at + 3 * place) % OPERANDS.length] as (at: number) => string)(at);
  return (at + place) % 5 === 0 ? `name${at}.part${place} pr` : `attribute${at}x${place} ${operator} ${operand}`;
}

/** A filter with names that no other has, in one of some forms. */
function textAt(turn: number): string {
  const [a, b, c] = [comparisonAt(turn, 0), comparisonAt(turn, 1), comparisonAt(turn, 2)];
  switch (turn % 6) {
    case 0:
      return a;
    case 1:
      return `${a} and ${b}`;
    case 2:
      return `list${turn}[${a} and ${b}]`;
    case 3:
      return `(${a} or ${b}) and not (${c})`;
    case 4:
      return `${a} or ${b} or list${turn}[${c}]`;
    default:
      return `urn:example:params:scim:schemas:${turn}:2.0:User:${a}`;
  }
}

/** Filters that are unlike each other. */
export const filterParseNewShapes: Work = {
  name: "filter parse, new shapes",
  about: "Reads filters of which no two have the same attributes.",
  target: 5,
  turns: 60,
  input: textAt,
  limit: () => parseFilterByHand,
  scimkit: async (subject) => {
    const { parseFilter } = await subject.load("scimkit/filter");
    return (text: string) => parseFilter(text);
  },
  peers: treeParsers,
  check: (answer, turn) => assert.deepEqual(answer, parseFilterByHand(textAt(turn))),
};
