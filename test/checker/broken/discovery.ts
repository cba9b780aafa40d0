import type { Defect } from "./defect.ts";
import { answering, error, instead, is, json, list, refusing, succeeding } from "./wrappers.ts";

const CONFIG = is("GET", /^\/ServiceProviderConfig$/);
const TYPES = is("GET", /^\/ResourceTypes$/);
const SCHEMAS = is("GET", /^\/Schemas$/);
const DISCOVERY = is("GET", /^\/(?:ServiceProviderConfig|ResourceTypes|Schemas)/);

/** Servers that say wrong things of themselves. */
export const DISCOVERY_DEFECTS: readonly Defect[] = [
  {
    id: "discovery/config-missing",
    title: "has no /ServiceProviderConfig",
    caughtBy: ["discovery/provider-is-served"],
    wrap: instead(CONFIG, () => error(404, "There is nothing.")),
  },
  {
    id: "discovery/config-without-patch",
    title: "leaves out what it can do of PATCH",
    caughtBy: ["discovery/provider-flags"],
    wrap: succeeding(CONFIG, ({ body }) => void delete body.patch),
  },
  {
    id: "discovery/config-without-schemes",
    title: "does not say how clients authenticate",
    caughtBy: ["discovery/provider-authentication"],
    wrap: succeeding(CONFIG, ({ body }) => void delete body.authenticationSchemes),
  },
  {
    id: "discovery/config-supported-as-text",
    title: 'says "true" where true belongs',
    caughtBy: ["discovery/provider-flags"],
    wrap: succeeding(CONFIG, ({ body }) => {
      body.sort.supported = "true";
    }),
  },
  {
    id: "discovery/config-without-schemas",
    title: "leaves the schemas out of its configuration",
    caughtBy: ["discovery/provider-schema"],
    wrap: succeeding(CONFIG, ({ body }) => void delete body.schemas),
  },
  {
    id: "discovery/config-as-list",
    title: "wraps its configuration in a list",
    caughtBy: ["discovery/provider-is-one-object"],
    wrap: succeeding(CONFIG, ({ body }) => list([body])),
  },
  {
    id: "discovery/html",
    title: "answers discovery as a page",
    caughtBy: ["media/discovery"],
    wrap: succeeding(DISCOVERY, ({ headers }) => headers.set("content-type", "text/html")),
  },
  {
    id: "discovery/types-bare-array",
    title: "answers /ResourceTypes with an array that is no list",
    caughtBy: ["discovery/types-are-listed"],
    wrap: succeeding(TYPES, ({ body }) => json(200, body.Resources)),
  },
  {
    id: "discovery/type-not-found",
    title: "lists resource types and has none of them by its name",
    caughtBy: ["discovery/types-one-by-one"],
    wrap: instead(is("GET", /^\/ResourceTypes\/./), () => error(404, "There is nothing.")),
  },
  {
    id: "discovery/type-unknown-schema",
    title: "has a resource type of a schema that it does not describe",
    caughtBy: ["discovery/types-schema-is-served"],
    wrap: succeeding(TYPES, ({ body }) => {
      for (const type of body.Resources) if (type.name === "Group") type.schema = "urn:example:unknown";
    }),
  },
  {
    id: "discovery/type-without-endpoint",
    title: "does not say where the groups are",
    caughtBy: ["discovery/types-endpoint"],
    wrap: succeeding(TYPES, ({ body }) => {
      for (const type of body.Resources) if (type.name === "Group") delete type.endpoint;
    }),
  },
  {
    id: "discovery/schemas-missing",
    title: "has no /Schemas",
    caughtBy: ["discovery/schemas-are-listed"],
    wrap: instead(is("GET", /^\/Schemas/), () => error(404, "There is nothing.")),
  },
  {
    id: "discovery/schema-not-found",
    title: "lists schemas and has none of them by its URN",
    caughtBy: ["discovery/schemas-one-by-one"],
    wrap: instead(is("GET", /^\/Schemas\/./), () => error(404, "There is nothing.")),
  },
  {
    id: "discovery/schema-unknown-found",
    title: "answers a schema that nobody knows with an empty one",
    caughtBy: ["discovery/schemas-unknown"],
    wrap: refusing(is("GET", /^\/Schemas\/./), () => json(200, {})),
  },
  {
    id: "discovery/schemas-total",
    title: "counts one schema too many",
    caughtBy: ["discovery/lists-are-list-responses"],
    wrap: succeeding(SCHEMAS, ({ body }) => {
      body.totalResults++;
    }),
  },
  {
    id: "discovery/schemas-filtered",
    title: "takes a filter at /Schemas and ignores it",
    caughtBy: ["discovery/filter-serviceproviderconfig"],
    wrap: (next) => (asked) => {
      if (DISCOVERY(asked)) asked.query.delete("filter");
      return next(asked);
    },
  },
  {
    id: "schema/attribute-without-type",
    title: "has an attribute without a type",
    caughtBy: ["schemas/attribute-says-its-type"],
    wrap: attributes((attribute) => {
      if (attribute.name === "title") delete attribute.type;
    }),
  },
  {
    id: "schema/attribute-unknown-type",
    title: "has an attribute of a type that no RFC knows",
    caughtBy: ["schemas/attribute-type"],
    wrap: attributes((attribute) => {
      if (attribute.name === "title") attribute.type = "text";
    }),
  },
  {
    id: "schema/unknown-mutability",
    title: "has an attribute that is mutable in a way that no RFC knows",
    caughtBy: ["schemas/mutability-keyword"],
    wrap: attributes((attribute) => {
      if (attribute.name === "title") attribute.mutability = "writable";
    }),
  },
  {
    id: "schema/password-shown",
    title: "says in its schema that passwords are returned",
    caughtBy: ["schemas/password"],
    wrap: attributes((attribute) => {
      if (attribute.name === "password") attribute.returned = "default";
    }),
  },
  {
    id: "schema/password-readable",
    title: "says in its schema that passwords can be read",
    caughtBy: ["schemas/password"],
    wrap: attributes((attribute) => {
      if (attribute.name === "password") attribute.mutability = "readWrite";
    }),
  },
  {
    id: "schema/name-optional",
    title: "says that a user needs no userName",
    caughtBy: ["schemas/user-name"],
    wrap: attributes((attribute) => {
      if (attribute.name === "userName") attribute.required = false;
    }),
  },
  {
    id: "schema/single-differs",
    title: "describes a schema in another way at its own URL than in the list",
    caughtBy: ["discovery/schemas-same-twice"],
    wrap: succeeding(is("GET", /^\/Schemas\/./), ({ body }) => {
      body.attributes = body.attributes.slice(1);
    }),
  },
  {
    id: "schema/complex-without-parts",
    title: "has a complex attribute without sub-attributes",
    caughtBy: ["schemas/complex-sub-attributes"],
    wrap: attributes((attribute) => {
      if (attribute.name === "name") delete attribute.subAttributes;
    }),
  },
  {
    id: "discovery/writable",
    title: "takes a POST at /Schemas",
    caughtBy: ["discovery/post-schemas"],
    wrap: instead(is("POST", /^\/Schemas/), () => json(200, {})),
  },
];

/** Changes every attribute of the schemas, wherever they are read. */
// biome-ignore lint/suspicious/noExplicitAny: a schema as JSON
function attributes(change: (attribute: any) => void): NonNullable<Defect["wrap"]> {
  return answering(is("GET", /^\/Schemas/), ({ body, status }) => {
    if (status !== 200) return;
    for (const schema of body.Resources ?? [body]) for (const attribute of schema.attributes ?? []) change(attribute);
  });
}
