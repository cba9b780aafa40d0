import type { Answered, Defect } from "./defect.ts";
import { ANY, answering, asking, error, instead, is, ONE, patches, reads, refusing, showing } from "./wrappers.ts";

const notModified = (answered: Answered): boolean => answered.status === 304;

/** Servers that are wrong about versions. */
export const ETAG_DEFECTS: readonly Defect[] = [
  {
    id: "etag/no-header",
    title: "announces versions and sends no ETag",
    caughtBy: ["versions/etag"],
    wrap: answering(is("*", ANY), ({ headers }) => headers.delete("etag")),
  },
  {
    id: "etag/differs",
    title: "sends another ETag than meta.version",
    caughtBy: ["versions/meta"],
    wrap: showing((resource) => {
      if (resource.meta?.version !== undefined) resource.meta.version = 'W/"another"';
    }),
  },
  {
    id: "etag/stays",
    title: "has the same version after a change",
    caughtBy: ["versions/changes"],
    alsoIn: ["versions/stale-is-refused"],
    wrap: (next) => async (asked) => {
      const match = asked.headers.get("if-match");
      if (match === 'W/"1"') asked.headers.delete("if-match");
      const answered = await next(asked);
      if (answered.headers.has("etag")) answered.headers.set("etag", 'W/"1"');
      if (answered.body?.meta?.version !== undefined) answered.body.meta.version = 'W/"1"';
      for (const { meta } of answered.body?.Resources ?? []) if (meta?.version !== undefined) meta.version = 'W/"1"';
      return answered;
    },
  },
  {
    id: "etag/stale-taken",
    title: "writes over a newer version in spite of If-Match",
    caughtBy: ["versions/stale-is-refused"],
    alsoIn: ["versions/stale-delete", "versions/stale-patch"],
    wrap: asking(is("PUT|PATCH|DELETE", ONE), ({ headers }) => headers.delete("if-match")),
  },
  {
    id: "etag/stale-patch-taken",
    title: "heeds If-Match on a PUT and not on a PATCH",
    caughtBy: ["versions/stale-patch"],
    wrap: asking(patches, ({ headers }) => headers.delete("if-match")),
  },
  {
    id: "etag/stale-as-409",
    title: "answers a stale version with 409",
    caughtBy: ["versions/stale-status"],
    wrap: refusing(is("*", ONE), ({ status }) =>
      status === 412 ? error(409, "The version is another one.") : undefined,
    ),
  },
  {
    id: "etag/none-match-ignored",
    title: "sends all of what the client has already",
    caughtBy: ["versions/not-modified"],
    wrap: asking(reads, ({ headers }) => headers.delete("if-none-match")),
  },
  {
    id: "etag/304-changed",
    title: "says of what has changed that it has not",
    caughtBy: ["versions/modified"],
    wrap: instead(
      (asked) => reads(asked) && asked.headers.has("if-none-match"),
      async (asked, next) => {
        const answered = await next(asked);
        return answered.status === 200 || notModified(answered)
          ? { status: 304, headers: answered.headers, body: undefined }
          : answered;
      },
    ),
  },
  {
    id: "etag/right-refused",
    title: "refuses a write under the right version",
    caughtBy: ["versions/current-is-taken"],
    wrap: asking(is("PUT|PATCH|DELETE", ONE), ({ headers }) => {
      if (headers.has("if-match") && headers.get("if-match") !== "*") headers.set("if-match", 'W/"never"');
    }),
  },
  {
    id: "etag/star-refused",
    title: "refuses a write under any version",
    caughtBy: ["versions/any-is-taken"],
    wrap: asking(is("PUT|PATCH|DELETE", ONE), ({ headers }) => {
      if (headers.get("if-match") === "*") headers.set("if-match", 'W/"never"');
    }),
  },
];
