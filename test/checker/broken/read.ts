import type { Defect } from "./defect.ts";
import {
  asking,
  error,
  instead,
  is,
  json,
  lists,
  ONE,
  reads,
  refusing,
  resourcesOf,
  showing,
  succeeding,
} from "./wrappers.ts";

/** Servers that show resources wrongly. */
export const READ_DEFECTS: readonly Defect[] = [
  {
    id: "read/missing-as-200",
    title: "answers for what is not there with 200 and nothing",
    caughtBy: ["read/unknown"],
    alsoIn: ["replace/creates-nothing", "delete/then-get-is-404", "bulk/delete"],
    wrap: refusing(reads, ({ status }) => (status === 404 ? json(200, {}) : undefined)),
  },
  {
    id: "read/missing-as-400",
    title: "answers for what is not there with 400",
    caughtBy: ["read/unknown"],
    alsoIn: ["delete/then-get-is-404", "bulk/delete"],
    wrap: refusing(reads, ({ status }) =>
      status === 404 ? error(400, "There is nothing.", "invalidValue") : undefined,
    ),
  },
  {
    id: "read/missing-as-500",
    title: "breaks on an id that is not there",
    caughtBy: ["read/unknown"],
    alsoIn: ["delete/then-get-is-404", "bulk/delete"],
    wrap: refusing(reads, ({ status }) => (status === 404 ? error(500, "null pointer") : undefined)),
  },
  {
    id: "read/missing-as-page",
    title: "answers for what is not there with a page",
    caughtBy: ["errors/body-of-not-found"],
    wrap: refusing(reads, ({ status }) =>
      status === 404
        ? { status, headers: new Headers({ "content-type": "text/html" }), body: "<h1>Not found</h1>" }
        : undefined,
    ),
  },
  {
    id: "read/attributes-ignored",
    title: "shows all attributes, whatever is selected",
    caughtBy: ["attributes/others-are-not"],
    alsoIn: [
      "attributes/sub-attribute",
      "attributes/sub-attribute-of-a-list",
      "attributes/in-lists",
      "attributes/returned-on-request",
      "attributes/on-create",
      "attributes/list",
      "attributes/list-part",
      "search/attributes",
      "patch/attributes",
    ],
    wrap: asking(
      () => true,
      ({ query, body }) => {
        query.delete("attributes");
        if (typeof body === "object" && body !== null) delete body.attributes;
      },
    ),
  },
  {
    id: "read/excluded-ignored",
    title: "shows attributes that are excluded",
    caughtBy: ["attributes/excluded"],
    alsoIn: [
      "attributes/excluded-in-any-case",
      "attributes/excluded-sub-attribute",
      "attributes/excluded-in-lists",
      "attributes/on-replace",
      "attributes/list-excluded",
      "groups/without-members",
      "groups/list-without-members",
    ],
    wrap: asking(
      () => true,
      ({ query, body }) => {
        query.delete("excludedAttributes");
        if (typeof body === "object" && body !== null) delete body.excludedAttributes;
      },
    ),
  },
  {
    id: "read/selected-without-id",
    title: "leaves out the id where other attributes are selected",
    caughtBy: ["attributes/id-is-always-there"],
    alsoIn: ["attributes/list-always"],
    wrap: showing(
      (resource) => void delete resource.id,
      ({ query }) => query.has("attributes"),
    ),
  },
  {
    id: "read/id-excluded",
    title: "leaves out the id where that is excluded",
    caughtBy: ["attributes/excluded-id"],
    alsoIn: ["attributes/list-always"],
    wrap: showing(
      (resource) => void delete resource.id,
      ({ query }) => /\bid\b/i.test(query.get("excludedAttributes") ?? ""),
    ),
  },
  {
    id: "read/selected-by-case",
    title: "selects attributes in one letter case alone",
    caughtBy: ["attributes/in-any-case"],
    alsoIn: ["attributes/list-case"],
    wrap: asking(
      () => true,
      ({ query }) => {
        const names = query.get("attributes");
        if (names === null) return;
        query.set(
          "attributes",
          names
            .split(",")
            .map((name) => (name === name.toUpperCase() ? `x${name}` : name))
            .join(","),
        );
      },
    ),
  },
  {
    id: "read/part-selects-whole",
    title: "shows the whole name where the family name is selected",
    caughtBy: ["attributes/sub-attribute"],
    alsoIn: ["attributes/list-part"],
    wrap: asking(
      () => true,
      ({ query }) => {
        const names = query.get("attributes");
        if (names !== null) query.set("attributes", names.replaceAll(/\bname\.\w+/g, "name"));
      },
    ),
  },
  {
    id: "read/lowercase-resources",
    title: "calls the resources of a list by another name",
    caughtBy: ["filter/eq"],
    alsoIn: [
      "filter/co",
      "filter/sw",
      "filter/ew",
      "filter/sub-attribute",
      "filter/extension",
      "filter/case-exact",
      "filter/escapes",
      "filter/unicode-escape",
      "filter/unicode",
      "filter/composition",
      "filter/any-element",
      "filter/implied-value",
      "filter/same-element",
      "filter/inactive-found",
      "filter/encoded",
      "filter/encoded-once",
      "groups/filter-name",
    ],
    wrap: succeeding(lists, ({ body }) => {
      if (body.Resources === undefined) return;
      body.resources = body.Resources;
      delete body.Resources;
    }),
  },
  {
    id: "read/list-bare-array",
    title: "answers a list with an array",
    caughtBy: ["filter/eq"],
    alsoIn: [
      "read/list",
      "filter/co",
      "filter/sw",
      "filter/ew",
      "filter/sub-attribute",
      "filter/extension",
      "filter/case-exact",
      "filter/escapes",
      "filter/unicode-escape",
      "filter/unicode",
      "filter/composition",
      "filter/any-element",
      "filter/implied-value",
      "filter/same-element",
      "filter/inactive-found",
      "filter/encoded",
      "filter/encoded-once",
      "search/list-message",
      "groups/filter-name",
    ],
    wrap: succeeding(lists, ({ body }) => json(200, body.Resources ?? [])),
  },
  {
    id: "read/list-without-schemas",
    title: "does not say that a list is one",
    caughtBy: ["filter/list-message"],
    alsoIn: ["search/list-message"],
    wrap: succeeding(lists, ({ body }) => void delete body.schemas),
  },
  {
    id: "read/list-without-total",
    title: "does not say how many there are",
    caughtBy: ["paging/total"],
    // Each asks for a number in another list.
    alsoIn: ["paging/numbers", "paging/count-zero"],
    wrap: succeeding(lists, ({ body }) => void delete body.totalResults),
  },
  {
    id: "read/list-total-as-text",
    title: "says how many there are as text",
    caughtBy: ["paging/numbers"],
    wrap: succeeding(lists, ({ body }) => {
      if (body.totalResults !== undefined) body.totalResults = String(body.totalResults);
    }),
  },
  {
    id: "read/list-differs",
    title: "shows less of a resource in a list than on its own",
    caughtBy: ["read/as-in-the-list"],
    alsoIn: ["attributes/list-part"],
    wrap: succeeding(lists, ({ body }) => {
      for (const resource of resourcesOf(body)) delete resource.name;
    }),
  },
  {
    id: "read/null-shown",
    title: "shows null for attributes without a value",
    caughtBy: ["read/without-nulls"],
    wrap: showing(
      (resource) => {
        if (resource.userName !== undefined && resource.title === undefined) resource.title = null;
      },
      is("GET", ONE),
    ),
  },
  {
    id: "read/list-not-implemented",
    title: "breaks on a list without a filter",
    caughtBy: ["read/list"],
    wrap: instead(
      (asked) => is("GET", /^\/(?:Users|Groups)$/)(asked) && asked.query.size === 0,
      () => error(500, "A filter is needed."),
    ),
  },
];
