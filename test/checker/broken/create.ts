import type { Defect } from "./defect.ts";
import { asking, creates, error, is, json, lists, ONE, refusing, showing, succeeding } from "./wrappers.ts";

const USERS = is("POST", /^\/Users$/);

/** Servers that make resources wrongly. */
export const CREATE_DEFECTS: readonly Defect[] = [
  {
    id: "create/status-200",
    title: "answers a create with 200",
    caughtBy: ["create/created"],
    wrap: succeeding(creates, (answered) => {
      answered.status = 200;
    }),
  },
  {
    id: "create/no-location",
    title: "does not say where the new resource is",
    caughtBy: ["create/location"],
    wrap: succeeding(creates, ({ headers }) => headers.delete("location")),
  },
  {
    id: "create/other-location",
    title: "says in the header that the new resource is elsewhere than in its meta",
    caughtBy: ["common/meta-location"],
    alsoIn: ["create/location-answers"],
    wrap: succeeding(creates, ({ headers }) => headers.set("location", `${headers.get("location")}-1`)),
  },
  {
    id: "create/location-nowhere",
    title: "names a location where nothing is",
    caughtBy: ["common/meta-location-answers"],
    alsoIn: ["common/meta-location"],
    wrap: showing((resource) => {
      if (resource.meta?.location !== undefined) resource.meta.location += "/here";
    }),
  },
  {
    id: "create/id-of-client",
    title: "takes the id that a client proposes",
    caughtBy: ["common/id-is-the-servers"],
    wrap: (next) => {
      const ids = new Map<string, string>();
      return async (asked) => {
        const [, endpoint, id = ""] = asked.path.split("/");
        if (ids.has(id)) asked.path = `/${endpoint}/${ids.get(id)}`;
        const { id: proposed } = asked.body ?? {};
        const answered = await next(asked);
        if (creates(asked) && answered.status === 201 && typeof proposed === "string") {
          ids.set(proposed, answered.body.id);
          answered.body.id = proposed;
        }
        return answered;
      };
    },
  },
  {
    id: "create/id-changes",
    title: "shows another id on a read than on the create",
    caughtBy: ["read/one"],
    wrap: showing(
      (resource) => {
        resource.id = `${resource.id}-read`;
      },
      is("GET", ONE),
    ),
  },
  {
    id: "create/no-id",
    title: "gives no id to what it makes",
    caughtBy: ["common/id"],
    wrap: showing((resource) => void delete resource.id, creates),
  },
  {
    id: "create/external-id-lost",
    title: "loses the externalId",
    caughtBy: ["common/external-id"],
    alsoIn: ["common/external-id-can-change"],
    wrap: asking(is("POST|PUT", /^\/(?:Users|Groups)/), ({ body }) => {
      if (typeof body === "object") delete body.externalId;
    }),
  },
  {
    id: "create/duplicate",
    title: "makes a second user of the same userName",
    caughtBy: ["create/conflict"],
    alsoIn: [
      "create/conflict-in-other-case",
      "losses/parallel-creates",
      "losses/letter-case-twins",
      "losses/unicode-twins",
    ],
    wrap: refusing(creates, (answered, asked) => (answered.status === 409 ? invented(asked.body) : undefined)),
  },
  {
    id: "create/duplicate-by-case",
    title: "makes a second user whose userName differs in letter case alone",
    caughtBy: ["create/conflict-in-other-case"],
    alsoIn: ["losses/letter-case-twins", "losses/unicode-twins"],
    wrap: (next) => {
      const names = new Set<string>();
      return async (asked) => {
        const name = asked.body?.userName;
        const answered = await next(asked);
        if (!USERS(asked) || typeof name !== "string") return answered;
        if (answered.status === 409 && !names.has(name)) return invented(asked.body);
        names.add(name);
        return answered;
      };
    },
  },
  {
    id: "create/conflict-without-type",
    title: "does not say that a conflict is one of uniqueness",
    caughtBy: ["create/conflict-scim-type"],
    wrap: refusing(creates, ({ body }) => void delete body?.scimType),
  },
  {
    id: "create/conflict-as-400",
    title: "answers a conflict with 400",
    caughtBy: ["create/conflict"],
    wrap: refusing(creates, (answered) =>
      answered.status === 409 ? error(400, "There is one.", "uniqueness") : undefined,
    ),
  },
  {
    id: "create/conflict-as-500",
    title: "breaks on a conflict",
    caughtBy: ["create/conflict"],
    alsoIn: ["create/conflict-in-other-case", "losses/letter-case-twins", "losses/unicode-twins"],
    wrap: refusing(creates, (answered) => (answered.status === 409 ? error(500, "duplicate key value") : undefined)),
  },
  {
    id: "create/without-name",
    title: "makes users without a userName",
    caughtBy: ["create/no-user-name"],
    wrap: refusing(USERS, (answered, { body }) =>
      answered.status === 400 && typeof body === "object" && body !== null && body.userName === undefined
        ? invented(body)
        : undefined,
    ),
  },
  {
    id: "create/read-only-taken",
    title: "takes the meta that a client sends",
    caughtBy: ["common/meta-is-ignored"],
    wrap: (next) => {
      const metas = new Map<string, object>();
      return async (asked) => {
        const meta = creates(asked) ? asked.body?.meta : undefined;
        const answered = await next(asked);
        if (answered.status === 201 && meta !== undefined && creates(asked)) metas.set(answered.body.id, meta);
        for (const resource of [answered.body].flat())
          if (typeof resource === "object" && resource !== null && metas.has(resource.id))
            Object.assign(resource.meta ?? {}, metas.get(resource.id));
        return answered;
      };
    },
  },
  {
    id: "create/no-created",
    title: "does not say when a resource was made",
    caughtBy: ["common/meta-times"],
    alsoIn: ["sort/dates"],
    wrap: showing((resource) => void delete resource.meta?.created),
  },
  {
    id: "create/no-last-modified",
    title: "does not say when a resource was changed",
    caughtBy: ["common/meta-times"],
    wrap: showing((resource) => void delete resource.meta?.lastModified),
  },
  {
    id: "create/no-meta",
    title: "shows no meta",
    caughtBy: ["common/meta-resource-type"],
    alsoIn: ["common/meta-location", "sort/dates"],
    wrap: showing((resource) => void delete resource.meta),
  },
  {
    id: "create/wrong-resource-type",
    title: "calls a user a Person in its meta",
    caughtBy: ["common/meta-resource-type"],
    wrap: showing((resource) => {
      if (resource.meta?.resourceType === "User") resource.meta.resourceType = "Person";
    }),
  },
  {
    id: "create/no-schemas",
    title: "does not say what schemas a resource is of",
    caughtBy: ["common/schemas"],
    alsoIn: ["common/schemas-in-lists", "attributes/list-schemas", "enterprise/is-named", "patch/extension-schemas"],
    wrap: showing((resource) => void delete resource.schemas),
  },
  {
    id: "create/extension-lost",
    title: "loses what is in an extension",
    caughtBy: ["enterprise/is-kept"],
    alsoIn: [
      "attributes/of-an-extension",
      "replace/extension",
      "enterprise/manager",
      "create/false-is-a-value",
      "attributes/returned-on-request",
      "attributes/returned-always",
      "replace/immutable-stays",
      "types/integer",
      "types/zero",
      "types/decimal",
      "types/date-time",
      "types/binary",
      "multi-valued/simple-values",
      "filter/number",
    ],
    wrap: asking(is("POST|PUT", /^\/Users/), ({ body }) => {
      if (typeof body !== "object") return;
      for (const name of Object.keys(body)) if (name.startsWith("urn:")) delete body[name];
    }),
  },
  {
    id: "create/extension-not-in-schemas",
    title: "does not name the extension among the schemas",
    caughtBy: ["enterprise/is-named"],
    alsoIn: ["patch/extension-schemas"],
    wrap: showing((resource) => {
      if (Array.isArray(resource.schemas)) resource.schemas = resource.schemas.slice(0, 1);
    }),
  },
  {
    id: "create/part-lost",
    title: "loses the family name",
    caughtBy: ["create/name-parts"],
    alsoIn: ["attributes/list-part", "filter/sub-attribute", "sort/sub-attribute", "patch/replace-complex"],
    wrap: asking(is("POST|PUT", /^\/Users/), ({ body }) => void delete body?.name?.familyName),
  },
  {
    id: "create/ascii-only",
    title: "keeps a question mark for every character beyond ASCII",
    caughtBy: ["create/unicode"],
    alsoIn: [
      "media/utf-8",
      "media/escapes",
      "filter/unicode-escape",
      "filter/unicode",
      "filter/composition",
      "losses/unicode-twins",
      "losses/text-kept",
    ],
    wrap: asking(is("POST|PUT|PATCH", /^\/(?:Users|Groups)/), (asked) => {
      asked.body = JSON.parse(JSON.stringify(asked.body).replaceAll(/[^\0-\x7f]/g, "?"));
    }),
  },
  {
    id: "create/first-mail-only",
    title: "keeps the first e-mail address alone",
    caughtBy: ["multi-valued/all-are-kept"],
    wrap: asking(is("POST|PUT", /^\/Users/), ({ body }) => {
      if (Array.isArray(body?.emails)) body.emails = body.emails.slice(0, 1);
    }),
  },
  {
    id: "create/inactive",
    title: "makes every user active, whatever it is told",
    caughtBy: ["create/inactive"],
    alsoIn: ["filter/boolean-inactive"],
    wrap: asking(is("POST", /^\/Users$/), ({ body }) => {
      if (body?.active === false) body.active = true;
    }),
  },
  {
    id: "create/names-by-case",
    title: "knows attributes in one letter case alone",
    caughtBy: ["create/keys-in-any-case"],
    wrap: asking(USERS, ({ body }) => {
      if (typeof body !== "object" || body === null) return;
      for (const name of Object.keys(body)) if (/^[A-Z]/.test(name) && !name.includes(":")) delete body[name];
    }),
  },
  {
    id: "create/not-whole",
    title: "answers a create with its id alone",
    caughtBy: ["create/location"],
    alsoIn: [
      "create/body-is-what-is-kept",
      "create/defaults-are-told",
      "common/meta-location-answers",
      "enterprise/manager-reference",
      "media/escapes",
    ],
    wrap: succeeding(creates, ({ body }) => json(201, { schemas: body.schemas, id: body.id, meta: body.meta })),
  },
  {
    id: "create/not-listed",
    title: "does not find by its filter what it has just made",
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
      "filter/only-matches",
      "filter/inactive-found",
      "filter/encoded",
      "filter/encoded-once",
      "groups/filter-name",
    ],
    wrap: (next) => {
      const fresh = new Set<string>();
      return async (asked) => {
        const answered = await next(asked);
        if (creates(asked) && answered.status === 201) fresh.add(answered.body.id);
        if (lists(asked) && Array.isArray(answered.body?.Resources)) {
          const kept = answered.body.Resources.filter(({ id }: { id: string }) => !fresh.has(id));
          answered.body.totalResults -= answered.body.Resources.length - kept.length;
          answered.body.Resources = kept;
          fresh.clear();
        }
        return answered;
      };
    },
  },
];

/** A resource that is said to be there. */
function invented(body: Record<string, unknown>) {
  const id = crypto.randomUUID();
  const location = `https://scim.example/scim/v2/Users/${id}`;
  const now = new Date().toISOString();
  const { password: _, ...shown } = body;
  return json(
    201,
    { ...shown, id, meta: { resourceType: "User", location, created: now, lastModified: now, version: 'W/"1"' } },
    { location, etag: 'W/"1"' },
  );
}
