import type { Defect } from "./defect.ts";
import { asking, error, instead, json, lists, querying, refusing, succeeding } from "./wrappers.ts";

/** Servers that walk by cursors wrongly, and search. */
export const CURSOR_DEFECTS: readonly Defect[] = [
  {
    id: "cursor/never-ends",
    title: "gives a cursor on the last page as well",
    caughtBy: ["cursor/end"],
    wrap: succeeding(lists, ({ body }, { query }) => {
      if (query.has("cursor") && body.nextCursor === undefined) body.nextCursor = query.get("cursor") || "AAAA";
    }),
  },
  {
    id: "cursor/stays",
    title: "answers every cursor with the first page",
    caughtBy: ["cursor/all-once"],
    alsoIn: ["cursor/end"],
    storage: querying((request) =>
      "startIndex" in request.page ? request : { ...request, page: { ...request.page, cursor: undefined } },
    ),
  },
  {
    id: "cursor/bad-taken",
    title: "answers a cursor that it has never given with the first page",
    caughtBy: ["cursor/invalid"],
    alsoIn: ["cursor/changed-count"],
    wrap: instead(
      (asked) => lists(asked) && asked.query.has("cursor"),
      async (asked, next) => {
        const answered = await next(asked);
        if (answered.status !== 400) return answered;
        asked.query.set("cursor", "");
        return next(asked);
      },
    ),
  },
  {
    id: "cursor/bad-as-500",
    title: "breaks on a cursor that it has never given",
    caughtBy: ["cursor/invalid"],
    wrap: refusing(
      (asked) => asked.query.has("cursor"),
      ({ status }) => (status === 400 ? error(500, "bad base64") : undefined),
    ),
  },
  {
    id: "cursor/announced-alone",
    title: "announces cursors and gives none",
    caughtBy: ["cursor/first"],
    wrap: succeeding(lists, ({ body }) => void delete body.nextCursor),
  },
  {
    id: "search/filter-ignored",
    title: "answers a search with everybody",
    caughtBy: ["search/filter"],
    alsoIn: ["search/groups"],
    wrap: asking(
      (asked) => asked.path.endsWith("/.search"),
      ({ body }) => {
        if (typeof body === "object") delete body.filter;
      },
    ),
  },
  {
    id: "search/missing",
    title: "has no /.search",
    caughtBy: ["search/answered"],
    wrap: instead(
      (asked) => asked.path.endsWith("/.search"),
      () => error(404, "There is nothing."),
    ),
  },
  {
    id: "search/creates",
    title: "takes a search for a create",
    caughtBy: ["search/answered"],
    alsoIn: ["search/filter", "search/list-message", "search/sort", "search/groups"],
    wrap: instead(
      (asked) => asked.path.endsWith("/.search"),
      () => json(201, {}),
    ),
  },
  {
    id: "search/attributes-ignored",
    title: "shows all attributes in a search, whatever is selected",
    caughtBy: ["search/attributes"],
    wrap: asking(
      (asked) => asked.path.endsWith("/.search"),
      ({ body }) => {
        if (typeof body === "object") delete body.attributes;
      },
    ),
  },
  {
    id: "search/count-ignored",
    title: "answers a search with all that it finds",
    caughtBy: ["search/page"],
    wrap: asking(
      (asked) => asked.path.endsWith("/.search"),
      ({ body }) => {
        if (typeof body === "object") delete body.count;
      },
    ),
  },
];
