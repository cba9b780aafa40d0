import type { Defect } from "./defect.ts";
import { asking, error, instead, lists, querying, succeeding } from "./wrappers.ts";

/** Servers that order, cut and walk lists wrongly. */
export const LIST_DEFECTS: readonly Defect[] = [
  {
    id: "sort/ignored",
    title: "announces sorting and does not sort",
    caughtBy: ["sort/ascending"],
    alsoIn: [
      "sort/descending",
      "sort/absent",
      "sort/case-insensitive",
      "sort/case-exact",
      "sort/sub-attribute",
      "sort/name-case",
      "sort/before-paging",
      "sort/dates",
      "search/sort",
    ],
    storage: querying(({ sort: _, ...request }) => request),
  },
  {
    id: "sort/descending-ignored",
    title: "sorts upwards where downwards is asked for",
    caughtBy: ["sort/descending"],
    alsoIn: ["sort/absent", "sort/dates", "search/sort"],
    storage: querying(({ sort, ...request }) =>
      sort === undefined ? request : { ...request, sort: { ...sort, descending: false } },
    ),
  },
  {
    id: "sort/default-descending",
    title: "sorts downwards where no order is said",
    caughtBy: ["sort/ascending"],
    alsoIn: [
      "sort/absent",
      "sort/case-insensitive",
      "sort/case-exact",
      "sort/sub-attribute",
      "sort/primary",
      "sort/name-case",
      "sort/before-paging",
    ],
    wrap: asking(lists, ({ query, body }) => {
      if (query.has("sortBy") && !query.has("sortOrder")) query.set("sortOrder", "descending");
      if (body?.sortBy !== undefined) body.sortOrder ??= "descending";
    }),
  },
  {
    id: "sort/by-code",
    title: "sorts capitals before small letters",
    caughtBy: ["sort/case-insensitive"],
    alsoIn: ["sort/absent"],
    wrap: succeeding(
      (asked) => lists(asked) && (asked.query.get("sortBy") ?? asked.body?.sortBy) !== undefined,
      ({ body }, asked) => {
        const by = String(asked.query.get("sortBy") ?? asked.body?.sortBy);
        const order = (asked.query.get("sortOrder") ?? asked.body?.sortOrder) === "descending" ? -1 : 1;
        body.Resources?.sort((a: Record<string, string>, b: Record<string, string>) => {
          const [left = "", right = ""] = [a[by], b[by]];
          return (left < right ? -1 : left > right ? 1 : 0) * order;
        });
      },
    ),
  },
  {
    id: "sort/nested-refused",
    title: "does not sort by a part of an attribute",
    caughtBy: ["sort/sub-attribute"],
    alsoIn: ["sort/primary", "sort/name-case"],
    wrap: instead(
      (asked) => lists(asked) && (asked.query.get("sortBy") ?? "").includes("."),
      () => error(500, "no such column"),
    ),
  },
  {
    id: "page/zero-based",
    title: "counts resources from 0",
    caughtBy: ["paging/all-once"],
    alsoIn: ["sort/before-paging"],
    storage: querying((request) =>
      "startIndex" in request.page && request.page.startIndex > 1
        ? { ...request, page: { ...request.page, startIndex: request.page.startIndex + 1 } }
        : request,
    ),
  },
  {
    id: "page/overlap",
    title: "begins a page with the last of the page before",
    caughtBy: ["paging/all-once"],
    alsoIn: ["sort/before-paging"],
    storage: querying((request) =>
      "startIndex" in request.page && request.page.startIndex > 1
        ? { ...request, page: { ...request.page, startIndex: request.page.startIndex - 1 } }
        : request,
    ),
  },
  {
    id: "page/always-first",
    title: "answers every page with the first",
    caughtBy: ["paging/all-once"],
    alsoIn: ["sort/before-paging"],
    storage: querying((request) =>
      "startIndex" in request.page ? { ...request, page: { ...request.page, startIndex: 1 } } : request,
    ),
  },
  {
    id: "page/number",
    title: "takes startIndex for the number of a page",
    caughtBy: ["paging/all-once"],
    alsoIn: ["sort/before-paging"],
    storage: querying((request) =>
      "startIndex" in request.page
        ? { ...request, page: { ...request.page, startIndex: (request.page.startIndex - 1) * request.page.count + 1 } }
        : request,
    ),
  },
  {
    id: "page/count-ignored",
    title: "answers with more than count",
    caughtBy: ["paging/count"],
    alsoIn: ["paging/count-zero", "paging/count-negative", "cursor/count", "cursor/count-zero"],
    wrap: asking(lists, ({ query, body }) => {
      query.delete("count");
      if (typeof body === "object") delete body.count;
    }),
  },
  {
    id: "page/count-0-everybody",
    title: "answers a count of 0 with everybody",
    caughtBy: ["paging/count-zero"],
    alsoIn: ["cursor/count-zero"],
    wrap: asking(lists, ({ query, body }) => {
      if (query.get("count") === "0") query.delete("count");
      if (body?.count === 0) delete body.count;
    }),
  },
  {
    id: "page/count-0-refused",
    title: "refuses a count of 0",
    caughtBy: ["paging/count-zero"],
    alsoIn: ["cursor/count-zero"],
    wrap: instead(
      (asked) => lists(asked) && asked.query.get("count") === "0",
      () => error(400, "count must be positive.", "invalidValue"),
    ),
  },
  {
    id: "page/negative-500",
    title: "breaks on a negative count",
    caughtBy: ["paging/count-negative"],
    alsoIn: ["cursor/count-zero"],
    wrap: instead(
      (asked) => lists(asked) && (asked.query.get("count") ?? "").startsWith("-"),
      () => error(500, "LIMIT must not be negative"),
    ),
  },
  {
    id: "page/start-0-refused",
    title: "refuses a startIndex of 0",
    caughtBy: ["paging/start-below-one"],
    wrap: instead(
      (asked) => lists(asked) && asked.query.get("startIndex") === "0",
      () => error(400, "startIndex must be positive.", "invalidValue"),
    ),
  },
  {
    id: "page/beyond-404",
    title: "answers a page beyond the end with 404",
    caughtBy: ["paging/past-end"],
    wrap: succeeding(lists, ({ body }, { query }) =>
      Number(query.get("startIndex") ?? 1) > Math.max(1, body.totalResults) ? error(404, "No such page.") : undefined,
    ),
  },
  {
    id: "page/total-of-page",
    title: "takes the size of the page for the total",
    caughtBy: ["paging/total"],
    alsoIn: ["paging/count-zero"],
    wrap: succeeding(lists, ({ body }) => {
      if (typeof body.totalResults === "number") body.totalResults = body.Resources?.length ?? 0;
    }),
  },
  {
    id: "page/items-per-page",
    title: "says another number of resources than are in the page",
    caughtBy: ["paging/items-counted"],
    wrap: succeeding(lists, ({ body }) => {
      if (typeof body.itemsPerPage === "number") body.itemsPerPage += 7;
    }),
  },
  {
    id: "page/start-index-shown",
    title: "says that every page begins at 1",
    caughtBy: ["paging/start-echoed"],
    wrap: succeeding(lists, ({ body }) => {
      if (body.startIndex !== undefined) body.startIndex = 1;
    }),
  },
  {
    id: "page/unstable",
    title: "has another order on each page",
    caughtBy: ["paging/stable", "paging/all-once"],
    alsoIn: ["paging/start-below-one", "paging/start-default"],
    storage: (good) => {
      let turn = 0;
      return {
        ...good,
        async query(request, context) {
          if (!("startIndex" in request.page) || request.sort !== undefined) return good.query(request, context);
          const { startIndex, count } = request.page;
          const all = await good.query({ ...request, page: { startIndex: 1, count: 10_000 } }, context);
          const order = turn++ % 2 === 0 ? [...all.resources] : [...all.resources].reverse();
          return { ...all, resources: order.slice(startIndex - 1, startIndex - 1 + count) };
        },
      };
    },
  },
  {
    id: "page/drops-one",
    title: "leaves out the last of each full page",
    caughtBy: ["paging/all-once"],
    alsoIn: ["cursor/all-once", "sort/before-paging"],
    wrap: succeeding(lists, ({ body }) => {
      if (!Array.isArray(body.Resources) || body.Resources.length < 2 || body.totalResults === body.Resources.length)
        return;
      body.Resources.pop();
      body.itemsPerPage = body.Resources.length;
    }),
  },
  {
    id: "page/cut",
    title: "says that there are no more than fit into a page",
    caughtBy: ["paging/all-once"],
    alsoIn: ["sort/before-paging"],
    wrap: succeeding(lists, ({ body }, { query }) => {
      if (Number(query.get("startIndex") ?? 1) > 1 && Array.isArray(body.Resources)) {
        body.Resources = [];
        body.itemsPerPage = 0;
      }
    }),
  },
];
