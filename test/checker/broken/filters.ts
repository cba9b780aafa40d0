import type { Defect } from "./defect.ts";
import { error, filtering, instead, list, lists, mistaking, querying, refusing, succeeding } from "./wrappers.ts";

const filterOf = ({ query, body }: { query: URLSearchParams; body: { filter?: unknown } | undefined }): string =>
  query.get("filter") ?? (typeof body?.filter === "string" ? body.filter : "");

/** Requests with a filter of that form. */
const filtersLike = (form: RegExp) => (asked: Parameters<typeof lists>[0]) =>
  lists(asked) && form.test(filterOf(asked));

/** Servers that find others than are asked for. */
export const FILTER_DEFECTS: readonly Defect[] = [
  {
    id: "filter/case-sensitive",
    title: "tells letter cases of userName apart in a filter",
    caughtBy: ["filter/case-insensitive"],
    wrap: succeeding(filtersLike(/userName\s+eq\s+"/i), (answered, asked) => {
      const [, name = ""] = /userName\s+eq\s+"([^"]*)"/i.exec(filterOf(asked)) ?? [];
      const found = (answered.body.Resources ?? []).filter(
        ({ userName }: { userName?: string }) => userName === undefined || userName === name,
      );
      return answered.body.totalResults === 1 && found.length === 0 ? list([]) : undefined;
    }),
  },
  {
    id: "filter/ignored",
    title: "answers a filter with everybody",
    caughtBy: ["filter/not-ignored"],
    alsoIn: ["filter/only-matches", "filter/injection", "search/filter", "search/groups", "groups/filter-name"],
    storage: querying(({ filter: _, ...request }) => request),
  },
  {
    id: "filter/and-as-or",
    title: "takes and for or",
    caughtBy: ["filter/and"],
    alsoIn: ["filter/same-element"],
    storage: filtering((filter) => (filter.type === "and" ? { ...filter, type: "or" } : filter)),
  },
  {
    id: "filter/or-as-and",
    title: "takes or for and",
    caughtBy: ["filter/or"],
    alsoIn: ["filter/precedence", "filter/grouping", "filter/operator-case", "search/sort", "root/unknown-there"],
    storage: filtering((filter) => (filter.type === "or" ? { ...filter, type: "and" } : filter)),
  },
  {
    id: "filter/last-part-ignored",
    title: "looks at the first part of an and alone",
    caughtBy: ["filter/and"],
    alsoIn: ["filter/same-element"],
    storage: filtering((filter) => (filter.type === "and" ? (filter.filters[0] ?? filter) : filter)),
  },
  {
    id: "filter/not-ignored",
    title: "takes no notice of not",
    caughtBy: ["filter/not"],
    alsoIn: ["filter/not-absent", "filter/operator-case"],
    storage: filtering((filter) => (filter.type === "not" ? filter.filter : filter)),
  },
  {
    id: "filter/co-as-sw",
    title: "takes co for sw",
    caughtBy: ["filter/co"],
    alsoIn: ["filter/case-insensitive"],
    storage: mistaking("co", "sw"),
  },
  {
    id: "filter/co-as-eq",
    title: "takes co for eq",
    caughtBy: ["filter/co"],
    alsoIn: ["filter/case-insensitive"],
    storage: mistaking("co", "eq"),
  },
  { id: "filter/sw-as-co", title: "takes sw for co", caughtBy: ["filter/sw"], storage: mistaking("sw", "co") },
  { id: "filter/ew-as-co", title: "takes ew for co", caughtBy: ["filter/ew"], storage: mistaking("ew", "co") },
  {
    id: "filter/ne-as-eq",
    title: "takes ne for eq",
    caughtBy: ["filter/ne"],
    alsoIn: ["filter/boolean"],
    storage: mistaking("ne", "eq"),
  },
  { id: "filter/gt-as-ge", title: "takes gt for ge", caughtBy: ["filter/order"], storage: mistaking("gt", "ge") },
  { id: "filter/le-as-lt", title: "takes le for lt", caughtBy: ["filter/order"], storage: mistaking("le", "lt") },
  {
    id: "filter/lt-as-gt",
    title: "takes lt for gt",
    caughtBy: ["filter/order"],
    alsoIn: ["filter/date-order", "filter/number"],
    storage: mistaking("lt", "gt"),
  },
  {
    id: "filter/present-always",
    title: "finds everybody by pr",
    caughtBy: ["filter/pr"],
    storage: filtering((filter) =>
      filter.type === "present" ? { type: "or", filters: [filter, { type: "not", filter }] } : filter,
    ),
  },
  {
    id: "filter/element-apart",
    title: "lets different addresses meet the conditions in brackets",
    caughtBy: ["filter/same-element"],
    // The parts of the condition, each in brackets of its own.
    storage: filtering((filter) =>
      filter.type === "element" && filter.filter.type === "and"
        ? { type: "and", filters: filter.filter.filters.map((part) => ({ ...filter, filter: part })) }
        : filter,
    ),
  },
  {
    id: "filter/element-refused",
    title: "knows no brackets in filters",
    caughtBy: ["filter/comparisons-supported"],
    wrap: instead(filtersLike(/\[/), () => error(400, "Brackets are not supported.", "invalidFilter")),
  },
  {
    id: "filter/parts-refused",
    title: "does not filter by parts of attributes",
    caughtBy: ["filter/comparisons-supported"],
    wrap: instead(filtersLike(/(?:emails|name)\.\w+/i), () => error(400, "Not supported.", "invalidFilter")),
  },
  {
    id: "filter/urn-refused",
    title: "does not filter by attributes that are written with their schema",
    caughtBy: ["filter/urn-name"],
    alsoIn: ["filter/urn-case"],
    wrap: instead(filtersLike(/urn:/i), () => error(400, "Not supported.", "invalidFilter")),
  },
  {
    id: "filter/operators-by-case",
    title: "knows operators in lower case alone",
    caughtBy: ["filter/operator-case"],
    wrap: instead(filtersLike(/\s(?:E[Qq]|e[Q]|C[Oo]|S[Ww]|P[Rr]|AND|And|OR|Or)\b/), () =>
      error(400, "Unknown operator.", "invalidFilter"),
    ),
  },
  {
    id: "filter/names-by-case",
    title: "knows attributes in one letter case alone in filters",
    caughtBy: ["filter/attribute-case"],
    alsoIn: ["filter/urn-case"],
    wrap: instead(filtersLike(/\b(?:USERNAME|username|UserName|UsErNaMe|uSERnAME|userNAME)\b/), () => list([])),
  },
  {
    id: "filter/bad-as-500",
    title: "breaks on a filter that is none",
    caughtBy: ["filter/incomplete"],
    alsoIn: [
      "filter/brackets-empty",
      "filter/unknown-operator",
      "filter/dangling",
      "filter/unbalanced",
      "filter/trailing",
      "filter/two-dots",
      "filter/order-boolean",
      "filter/complex-compared",
    ],
    wrap: refusing(lists, ({ body }) => (body?.scimType === "invalidFilter" ? error(500, "Parse error.") : undefined)),
  },
  {
    id: "filter/bad-as-everybody",
    title: "answers a filter that is none with everybody",
    caughtBy: ["filter/incomplete"],
    alsoIn: [
      "filter/brackets-empty",
      "filter/unknown-operator",
      "filter/dangling",
      "filter/unbalanced",
      "filter/trailing",
      "filter/two-dots",
      "filter/order-boolean",
      "filter/complex-compared",
    ],
    wrap: instead(lists, async (asked, next) => {
      const answered = await next(asked);
      if (answered.body?.scimType !== "invalidFilter") return answered;
      asked.query.delete("filter");
      if (typeof asked.body === "object") delete asked.body.filter;
      return next(asked);
    }),
  },
  {
    id: "filter/bad-without-type",
    title: "does not say that it was the filter that is wrong",
    caughtBy: ["filter/unknown-operator"],
    alsoIn: ["filter/order-boolean"],
    wrap: refusing(lists, ({ body }) => {
      if (body?.scimType === "invalidFilter") delete body.scimType;
    }),
  },
  {
    id: "filter/none-as-404",
    title: "answers with 404 where a filter finds nobody",
    caughtBy: ["filter/none-found"],
    wrap: succeeding(lists, ({ body }, asked) =>
      body.totalResults === 0 && filterOf(asked) !== "" ? error(404, "There is nobody.") : undefined,
    ),
  },
  {
    id: "filter/quote-breaks",
    title: "breaks on a quotation mark in a value",
    caughtBy: ["filter/escapes"],
    alsoIn: ["filter/injection"],
    wrap: instead(filtersLike(/\\"/), () => error(500, "syntax error near '")),
  },
  {
    id: "filter/injection",
    title: "lets a value with quotation marks find everybody",
    caughtBy: ["filter/injection"],
    alsoIn: ["filter/escapes"],
    wrap: (next) => async (asked) => {
      if (lists(asked) && /\\"|'\s*or\s/i.test(filterOf(asked))) asked.query.delete("filter");
      return next(asked);
    },
  },
  {
    id: "filter/wildcards",
    title: "takes % and _ in a value for wildcards",
    caughtBy: ["filter/no-wildcards"],
    wrap: (next) => async (asked) => {
      const filter = filterOf(asked);
      if (lists(asked) && /"[^"]*[%_][^"]*"/.test(filter)) {
        const loose = filter.replaceAll(/\s(?:eq|sw|ew|co)\s+"([^"]*?)[%_][^"]*"/gi, ' sw "$1"');
        if (asked.query.has("filter")) asked.query.set("filter", loose);
      }
      return next(asked);
    },
  },
  {
    id: "filter/precedence",
    title: "takes or before and",
    caughtBy: ["filter/precedence"],
    storage: filtering((filter) => {
      if (filter.type !== "or") return filter;
      const [first, second] = filter.filters;
      if (second?.type === "and" && first !== undefined) {
        const [head, ...tail] = second.filters;
        if (head !== undefined) return { type: "and", filters: [{ type: "or", filters: [first, head] }, ...tail] };
      }
      if (first?.type === "and" && second !== undefined) {
        const last = first.filters.at(-1);
        if (last !== undefined)
          return { type: "and", filters: [...first.filters.slice(0, -1), { type: "or", filters: [last, second] }] };
      }
      return filter;
    }),
  },
  {
    id: "filter/external-id-refused",
    title: "does not find by externalId",
    caughtBy: ["filter/external-id"],
    alsoIn: ["filter/case-exact"],
    wrap: instead(filtersLike(/externalId/i), () => list([])),
  },
  {
    id: "filter/external-id-by-any-case",
    title: "does not tell letter cases of externalId apart",
    caughtBy: ["filter/case-exact"],
    wrap: (next) => {
      const known = new Map<string, string>();
      return async (asked) => {
        const { externalId } = (asked.body ?? {}) as { externalId?: unknown };
        if (typeof externalId === "string") known.set(externalId.toLowerCase(), externalId);
        const filter = asked.query.get("filter");
        if (filter !== null)
          asked.query.set(
            "filter",
            filter.replace(/(externalId\s+eq\s+")([^"]*)"/i, (whole, head: string, value: string) =>
              known.has(value.toLowerCase()) ? `${head}${known.get(value.toLowerCase())}"` : whole,
            ),
          );
        return next(asked);
      };
    },
  },
  {
    id: "filter/dates-ignored",
    title: "takes no notice of conditions on times",
    caughtBy: ["filter/date-order"],
    storage: filtering((filter) =>
      filter.type === "compare" && filter.path.attribute.name === "meta"
        ? { type: "or", filters: [filter, { type: "not", filter }] }
        : filter,
    ),
  },
  {
    id: "filter/boolean-as-text",
    title: "finds by active whoever is active or not",
    caughtBy: ["filter/boolean"],
    alsoIn: ["filter/boolean-inactive"],
    storage: filtering((filter) =>
      filter.type === "compare" && filter.path.attribute.name === "active" && filter.value === false
        ? { ...filter, value: true }
        : filter,
    ),
  },
  {
    id: "filter/password",
    title: "finds users by their passwords",
    caughtBy: ["passwords/not-guessed-by-halves"],
    wrap: (next) => {
      const known = new Map<string, string>();
      return async (asked) => {
        const [, operator, value = ""] = /^\s*password\s+(\w+)(?:\s+"([^"]*)")?/i.exec(filterOf(asked)) ?? [];
        if (lists(asked) && operator !== undefined)
          return list(
            [...known]
              .filter(([, password]) => operator === "pr" || password.startsWith(value))
              .map(([id]) => ({ schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], id })),
          );
        const password = asked.body?.password;
        const answered = await next(asked);
        if (typeof password === "string" && typeof answered.body?.id === "string")
          known.set(answered.body.id, password);
        return answered;
      };
    },
  },
  {
    id: "filter/groups-by-name",
    title: "does not find groups by displayName",
    caughtBy: ["groups/filter-name"],
    wrap: instead(
      (asked) => /^\/Groups/.test(asked.path) && filtersLike(/displayName/i)(asked),
      () => list([]),
    ),
  },
];
