import type { Defect } from "./defect.ts";
import { ANY, answering, asking, error, instead, is, ONE, refusing, succeeding } from "./wrappers.ts";

const RESOURCES = is("*", /^\/(?:Users|Groups|Bulk|\.search)/);

/** Servers that are wrong about HTTP itself. */
export const HTTP_DEFECTS: readonly Defect[] = [
  {
    id: "media/text-html",
    title: "calls its JSON a page",
    caughtBy: ["media/scim-json"],
    alsoIn: ["media/lists", "security/html"],
    wrap: succeeding(RESOURCES, ({ headers, body }) => {
      if (body !== undefined) headers.set("content-type", "text/html; charset=utf-8");
    }),
  },
  {
    id: "media/none",
    title: "does not say what its answers are",
    caughtBy: ["media/scim-json"],
    alsoIn: ["media/lists"],
    wrap: succeeding(RESOURCES, ({ headers }) => headers.delete("content-type")),
  },
  {
    id: "media/scim-json-refused",
    title: "refuses bodies of application/scim+json",
    caughtBy: ["media/send-scim-json"],
    alsoIn: [
      "common/schemas-in-any-order",
      "common/unassigned-is-one-state",
      "common/id-is-the-servers",
      "common/meta-is-ignored",
      "create/created",
      "create/keys-in-any-case",
      "create/null",
      "create/empty-list",
      "create/read-only-is-ignored",
      "attributes/on-create",
      "bulk/answer",
      "bulk/too-many",
      "bulk/too-large",
    ],
    wrap: instead(
      (asked) =>
        is("POST|PUT|PATCH", ANY)(asked) &&
        (asked.headers.get("content-type") ?? "").startsWith("application/scim+json"),
      () => error(415, "Send application/json."),
    ),
  },
  {
    id: "media/json-refused",
    title: "refuses bodies of application/json",
    caughtBy: ["media/send-json"],
    wrap: instead(
      (asked) =>
        is("POST|PUT|PATCH", ANY)(asked) && (asked.headers.get("content-type") ?? "").startsWith("application/json"),
      () => error(415, "Send application/scim+json."),
    ),
  },
  {
    id: "media/charset-refused",
    title: "refuses bodies whose type names a charset",
    caughtBy: ["media/send-charset"],
    wrap: instead(
      (asked) => is("POST|PUT|PATCH", ANY)(asked) && /;\s*charset/i.test(asked.headers.get("content-type") ?? ""),
      () => error(415, "Send application/scim+json."),
    ),
  },
  {
    id: "auth/none-needed",
    title: "answers without a token",
    caughtBy: ["authentication/none"],
    wrap: (next) => {
      let known: string | undefined;
      return (asked) => {
        const given = asked.headers.get("authorization");
        if (given === null && known !== undefined) asked.headers.set("authorization", known);
        known ??= given ?? undefined;
        return next(asked);
      };
    },
  },
  {
    id: "auth/any-token",
    title: "answers whatever the token is",
    caughtBy: ["authentication/wrong"],
    wrap: (next) => {
      let known: string | undefined;
      return (asked) => {
        const given = asked.headers.get("authorization");
        if (given !== null && known !== undefined) asked.headers.set("authorization", known);
        known ??= given ?? undefined;
        return next(asked);
      };
    },
  },
  {
    id: "auth/no-challenge",
    title: "does not say how to authenticate",
    caughtBy: ["authentication/challenge"],
    wrap: answering(is("*", ANY), ({ headers }) => headers.delete("www-authenticate")),
  },
  {
    id: "auth/403",
    title: "answers a wrong token with 403",
    caughtBy: ["authentication/status"],
    wrap: refusing(is("*", ANY), ({ status }) => (status === 401 ? error(403, "No.") : undefined)),
  },
  {
    id: "auth/redirect",
    title: "sends whoever has no token to a page for logging in",
    caughtBy: ["authentication/none"],
    alsoIn: ["authentication/wrong"],
    wrap: refusing(is("*", ANY), ({ status }) =>
      status === 401
        ? { status: 302, headers: new Headers({ location: "https://scim.example/login" }), body: undefined }
        : undefined,
    ),
  },
  {
    id: "auth/reads-open",
    title: "asks for a token where it writes alone",
    caughtBy: ["authentication/none"],
    alsoIn: ["authentication/wrong"],
    wrap: (next) => {
      let known: string | undefined;
      return (asked) => {
        known ??= asked.headers.get("authorization") ?? undefined;
        if (asked.method === "GET" && known !== undefined) asked.headers.set("authorization", known);
        return next(asked);
      };
    },
  },
  {
    id: "media/accept-refused",
    title: "refuses to answer in application/scim+json",
    caughtBy: ["media/accept-scim-json"],
    wrap: instead(
      (asked) => asked.headers.get("accept") === "application/scim+json",
      () => error(406, "Only application/json can be had."),
    ),
  },
  {
    id: "auth/scheme-by-case",
    title: "knows the word Bearer in one letter case alone",
    caughtBy: ["authentication/scheme-case"],
    wrap: asking(is("*", ANY), ({ headers }) => {
      if (/^bearer/.test(headers.get("authorization") ?? "")) headers.set("authorization", "nothing");
    }),
  },
  {
    id: "http/unknown-method",
    title: "breaks on a method that an endpoint does not have",
    caughtBy: ["errors/post-to-a-user", "errors/patch-of-the-collection", "errors/unknown-method"],
    alsoIn: ["discovery/"],
    wrap: refusing(is("*", ANY), ({ status }) => (status === 405 ? error(500, "No handler.") : undefined)),
  },
  {
    id: "http/method-override",
    title: "takes a POST to a resource for a PUT",
    caughtBy: ["errors/post-to-a-user"],
    wrap: asking(is("POST", ONE), (asked) => {
      asked.method = "PUT";
    }),
  },
];
