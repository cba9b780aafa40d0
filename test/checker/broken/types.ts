import type { Defect } from "./defect.ts";
import { asking, is, json, refusing, showing } from "./wrappers.ts";

const WRITES = is("POST|PUT", /^\/Users/);

/** Servers that are wrong about types of values. */
export const TYPE_DEFECTS: readonly Defect[] = [
  {
    id: "types/boolean-as-text",
    title: 'shows "true" where true belongs',
    caughtBy: ["create/inactive"],
    alsoIn: ["types/json-in-answers", "types/active-is-boolean", "types/boolean-text", "patch/replace-boolean"],
    wrap: showing((resource) => {
      if (typeof resource.active === "boolean") resource.active = String(resource.active);
    }),
  },
  {
    id: "types/active-as-number",
    title: "shows 1 where true belongs",
    caughtBy: ["create/inactive"],
    alsoIn: [
      "types/json-in-answers",
      "types/active-is-boolean",
      "types/boolean-text",
      "replace/what-was-read-loses-nothing",
      "patch/replace-boolean",
      "bulk/put",
    ],
    wrap: showing((resource) => {
      if (typeof resource.active === "boolean") resource.active = Number(resource.active);
    }),
  },
  {
    id: "types/date-as-number",
    title: "shows times as milliseconds",
    caughtBy: ["common/meta-times-form"],
    alsoIn: ["common/meta-created-stays", "sort/dates"],
    wrap: showing((resource) => {
      if (resource.meta?.created !== undefined) resource.meta.created = Date.parse(resource.meta.created);
      if (resource.meta?.lastModified !== undefined)
        resource.meta.lastModified = Date.parse(resource.meta.lastModified);
    }),
  },
  {
    id: "types/date-without-zone",
    title: "shows times without their zone",
    caughtBy: ["common/meta-times-form"],
    wrap: showing((resource) => {
      if (resource.meta?.created !== undefined)
        resource.meta.created = resource.meta.created.replace("T", " ").replace("Z", "");
      if (resource.meta?.lastModified !== undefined)
        resource.meta.lastModified = resource.meta.lastModified.replace("T", " ").replace("Z", "");
    }),
  },
  {
    id: "types/id-as-number",
    title: "shows ids as numbers",
    caughtBy: ["common/id"],
    alsoIn: [
      "common/meta-location-answers",
      "read/one",
      "attributes/named-is-there",
      "attributes/others-are-not",
      "attributes/id-is-always-there",
      "attributes/in-any-case",
      "attributes/by-urn",
      "attributes/several",
      "attributes/returned-on-request",
      "attributes/returned-always",
      "attributes/excluded",
      "replace/answer",
      "replace/conflict",
      "replace/read-only-is-ignored",
      "replace/id-in-body",
      "delete/answer",
      "versions/etag",
      "http/escaped-id",
      "security/injection-in-delete",
      "filter/and",
      "sort/ascending",
      "sort/descending",
      "sort/absent",
      "sort/case-insensitive",
      "sort/sub-attribute",
      "sort/name-case",
      "sort/before-paging",
      "search/filter",
      "patch/answer",
      "patch/path-case",
      "patch/add",
      "patch/add-over",
      "patch/remove-required",
      "patch/replace-absent",
      "patch/replace-required",
      "patch/extension-path",
      "patch/extension-schemas",
      "patch/extension-case",
      "patch/extension-schemas-first",
      "patch/several",
      "patch/in-order",
      "patch/taken-name",
      "groups/add-to-empty",
      "bulk/delete",
      "root/types",
    ],
    wrap: showing((resource) => {
      if (typeof resource.id === "string")
        resource.id = Number.parseInt(resource.id.replaceAll("-", "").slice(0, 12), 16);
    }),
  },
  {
    id: "types/one-as-object",
    title: "shows a list of one address as the address alone",
    caughtBy: ["multi-valued/is-an-array"],
    alsoIn: [
      "multi-valued/primary-is-kept",
      "multi-valued/type-is-kept",
      "replace/list-is-replaced",
      "patch/remove-element",
      "patch/remove-and",
      "patch/replace-list",
      "patch/replace-pathless-list",
    ],
    wrap: showing((resource) => {
      if (Array.isArray(resource.emails) && resource.emails.length === 1) [resource.emails] = resource.emails;
    }),
  },
  {
    id: "types/emails-as-text",
    title: "shows addresses as a list of text",
    caughtBy: ["multi-valued/all-are-kept"],
    alsoIn: [
      "multi-valued/primary-is-kept",
      "multi-valued/type-is-kept",
      "attributes/sub-attribute-of-a-list",
      "replace/list-is-replaced",
      "patch/add-element",
      "patch/add-pathless",
      "patch/remove-element",
      "patch/remove-and",
      "patch/replace-list",
      "patch/replace-pathless-list",
      "patch/element-part",
      "patch/element-case",
      "patch/primary-added",
      "patch/primary-moved",
    ],
    wrap: showing((resource) => {
      if (Array.isArray(resource.emails))
        resource.emails = resource.emails.map(({ value }: { value: string }) => value);
    }),
  },
  {
    id: "types/primary-lost",
    title: "loses which address is the primary one",
    caughtBy: ["multi-valued/primary-is-kept"],
    alsoIn: ["sort/primary"],
    wrap: asking(WRITES, ({ body }) => {
      if (Array.isArray(body?.emails)) for (const email of body.emails) delete email?.primary;
    }),
  },
  {
    id: "types/type-lost",
    title: "loses the type of addresses",
    caughtBy: ["multi-valued/type-is-kept"],
    alsoIn: [
      "filter/same-element",
      "filter/other-elements",
      "patch/remove-element",
      "patch/remove-and",
      "patch/remove-last",
      "patch/element-part",
      "patch/element-case",
      "patch/primary-moved",
    ],
    wrap: asking(WRITES, ({ body }) => {
      if (Array.isArray(body?.emails)) for (const email of body.emails) delete email?.type;
    }),
  },
  {
    id: "types/wrong-500",
    title: "breaks on a value of the wrong type",
    caughtBy: ["create/answers-the-next"],
    alsoIn: ["multi-valued/one-primary", "patch/wrong-type", "patch/wrong-type-complex", "patch/two-primaries"],
    wrap: refusing(is("POST|PUT|PATCH", /^\/Users/), ({ status, body }) =>
      status === 400 && body?.scimType === "invalidValue" && !/required|needs|missing/i.test(body.detail)
        ? json(500, { ...body, status: "500", scimType: undefined })
        : undefined,
    ),
  },
  {
    id: "types/lower-cased",
    title: "keeps userNames in lower case",
    caughtBy: ["types/case-of-text"],
    wrap: asking(is("POST|PUT", /^\/Users/), ({ body }) => {
      if (typeof body?.userName === "string") body.userName = body.userName.toLowerCase();
    }),
  },
  {
    id: "types/wrong-taken",
    title: "shows a userName that was sent as a number as a number",
    caughtBy: ["types/number-for-text"],
    wrap: showing((resource) => {
      if (/^[0-9]+$/.test(resource.userName)) resource.userName = Number(resource.userName);
    }),
  },
  {
    id: "types/two-primaries",
    title: "shows two primary addresses",
    caughtBy: ["multi-valued/primary-is-kept"],
    alsoIn: ["patch/primary-added", "patch/primary-moved"],
    wrap: showing((resource) => {
      if (Array.isArray(resource.emails) && resource.emails.length > 1)
        for (const email of resource.emails) email.primary = true;
    }),
  },
  {
    id: "types/trimmed",
    title: "cuts display names at 20 characters",
    caughtBy: ["losses/long-text"],
    wrap: asking(is("POST|PUT", /^\/Users/), ({ body }) => {
      if (typeof body?.displayName === "string") body.displayName = body.displayName.slice(0, 20);
    }),
  },
];
