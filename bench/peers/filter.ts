// The libraries that read filters, each as what its users call.
import type { Filter } from "scimkit/filter";
import type { Peer } from "../harness/work.ts";
import { loadPeer } from "./load.ts";
import { assertMeaning } from "./meaning.ts";

type Matches = (resource: object) => boolean;

/** A filter as scim2-parse-filter gives it. */
type ScimFilter =
  | { readonly op: "and" | "or"; readonly filters: readonly ScimFilter[] }
  | { readonly op: "not"; readonly filter: ScimFilter }
  | { readonly op: "[]"; readonly attrPath: string; readonly valFilter: ScimFilter }
  | { readonly op: "pr"; readonly attrPath: string }
  | { readonly op: "eq"; readonly attrPath: string; readonly compValue: string | number | boolean | null };

interface Scim2ParseFilter {
  parse(text: string): ScimFilter;
  filter(filter: ScimFilter): Matches;
}
interface ScimQueryFilterParser {
  compileFilter(text: string): Matches;
}
interface ScimmyFilter {
  match<T extends object>(resources: readonly T[]): readonly T[];
}
interface Scimmy {
  readonly default: { readonly Types: { readonly Filter: new (text: string) => ScimmyFilter } };
}

/** The same filter, in the form of scimkit. */
function translated(filter: ScimFilter): Filter {
  switch (filter.op) {
    case "and":
    case "or":
      return { type: filter.op, filters: filter.filters.map(translated) };
    case "not":
      return { type: "not", filter: translated(filter.filter) };
    case "[]":
      return { type: "element", path: filter.attrPath, filter: translated(filter.valFilter) };
    case "pr":
      return { type: "present", path: filter.attrPath };
    default:
      return { type: "compare", path: filter.attrPath, operator: filter.op, value: filter.compValue };
  }
}

/** Those that show the tree that they have read. */
export const treeParsers: Readonly<Record<string, Peer>> = {
  "scim2-parse-filter": async () => {
    const { parse } = await loadPeer<Scim2ParseFilter>("scim2-parse-filter");
    return { run: (text: string) => parse(text), read: (answer) => translated(answer as ScimFilter) };
  },
};

/** Those that read a filter; `filterAt` gives what it is in a turn. */
export const filterParsers = (filterAt: (turn: number) => Filter): Readonly<Record<string, Peer>> => ({
  ...treeParsers,
  "scim-query-filter-parser": async () => {
    const { compileFilter } = await loadPeer<ScimQueryFilterParser>("scim-query-filter-parser");
    return {
      run: (text: string) => compileFilter(text),
      read: (answer, turn) => meant(filterAt(turn), answer as Matches),
    };
  },
  scimmy: async () => {
    const { Filter } = (await loadPeer<Scimmy>("scimmy")).default.Types;
    return {
      run: (text: string) => new Filter(text),
      read: (answer, turn) =>
        meant(filterAt(turn), (resource) => (answer as ScimmyFilter).match([resource]).length === 1),
    };
  },
});

/** The filter, where `matches` does what it says. */
function meant(filter: Filter, matches: Matches): Filter {
  assertMeaning(filter, matches);
  return filter;
}

/** Those that count the resources that a filter matches, which they have read ahead; the filters take turns. */
export const filterMatchers = (
  filters: readonly string[],
  resources: readonly object[],
): Readonly<Record<string, Peer>> => {
  const counting = (counts: readonly (() => number)[]) => (turn: number) =>
    (counts[turn % counts.length] as () => number)();
  const counted = (matches: Matches) => () => {
    let count = 0;
    for (const resource of resources) if (matches(resource)) count++;
    return count;
  };
  return {
    "scim2-parse-filter": async () => {
      const { parse, filter } = await loadPeer<Scim2ParseFilter>("scim2-parse-filter");
      return counting(filters.map((text) => counted(filter(parse(text)))));
    },
    "scim-query-filter-parser": async () => {
      const { compileFilter } = await loadPeer<ScimQueryFilterParser>("scim-query-filter-parser");
      return counting(filters.map((text) => counted(compileFilter(text))));
    },
    scimmy: async () => {
      const { Filter } = (await loadPeer<Scimmy>("scimmy")).default.Types;
      return counting(filters.map((text) => new Filter(text)).map((filter) => () => filter.match(resources).length));
    },
  };
};
