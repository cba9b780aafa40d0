import fc from "fast-check";
import { expect, test } from "vitest";
import { isScimError } from "../../src/index.ts";
import { type JsonLimits, parseJson } from "../../src/protocol/json.ts";
import { finish } from "../../src/time-slice.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
const RUNS = pickSize("JSON texts", { everyday: 10_000, thorough: 200_000 });

/** What a reader that takes a text as it stands, character by character, finds first; nothing where there is nothing. */
function faultByTheLetter(text: string, { depth, names: most }: JsonLimits): RegExp | undefined {
  const open: (Set<string> | undefined)[] = [];
  const names = new Set<string>();
  let isNameNext = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '"') {
      const quoted = /^"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)/.exec(text.slice(at))?.[0] as string;
      const name = isNameNext ? nameOf(quoted) : undefined;
      const own = open.at(-1);
      if (name !== undefined && own !== undefined) {
        if (own.has(name)) return /names a member twice/;
        own.add(name);
        names.add(name);
        if (names.size > most) return /different names/;
      }
      isNameNext = false;
      at += quoted.length - 1;
    } else if (character === "{" || character === "[") {
      isNameNext = character === "{";
      open.push(isNameNext ? new Set() : undefined);
      if (open.length > depth) return /levels deep/;
    } else if (character === "}" || character === "]") {
      open.pop();
      isNameNext = false;
    } else if (character === ",") isNameNext = open.at(-1) !== undefined;
  }
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return /not valid JSON/;
  }
}

/** A text that ends in the middle of a name has the name all the same. */
function nameOf(quoted: string): string | undefined {
  if (!quoted.includes("\\")) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted);
  } catch {
    return undefined;
  }
}

/** A name or a string as a client may write it: some are the same, though other characters stand there. */
const quoted = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom("a", "b", "c", "id", "__proto__", "0", "", "toString").map((name) => `"${name}"`),
  },
  fc.constantFrom(
    '"\\u0061"',
    '"\\u0062"',
    '"\\""',
    '"a\\"b"',
    '"{"',
    '"[]"',
    '"a:"',
    '":"',
    '",b"',
    '"ü"',
    '"\\ud800"',
  ),
);
const blank = fc.constantFrom("", "", "", " ", "\n\t", "\r ");
const { value } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    quoted,
    fc.constantFrom("1", "-0", "1e400", "true", "null", '""', '"\\\\"'),
    tie("object"),
    tie("object"),
    tie("array"),
  ),
  object: fc
    .array(fc.tuple(quoted, blank, blank, tie("value")), { maxLength: 5 })
    .map(
      (members) =>
        `{${members.map(([name, before, after, one]) => `${before}${name}${after}:${before}${one}`).join()}}`,
    ),
  array: fc.array(tie("value"), { maxLength: 4 }).map((items) => `[${items.join(", ")}]`),
}));
/** Mostly JSON; sometimes with something missing, or too much. */
const text = fc.oneof(
  { weight: 5, arbitrary: value },
  {
    weight: 1,
    arbitrary: fc.tuple(value, fc.nat(), fc.constantFrom("", '"', "{", "}", ",", ":", "\\", "x")).map(broken),
  },
);

function broken([whole, place, put]: readonly [string, number, string]): string {
  const at = place % (whole.length + 1);
  return whole.slice(0, at) + put + whole.slice(at + 1);
}

const limits = fc.record({ depth: fc.constantFrom(2, 3, 16), names: fc.constantFrom(1, 3, 10_000) });

function read(json: string, bounds: JsonLimits): { readonly value: unknown } | { readonly fault: string } {
  try {
    return { value: finish(parseJson(json, bounds)) };
  } catch (error) {
    if (isScimError(error) && error.status === 400 && error.scimType === "invalidSyntax")
      return { fault: error.message };
    throw error;
  }
}

test("a JSON text is refused for what a reader by the letter finds first, and is otherwise what JSON.parse makes of it [T-D1 T-D2]", () => {
  const outcomes = { taken: 0, refused: 0 };
  fc.assert(
    fc.property(text, limits, (json, bounds) => {
      const fault = faultByTheLetter(json, bounds);
      const actual = read(json, bounds);
      outcomes[fault === undefined ? "taken" : "refused"]++;
      if (fault === undefined) expect(actual).toEqual({ value: JSON.parse(json) });
      else expect(actual).toEqual({ fault: expect.stringMatching(fault) });
    }),
    { seed, numRuns: RUNS },
  );
  expect(outcomes.taken).toBeGreaterThan(RUNS / 10);
  expect(outcomes.refused).toBeGreaterThan(RUNS / 10);
});

test("a name is seen to come twice where something else gave all objects a member", () => {
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  prototype.planted = 1;
  try {
    expect(read('{"a":1,"a":2}', { depth: 2, names: 9 })).toEqual({ fault: expect.stringMatching(/member twice/) });
    expect(read('{"a":1,"b":2}', { depth: 2, names: 9 })).toHaveProperty("value");
  } finally {
    delete prototype.planted;
  }
});

test("names are bounded before a long text is parsed, and those that come again do not count", () => {
  const long = (name: (index: number) => string): string =>
    `[${Array.from({ length: 30_000 }, (_, index) => `{"${name(index)}" : "x"}`).join()}]`;
  expect(
    read(
      long((index) => `n${index}`),
      { depth: 2, names: 10_000 },
    ),
  ).toEqual({ fault: expect.stringMatching(/more than 10000/) });
  expect(
    read(
      long((index) => `n${index % 10_000}`),
      { depth: 2, names: 10_000 },
    ),
  ).toHaveProperty("value");
  // Written in two ways each: as many again by their letters, and no more by what they mean.
  expect(
    read(
      long((index) => `${index % 2 ? "n" : "\\u006e"}${index % 9999}`),
      { depth: 2, names: 10_000 },
    ),
  ).toHaveProperty("value");
});

test("a name that is escaped is seen to come twice, whatever names the process has read before", () => {
  const bounds = { depth: 2, names: 9 };
  // From here on, Node 24.21 takes the second name of the next text for a backslash.
  expect(read('{"o":1,"\\\\":2}', bounds)).toEqual({ value: { o: 1, "\\": 2 } });
  expect(read('{"o":1,"\\u006f":2}', bounds)).toEqual({ fault: expect.stringMatching(/member twice/) });
});
