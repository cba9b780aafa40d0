import type { Answered, Defect } from "./defect.ts";
import { asking, creates, error, GROUP, instead, is, like, lists, patches, reads, showing } from "./wrappers.ts";

/** Servers that lose what is written at once, or much at a time. */
export const PROBE_DEFECTS: readonly Defect[] = [
  {
    id: "probe/parallel-creates",
    title: "makes two users of one name where both are asked for at once",
    caughtBy: ["losses/parallel-creates"],
    wrap: (next) => {
      let open = 0;
      return async (asked) => {
        if (!creates(asked)) return next(asked);
        open++;
        await Promise.resolve();
        const isCrowded = open > 1;
        const answered = await next(asked);
        open--;
        if (answered.status !== 409 || !isCrowded) return answered;
        return next({
          ...asked,
          headers: new Headers(asked.headers),
          body: { ...asked.body, userName: `${asked.body.userName}-2` },
        });
      };
    },
  },
  {
    id: "probe/lost-update",
    title: "loses one of two changes of a group that come at once",
    caughtBy: ["losses/parallel-members"],
    wrap: (next) => {
      const open = new Map<string, number>();
      return async (asked) => {
        if (!is("PATCH", GROUP)(asked)) return next(asked);
        const others = open.get(asked.path) ?? 0;
        open.set(asked.path, others + 1);
        // The requests that came with it are on their way as well before any is done.
        await new Promise((resolve) => setImmediate(resolve));
        const answered = others > 0 ? await next(like(asked, "GET", asked.path)) : await next(asked);
        open.set(asked.path, (open.get(asked.path) ?? 1) - 1);
        return answered;
      };
    },
  },
  {
    id: "probe/stale-read",
    title: "shows for one read after a change what was there before",
    caughtBy: ["patch/add"],
    alsoIn: ["patch/entire", "losses/large-group", "losses/parallel-members"],
    wrap: (next) => {
      const before = new Map<string, Answered>();
      return async (asked) => {
        if (patches(asked)) before.set(asked.path, await next(like(asked, "GET", asked.path)));
        const answered = await next(asked);
        const old = before.get(asked.path);
        if (!reads(asked) || old === undefined) return answered;
        before.delete(asked.path);
        return old;
      };
    },
  },
  {
    id: "probe/manager-lost",
    title: "loses the manager",
    caughtBy: ["enterprise/manager"],
    alsoIn: ["bulk/reference-extension"],
    wrap: showing((resource) => {
      const name = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
      if (resource[name] !== undefined) delete resource[name].manager;
    }),
  },
  {
    id: "probe/large-refused",
    title: "breaks on a group of many members",
    caughtBy: ["losses/large-group"],
    wrap: instead(
      (asked) => is("POST|PUT|PATCH", /^\/Groups/)(asked) && JSON.stringify(asked.body ?? "").length > 8000,
      () => error(500, "request entity too large"),
    ),
  },
  {
    id: "probe/put-what-was-read",
    title: "breaks on a PUT of what was read",
    caughtBy: ["replace/what-was-read-loses-nothing"],
    alsoIn: ["replace/id-in-body"],
    wrap: instead(
      (asked) => is("PUT", /^\/Users\//)(asked) && asked.body?.id !== undefined,
      () => error(500, "id is not writable"),
    ),
  },
  {
    id: "probe/remove-list-ignored",
    title: "removes nothing where the members to leave are in the value of a remove",
    caughtBy: ["clients/remove-value-list"],
    wrap: asking(is("PATCH", GROUP), ({ body }) => {
      if (!Array.isArray(body?.Operations)) return;
      body.Operations = body.Operations.map((operation: { op: string; path?: string; value?: unknown }) =>
        String(operation.op).toLowerCase() === "remove" && operation.value !== undefined
          ? { op: "remove", path: 'members[value eq "nobody"]' }
          : operation,
      );
    }),
  },
  {
    id: "probe/stale-list",
    title: "lists what it has listed before",
    caughtBy: ["http/list-after-a-change", "delete/absent-from-lists"],
    wrap: (next) => {
      const known = new Map<string, string>();
      return async (asked) => {
        const answered = await next(asked);
        if (!lists(asked) || asked.method !== "GET" || answered.status !== 200) return answered;
        const key = `${asked.path}?${asked.query}`;
        const old = known.get(key) ?? JSON.stringify(answered.body);
        known.set(key, old);
        return { ...answered, body: JSON.parse(old) };
      };
    },
  },
  {
    id: "probe/unicode-folded",
    title: "keeps text in another Unicode form",
    caughtBy: ["losses/text-kept", "create/unicode"],
    alsoIn: ["media/utf-8", "media/escapes"],
    wrap: asking(is("POST|PUT|PATCH", /^\/(?:Users|Groups)/), (asked) => {
      if (asked.body !== undefined) asked.body = JSON.parse(JSON.stringify(asked.body).normalize("NFD"));
    }),
  },
];
