import type { Answered, Defect } from "./defect.ts";
import { asking, bulk, error, instead, json, succeeding } from "./wrappers.ts";

// biome-ignore lint/suspicious/noExplicitAny: operations of an answer
const operationsOf = ({ body }: Answered): any[] => (Array.isArray(body?.Operations) ? body.Operations : []);

/** Servers that are wrong about bulk requests. */
export const BULK_DEFECTS: readonly Defect[] = [
  {
    id: "bulk/missing",
    title: "announces bulk and has none",
    caughtBy: ["bulk/answer"],
    wrap: instead(bulk, () => error(501, "There is no bulk.")),
  },
  {
    id: "bulk/ids-unresolved",
    title: "takes a bulkId for an id",
    caughtBy: ["bulk/reference"],
    alsoIn: ["bulk/circle"],
    wrap: instead(
      (asked) => bulk(asked) && /"bulkId:/.test(JSON.stringify(asked.body)),
      (asked, next) => {
        const text = JSON.stringify(asked.body)
          .replaceAll(/\{"value":"bulkId:[^}]*\}/g, "")
          .replaceAll(/\[,*\]/g, "[]");
        return next({ ...asked, headers: new Headers(asked.headers), body: safe(text, asked.body) });
      },
    ),
  },
  {
    id: "bulk/fail-on-errors-ignored",
    title: "goes on after as many errors as the client allows",
    caughtBy: ["bulk/fail-on-errors"],
    wrap: asking(bulk, ({ body }) => {
      if (typeof body === "object" && body !== null) delete body.failOnErrors;
    }),
  },
  {
    id: "bulk/stops",
    title: "stops at the first error though the client does not ask for it",
    caughtBy: ["bulk/goes-on"],
    alsoIn: ["bulk/results", "bulk/too-large"],
    wrap: asking(bulk, ({ body }) => {
      if (typeof body === "object" && body !== null) body.failOnErrors = 1;
    }),
  },
  {
    id: "bulk/no-location",
    title: "does not say in a bulk answer where the new resource is",
    caughtBy: ["bulk/location"],
    alsoIn: ["bulk/reference-extension"],
    wrap: succeeding(bulk, (answered) => {
      for (const operation of operationsOf(answered)) delete operation.location;
    }),
  },
  {
    id: "bulk/no-bulk-id",
    title: "does not say which operation of a bulk request a result is of",
    caughtBy: ["bulk/bulk-id"],
    wrap: succeeding(bulk, (answered) => {
      for (const operation of operationsOf(answered)) delete operation.bulkId;
    }),
  },
  {
    id: "bulk/status-as-object",
    title: "has statuses in a bulk answer in the form of SCIM 1.1",
    caughtBy: ["bulk/status-text"],
    wrap: succeeding(bulk, (answered) => {
      for (const operation of operationsOf(answered)) operation.status = { code: operation.status };
    }),
  },
  {
    id: "bulk/no-status",
    title: "leaves out the statuses of a bulk answer",
    caughtBy: ["bulk/status"],
    alsoIn: ["bulk/status-text", "bulk/error", "bulk/goes-on", "bulk/fail-on-errors", "bulk/circle"],
    wrap: succeeding(bulk, (answered) => {
      for (const operation of operationsOf(answered)) delete operation.status;
    }),
  },
  {
    id: "bulk/no-error",
    title: "does not say why an operation of a bulk request failed",
    caughtBy: ["bulk/error"],
    wrap: succeeding(bulk, (answered) => {
      for (const operation of operationsOf(answered)) if (Number(operation.status) >= 400) delete operation.response;
    }),
  },
  {
    id: "bulk/too-many-taken",
    title: "takes more operations than it announces",
    caughtBy: ["bulk/too-many"],
    options: { limits: { bulkOperations: 20 } },
    wrap: instead(
      (asked) => bulk(asked) && asked.body?.Operations?.length > 20,
      () => json(200, { schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"], Operations: [] }),
    ),
  },
  {
    id: "bulk/status-201",
    title: "answers a bulk request with 201",
    caughtBy: ["bulk/answer"],
    wrap: succeeding(bulk, (answered) => {
      answered.status = 201;
    }),
  },
  {
    id: "bulk/no-schemas",
    title: "does not say that a bulk answer is one",
    caughtBy: ["bulk/answer"],
    wrap: succeeding(bulk, ({ body }) => void delete body.schemas),
  },
  {
    id: "bulk/drops-last",
    title: "leaves out the last operation of a bulk request",
    caughtBy: ["bulk/results"],
    alsoIn: [
      "bulk/order",
      "bulk/status",
      "bulk/location",
      "bulk/goes-on",
      "bulk/reference",
      "bulk/reference-extension",
      "bulk/too-many",
    ],
    wrap: asking(bulk, ({ body }) => {
      if (Array.isArray(body?.Operations) && body.Operations.length > 1) body.Operations.pop();
    }),
  },
  {
    id: "bulk/does-nothing",
    title: "says of a bulk request that it is done, and does nothing",
    caughtBy: ["bulk/post"],
    alsoIn: [
      "bulk/put",
      "bulk/patch",
      "bulk/delete",
      "bulk/order",
      "bulk/bad-method",
      "bulk/no-bulk-id",
      "bulk/no-data",
      "bulk/status",
      "bulk/goes-on",
      "bulk/fail-on-errors",
      "bulk/too-many",
      "bulk/too-large",
    ],
    wrap: instead(bulk, ({ body }) =>
      json(200, {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
        Operations: (body?.Operations ?? []).map(({ method, bulkId, path }: Record<string, string>) => ({
          method,
          ...(bulkId === undefined ? {} : { bulkId }),
          status: method === "POST" ? "201" : "200",
          location: `https://scim.example/scim/v2${path}${method === "POST" ? `/${crypto.randomUUID()}` : ""}`,
        })),
      }),
    ),
  },
];

function safe(text: string, otherwise: unknown): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return otherwise;
  }
}
