import type { Defect } from "./defect.ts";
import { ANY, error, instead, is, json, refusing } from "./wrappers.ts";

/** Servers that refuse in a wrong way. */
export const ERROR_DEFECTS: readonly Defect[] = [
  {
    id: "error/no-schemas",
    title: "does not say that an error is one",
    caughtBy: ["errors/schemas-of-not-found"],
    alsoIn: ["errors/schemas-of-bad-request"],
    wrap: refusing(is("*", ANY), ({ body }) => {
      if (typeof body === "object") delete body.schemas;
    }),
  },
  {
    id: "error/no-status",
    title: "leaves the status out of errors",
    caughtBy: ["errors/status-of-not-found"],
    alsoIn: ["errors/status-of-bad-request"],
    wrap: refusing(is("*", ANY), ({ body }) => {
      if (typeof body === "object") delete body.status;
    }),
  },
  {
    id: "error/status-as-number",
    title: "has the status of errors as a number",
    caughtBy: ["errors/status-of-not-found"],
    alsoIn: ["errors/status-of-bad-request"],
    wrap: refusing(is("*", ANY), ({ body, status }) => {
      if (typeof body === "object") body.status = status;
    }),
  },
  {
    id: "error/other-status",
    title: "has another status in the body of errors",
    caughtBy: ["errors/status-of-not-found"],
    wrap: refusing(is("*", ANY), ({ body }) => {
      if (typeof body === "object") body.status = "400";
    }),
  },
  {
    id: "error/text",
    title: "answers errors as text",
    caughtBy: ["errors/body-of-not-found"],
    alsoIn: [
      "errors/body-of-bad-request",
      "create/conflict-scim-type",
      "filter/unknown-operator",
      "filter/order-boolean",
      "patch/remove-no-path",
      "patch/remove-required",
      "patch/no-target",
      "patch/read-only-id",
    ],
    wrap: refusing(is("*", ANY), ({ body, status, headers }) => {
      const kept = new Headers(headers);
      kept.set("content-type", "text/plain");
      return { status, headers: kept, body: body?.detail ?? "error" };
    }),
  },
  {
    id: "error/empty",
    title: "answers errors without a body",
    caughtBy: ["errors/body-of-not-found"],
    alsoIn: [
      "errors/body-of-bad-request",
      "create/conflict-scim-type",
      "filter/unknown-operator",
      "filter/order-boolean",
      "patch/remove-no-path",
      "patch/remove-required",
      "patch/no-target",
      "patch/read-only-id",
      "bulk/too-many-told",
    ],
    wrap: refusing(is("*", ANY), ({ status, headers }) => {
      headers.delete("content-type");
      return { status, headers, body: undefined };
    }),
  },
  {
    id: "error/unknown-type",
    title: "names errors by words of its own",
    caughtBy: ["errors/keyword-of-bad-request"],
    alsoIn: [
      "create/conflict-scim-type",
      "filter/unknown-operator",
      "filter/order-boolean",
      "patch/remove-no-path",
      "patch/remove-required",
      "patch/no-target",
      "patch/read-only-id",
    ],
    wrap: refusing(is("*", ANY), ({ body }) => {
      if (body?.scimType !== undefined) body.scimType = `my${body.scimType}`;
    }),
  },
  {
    id: "error/no-type",
    title: "does not say by scimType what was wrong",
    caughtBy: ["errors/scim-type-of-malformed-json"],
    alsoIn: [
      "create/conflict-scim-type",
      "filter/unknown-operator",
      "filter/order-boolean",
      "patch/remove-no-path",
      "patch/remove-required",
      "patch/no-target",
      "patch/read-only-id",
    ],
    wrap: refusing(is("*", ANY), ({ body }) => void delete body?.scimType),
  },
  {
    id: "error/broken-json-500",
    title: "breaks on JSON that is broken",
    caughtBy: ["errors/malformed-json"],
    wrap: refusing(is("POST|PUT|PATCH", ANY), (_, { body }) =>
      typeof body === "string" ? error(500, "Unexpected token in JSON") : undefined,
    ),
  },
  {
    id: "error/broken-json-taken",
    title: "takes JSON that is broken for an empty body",
    caughtBy: ["errors/malformed-json"],
    wrap: instead(
      (asked) => is("POST|PUT|PATCH", /^\/(?:Users|Groups)/)(asked) && typeof asked.body === "string",
      () => json(200, {}),
    ),
  },
  {
    id: "error/unknown-endpoint",
    title: "answers 200 at an endpoint that does not exist",
    caughtBy: ["errors/unknown-endpoint"],
    wrap: refusing(
      (asked) =>
        !/^\/(?:Users|Groups|Schemas|ResourceTypes|ServiceProviderConfig|Bulk|Me|\.search)?(?:\/|$)/.test(asked.path),
      () => json(200, {}),
    ),
  },
  {
    id: "security/stack-trace",
    title: "shows in errors where in its code they come from",
    caughtBy: ["security/no-stack-traces"],
    wrap: refusing(is("*", ANY), ({ body }) => {
      if (typeof body === "object")
        body.detail = `${body.detail}\n    at Object.create (/srv/app/node_modules/scim/index.js:42:13)\n    at process.processTicks (node:internal/process/task_queues:95:5)`;
    }),
  },
];
