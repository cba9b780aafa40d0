import type { Defect } from "./defect.ts";
import {
  asking,
  deletes,
  error,
  instead,
  is,
  json,
  like,
  lists,
  ONE,
  reads,
  refusing,
  replaces,
  resourcesOf,
  showing,
  succeeding,
  USER,
} from "./wrappers.ts";

/** Servers that replace and delete wrongly. */
export const WRITE_DEFECTS: readonly Defect[] = [
  {
    id: "put/merges",
    title: "keeps on a PUT what the body leaves out",
    caughtBy: ["replace/omitted"],
    alsoIn: ["replace/without-required"],
    wrap: (next) => async (asked) => {
      if (!replaces(asked)) return next(asked);
      const before = await next(like(asked, "GET", asked.path));
      if (before.status === 200 && typeof asked.body === "object") asked.body = { ...before.body, ...asked.body };
      return next(asked);
    },
  },
  {
    id: "put/creates",
    title: "makes a resource where a PUT names one that is not there",
    caughtBy: ["replace/creates-nothing"],
    alsoIn: ["delete/then-put-is-404"],
    wrap: refusing(replaces, (answered, { body, path }) =>
      answered.status === 404 ? json(201, { ...body, id: path.split("/").at(-1) }) : undefined,
    ),
  },
  {
    id: "put/no-body",
    title: "answers a PUT with 204",
    caughtBy: ["replace/answer"],
    wrap: succeeding(replaces, () => ({ status: 204, headers: new Headers(), body: undefined })),
  },
  {
    id: "put/status-201",
    title: "answers a PUT with 201",
    caughtBy: ["replace/answer"],
    alsoIn: [
      "replace/what-was-read-loses-nothing",
      "replace/read-only-is-ignored",
      "replace/id-in-body",
      "replace/order-of-keys",
    ],
    wrap: succeeding(replaces, (answered) => {
      answered.status = 201;
    }),
  },
  {
    id: "put/does-nothing",
    title: "says of a PUT that it is done, and does nothing",
    caughtBy: ["replace/answer-is-what-is-kept"],
    alsoIn: [
      "common/external-id-can-change",
      "attributes/on-replace",
      "replace/conflict",
      "replace/changes",
      "replace/renames",
      "replace/null",
      "replace/empty-list",
      "replace/list-is-replaced",
      "replace/without-required",
      "replace/extension",
      "multi-valued/simple-values",
      "enterprise/manager-is-removed",
      "versions/changes",
      "versions/stale-is-refused",
      "passwords/never-after-replace",
      "groups/put",
    ],
    wrap: instead(replaces, async (asked, next) => {
      const { status, headers, body } = await next(like(asked, "GET", asked.path));
      return {
        status,
        headers,
        body: status === 200 ? { ...body, ...asked.body, id: body.id, meta: body.meta } : body,
      };
    }),
  },
  {
    id: "put/old-shown",
    title: "answers a PUT with what was there before",
    caughtBy: ["replace/answer-is-what-is-kept"],
    wrap: instead(replaces, async (asked, next) => {
      const before = await next(like(asked, "GET", asked.path));
      const after = await next(asked);
      return after.status === 200 ? before : after;
    }),
  },
  {
    id: "put/created-changes",
    title: "says after a PUT that the resource was made just now",
    caughtBy: ["common/meta-created-stays"],
    wrap: (next) => {
      const made = new Map<string, string>();
      return async (asked) => {
        const answered = await next(asked);
        if (replaces(asked) && answered.status === 200) made.set(answered.body.id, "2099-01-01T00:00:00.000Z");
        for (const resource of resourcesOf(answered.body))
          if (made.has(resource?.id) && resource.meta?.created !== undefined)
            resource.meta.created = made.get(resource.id);
        return answered;
      };
    },
  },
  {
    id: "put/id-changes",
    title: "gives another id on a PUT",
    caughtBy: ["replace/answer"],
    wrap: showing((resource) => {
      resource.id = `${resource.id}-put`;
    }, replaces),
  },
  {
    id: "put/read-only-refused",
    title: "refuses on a PUT what it has shown itself",
    caughtBy: ["replace/read-only-is-ignored"],
    alsoIn: ["replace/what-was-read-loses-nothing", "groups/put-read"],
    wrap: instead(
      (asked) => replaces(asked) && asked.body?.meta !== undefined,
      () => error(400, "meta is readOnly.", "mutability"),
    ),
  },
  {
    id: "put/conflict",
    title: "breaks on a PUT of a userName that another user has",
    caughtBy: ["replace/conflict"],
    wrap: refusing(replaces, ({ status }) => (status === 409 ? error(500, "duplicate key value") : undefined)),
  },
  {
    id: "put/without-name",
    title: "takes a PUT without a userName",
    caughtBy: ["replace/without-required"],
    wrap: asking(is("PUT", USER), ({ body }) => {
      if (typeof body === "object" && body !== null) body.userName ??= `nameless-${crypto.randomUUID()}`;
    }),
  },
  {
    id: "put/last-modified",
    title: "does not say that a resource has changed: lastModified stays",
    caughtBy: ["common/meta-last-modified-moves"],
    wrap: showing((resource) => {
      if (resource.meta?.lastModified !== undefined) resource.meta.lastModified = resource.meta.created;
    }),
  },
  {
    id: "delete/with-body",
    title: "answers a DELETE with 200 and the resource",
    caughtBy: ["delete/answer"],
    alsoIn: ["delete/without-body"],
    wrap: instead(deletes, async (asked, next) => {
      const before = await next(like(asked, "GET", asked.path));
      const after = await next(asked);
      return after.status === 204 ? json(200, before.body) : after;
    }),
  },
  {
    id: "delete/does-nothing",
    title: "says of a DELETE that it is done, and does nothing",
    caughtBy: ["delete/then-get-is-404"],
    alsoIn: [
      "delete/then-put-is-404",
      "delete/then-patch-is-404",
      "delete/then-delete-is-404",
      "delete/absent-from-lists",
    ],
    wrap: instead(deletes, async (asked, next) => {
      const { status, headers, body } = await next(like(asked, "GET", asked.path));
      return status === 200 ? { status: 204, headers: new Headers(), body: undefined } : { status, headers, body };
    }),
  },
  {
    id: "delete/missing-as-204",
    title: "says of what is not there that it is deleted",
    caughtBy: ["delete/then-delete-is-404"],
    alsoIn: ["bulk/status"],
    wrap: refusing(deletes, ({ status }) =>
      status === 404 ? { status: 204, headers: new Headers(), body: undefined } : undefined,
    ),
  },
  {
    id: "delete/still-listed",
    title: "lists what is deleted",
    caughtBy: ["delete/absent-from-lists"],
    wrap: (next) => {
      const gone: object[] = [];
      return async (asked) => {
        if (deletes(asked)) {
          const before = await next(like(asked, "GET", asked.path));
          if (before.status === 200) gone.push(before.body);
        }
        const answered = await next(asked);
        const [last] = gone.slice(-1) as { userName?: string }[];
        const filter = asked.query.get("filter") ?? "";
        if (
          last?.userName !== undefined &&
          lists(asked) &&
          filter.includes(last.userName) &&
          answered.body?.totalResults === 0
        )
          Object.assign(answered.body, { totalResults: 1, itemsPerPage: 1, Resources: [last] });
        return answered;
      };
    },
  },
  {
    id: "delete/still-there",
    title: "shows what is deleted as inactive",
    caughtBy: ["delete/then-get-is-404"],
    wrap: (next) => {
      const gone = new Map<string, object>();
      return async (asked) => {
        if (deletes(asked)) {
          const before = await next(like(asked, "GET", asked.path));
          if (before.status === 200) gone.set(asked.path, before.body);
        }
        const answered = await next(asked);
        const kept = gone.get(asked.path);
        return reads(asked) && answered.status === 404 && kept !== undefined
          ? json(200, { ...kept, active: false })
          : answered;
      };
    },
  },
  {
    id: "delete/name-stays-taken",
    title: "keeps the userName of who is deleted",
    caughtBy: ["delete/name-is-free"],
    wrap: (next) => {
      const taken = new Set<string>();
      return async (asked) => {
        if (is("POST", /^\/Users$/)(asked) && taken.has(asked.body?.userName))
          return error(409, "The name is taken.", "uniqueness");
        if (deletes(asked)) {
          const before = await next(like(asked, "GET", asked.path));
          if (before.body?.userName !== undefined) taken.add(before.body.userName);
        }
        return next(asked);
      };
    },
  },
  {
    id: "delete/patch-after",
    title: "takes a PATCH of what is deleted",
    caughtBy: ["delete/then-patch-is-404"],
    wrap: refusing(is("PATCH", ONE), ({ status }) =>
      status === 404 ? { status: 204, headers: new Headers(), body: undefined } : undefined,
    ),
  },
  {
    id: "delete/members-stay",
    title: "keeps those who are deleted as members of groups",
    caughtBy: ["groups/user-deleted"],
    wrap: (next) => {
      const gone = new Map<string, { value: string }[]>();
      return async (asked) => {
        if (deletes(asked) && asked.path.startsWith("/Users/")) {
          const before = await next(like(asked, "GET", asked.path));
          for (const { value } of before.body?.groups ?? [])
            gone.set(value, [...(gone.get(value) ?? []), { value: before.body.id }]);
        }
        const answered = await next(asked);
        const ghosts = gone.get(answered.body?.id);
        if (ghosts !== undefined && reads(asked)) answered.body.members = [...(answered.body.members ?? []), ...ghosts];
        return answered;
      };
    },
  },
];
