import type { Asked, Defect } from "./defect.ts";
import { asking, error, instead, json, like, patches, refusing, succeeding } from "./wrappers.ts";

interface Operation {
  op?: unknown;
  path?: unknown;
  value?: unknown;
}

const operationsOf = ({ body }: Asked): Operation[] => (Array.isArray(body?.Operations) ? body.Operations : []);
const opOf = ({ op }: Operation): string => String(op).toLowerCase();
const done = () => ({ status: 204, headers: new Headers(), body: undefined });

/** Changes the operations of each PATCH. */
function operating(change: (operation: Operation, asked: Asked) => void): NonNullable<Defect["wrap"]> {
  return asking(patches, (asked) => {
    for (const operation of operationsOf(asked)) change(operation, asked);
  });
}

const some = (test: (operation: Operation) => boolean) => (asked: Asked) =>
  patches(asked) && operationsOf(asked).some(test);

/** Servers that change resources wrongly. */
export const PATCH_DEFECTS: readonly Defect[] = [
  {
    id: "patch/not-atomic",
    title: "keeps the first operations of a PATCH that fails",
    caughtBy: ["patch/refused-whole"],
    alsoIn: ["groups/refused-whole"],
    wrap: instead(patches, async (asked, next) => {
      const operations = operationsOf(asked);
      if (operations.length < 2) return next(asked);
      let answered = json(204);
      for (const operation of operations) {
        answered = await next({
          ...asked,
          headers: new Headers(asked.headers),
          body: { ...asked.body, Operations: [operation] },
        });
        if (answered.status >= 400) return answered;
      }
      return answered;
    }),
  },
  {
    id: "patch/does-nothing",
    title: "says of a PATCH that it is done, and does nothing",
    caughtBy: ["patch/add"],
    alsoIn: [
      "patch/wrong-schema",
      "patch/bad-operations",
      "patch/remove-no-path",
      "patch/remove-required",
      "patch/no-target",
      "patch/taken-name",
      "patch/read-only-id",
      "versions/stale-patch",
      "patch/replace-required",
      "groups/member-immutable",
      "losses/large-group",
      "losses/parallel-members",
    ],
    wrap: instead(patches, (asked, next) => next(like(asked, "GET", asked.path))),
  },
  {
    id: "patch/first-only",
    title: "does the first operation of a PATCH alone",
    caughtBy: ["patch/several"],
    alsoIn: [
      "patch/remove-last",
      "patch/extension-schemas-first",
      "patch/in-order",
      "groups/remove-several",
      "groups/add-and-remove",
    ],
    wrap: asking(patches, (asked) => {
      if (operationsOf(asked).length > 1) asked.body.Operations = asked.body.Operations.slice(0, 1);
    }),
  },
  {
    id: "patch/add-replaces",
    title: "replaces all addresses where one is added",
    caughtBy: ["patch/add-element"],
    wrap: operating((operation) => {
      if (opOf(operation) === "add" && /^(?:emails|phoneNumbers|addresses)$/i.test(String(operation.path)))
        operation.op = "replace";
    }),
  },
  {
    id: "patch/replace-adds",
    title: "adds addresses where they are replaced",
    caughtBy: ["patch/replace-list"],
    wrap: operating((operation) => {
      if (opOf(operation) === "replace" && /^(?:emails|phoneNumbers|addresses)$/i.test(String(operation.path)))
        operation.op = "add";
    }),
  },
  {
    id: "patch/remove-all",
    title: "removes all addresses where one is named in brackets",
    caughtBy: ["patch/remove-element"],
    alsoIn: ["patch/remove-and", "groups/remove-member", "groups/remove-several", "groups/add-and-remove"],
    wrap: operating((operation) => {
      if (opOf(operation) === "remove") operation.path = String(operation.path ?? "").replace(/\[.*\]$/, "");
    }),
  },
  {
    id: "patch/remove-ignored",
    title: "removes nothing",
    caughtBy: ["patch/remove"],
    alsoIn: [
      "patch/remove-list",
      "patch/remove-element",
      "patch/remove-and",
      "patch/remove-last",
      "patch/remove-element-part",
      "patch/remove-required",
      "patch/extension-remove",
      "patch/in-order",
      "groups/remove-member",
      "groups/remove-several",
      "groups/remove-all",
      "groups/add-and-remove",
      "groups/of-user-left",
    ],
    wrap: instead(
      some((operation) => opOf(operation) === "remove" && typeof operation.path === "string"),
      (asked, next) => next(like(asked, "GET", asked.path)),
    ),
  },
  {
    id: "patch/no-path-ignored",
    title: "does nothing of an operation without a path",
    caughtBy: ["patch/add-pathless"],
    alsoIn: ["patch/replace-pathless", "patch/replace-pathless-list", "groups/add-pathless"],
    wrap: asking(patches, (asked) => {
      const kept = operationsOf(asked).filter(
        ({ path, op }) => path !== undefined || String(op).toLowerCase() === "remove",
      );
      if (kept.length > 0 && kept.length < operationsOf(asked).length) asked.body.Operations = kept;
      else if (kept.length === 0 && operationsOf(asked).length > 0)
        asked.body.Operations = [{ op: "remove", path: "timezone" }];
    }),
  },
  {
    id: "patch/no-path-refused",
    title: "refuses an operation without a path",
    caughtBy: ["patch/add-pathless"],
    alsoIn: [
      "patch/add-pathless-keeps",
      "patch/replace-pathless",
      "patch/replace-pathless-list",
      "groups/add-pathless",
    ],
    wrap: instead(
      some((operation) => operation.path === undefined && opOf(operation) !== "remove"),
      () => error(400, "path is required.", "invalidPath"),
    ),
  },
  {
    id: "patch/ops-by-case",
    title: "knows operations in lower case alone",
    caughtBy: ["clients/entra-op-case"],
    wrap: instead(
      some(({ op }) => /[A-Z]/.test(String(op))),
      () => error(400, "Unknown operation.", "invalidSyntax"),
    ),
  },
  {
    id: "patch/204-with-body",
    title: "answers a PATCH with a body that is no resource",
    caughtBy: ["patch/entire"],
    alsoIn: ["patch/answer", "patch/attributes"],
    wrap: succeeding(patches, () => json(200, { success: true })),
  },
  {
    id: "patch/201",
    title: "answers a PATCH with 201",
    caughtBy: ["patch/answer"],
    alsoIn: ["patch/attributes"],
    wrap: succeeding(patches, (answered) => {
      answered.status = 201;
    }),
  },
  {
    id: "patch/old-shown",
    title: "answers a PATCH with what was there before",
    caughtBy: ["patch/entire"],
    wrap: instead(patches, async (asked, next) => {
      const before = await next(like(asked, "GET", asked.path));
      const after = await next(asked);
      return after.status === 200 ? before : after;
    }),
  },
  {
    id: "patch/no-target-taken",
    title: "says nothing where the element that is to be replaced is not there",
    caughtBy: ["patch/no-target"],
    alsoIn: ["patch/remove-no-path"],
    wrap: refusing(patches, ({ body }) => (body?.scimType === "noTarget" ? done() : undefined)),
  },
  {
    id: "patch/unknown-path-taken",
    title: "says nothing of a path that leads nowhere",
    caughtBy: ["patch/unknown-path"],
    alsoIn: ["patch/malformed-path"],
    wrap: refusing(patches, ({ body }) => (body?.scimType === "invalidPath" ? done() : undefined)),
  },
  {
    id: "patch/unknown-path-500",
    title: "breaks on a path that leads nowhere",
    caughtBy: ["patch/unknown-path"],
    alsoIn: ["patch/malformed-path"],
    wrap: refusing(patches, ({ body }) =>
      body?.scimType === "invalidPath" ? error(500, "undefined is not an object") : undefined,
    ),
  },
  {
    id: "patch/remove-without-path",
    title: "takes a remove without a path",
    caughtBy: ["patch/remove-no-path"],
    wrap: instead(
      some((operation) => opOf(operation) === "remove" && operation.path === undefined),
      () => done(),
    ),
  },
  {
    id: "patch/read-only-taken",
    title: "says nothing where the id is to be replaced",
    caughtBy: ["patch/read-only-id"],
    alsoIn: ["patch/remove-required", "patch/read-only-meta", "groups/member-immutable", "groups/of-user-read-only"],
    wrap: refusing(patches, ({ body }) => (body?.scimType === "mutability" ? done() : undefined)),
  },
  {
    id: "patch/required-removed",
    title: "lets the userName be removed",
    caughtBy: ["patch/remove-required"],
    wrap: refusing(
      some((operation) => opOf(operation) === "remove" && /userName/i.test(String(operation.path))),
      () => done(),
    ),
  },
  {
    id: "patch/missing-as-200",
    title: "takes a PATCH of what is not there",
    caughtBy: ["patch/unknown-id"],
    alsoIn: ["delete/then-patch-is-404"],
    wrap: refusing(patches, ({ status }) => (status === 404 ? json(200, {}) : undefined)),
  },
  {
    id: "patch/primary-stays",
    title: "leaves the old address primary where a new one is",
    caughtBy: ["patch/primary-added"],
    alsoIn: ["patch/primary-moved"],
    wrap: (next) => {
      const old = new Map<string, string>();
      return async (asked) => {
        const before = patches(asked) ? await next(like(asked, "GET", asked.path)) : undefined;
        const primary = before?.body?.emails?.find((email: { primary?: boolean }) => email.primary === true)?.value;
        if (primary !== undefined) old.set(asked.path, primary);
        const answered = await next(asked);
        for (const email of answered.body?.emails ?? []) if (email.value === old.get(asked.path)) email.primary = true;
        return answered;
      };
    },
  },
  {
    id: "patch/duplicates",
    title: "adds an address once more that is there already",
    caughtBy: ["patch/add-present"],
    wrap: (next) => {
      const twice = new Map<string, object>();
      return async (asked) => {
        const before = patches(asked) ? await next(like(asked, "GET", asked.path)) : undefined;
        const answered = await next(asked);
        for (const operation of patches(asked) ? operationsOf(asked) : []) {
          const [value] = [operation.value].flat() as { value?: string }[];
          const emails: { value?: string }[] = before?.body?.emails ?? [];
          if (
            opOf(operation) === "add" &&
            operation.path === "emails" &&
            emails.some((email) => email.value === value?.value)
          )
            twice.set(asked.path, value as object);
        }
        const again = twice.get(asked.path);
        if (again !== undefined && Array.isArray(answered.body?.emails)) answered.body.emails.push(again);
        return answered;
      };
    },
  },
  {
    id: "patch/no-schemas-taken",
    title: "takes a PATCH that does not say that it is one",
    caughtBy: ["patch/wrong-schema"],
    wrap: asking(patches, ({ body }) => {
      if (typeof body === "object" && body !== null) body.schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
    }),
  },
  {
    id: "patch/urn-path-refused",
    title: "refuses paths of an extension",
    caughtBy: ["patch/extension-path"],
    alsoIn: ["patch/extension-schemas", "patch/extension-remove", "patch/extension-schemas-first"],
    wrap: instead(
      some(({ path }) => String(path).startsWith("urn:")),
      () => error(400, "Unknown path.", "invalidPath"),
    ),
  },
  {
    id: "patch/nested-path-refused",
    title: "refuses paths of a part of an attribute",
    caughtBy: ["patch/replace-part"],
    wrap: instead(
      some(({ path }) => /^name\.\w+$/.test(String(path))),
      () => error(400, "Unknown path.", "invalidPath"),
    ),
  },
  {
    id: "patch/brackets-refused",
    title: "refuses paths with brackets",
    caughtBy: ["patch/remove-element"],
    alsoIn: [
      "patch/element-part",
      "patch/remove-and",
      "patch/remove-last",
      "patch/remove-element-part",
      "patch/elements-all",
      "patch/element-whole",
      "patch/no-target",
      "patch/element-case",
      "patch/primary-moved",
      "groups/remove-member",
      "groups/remove-several",
      "groups/add-and-remove",
      "groups/of-user-left",
    ],
    wrap: instead(
      some(({ path }) => String(path).includes("[")),
      () => error(400, "Unknown path.", "invalidPath"),
    ),
  },
  {
    id: "patch/complex-replaced-whole",
    title: "loses the given name where the family name is replaced",
    caughtBy: ["patch/replace-part"],
    wrap: operating((operation) => {
      const [, part] = /^name\.(\w+)$/.exec(String(operation.path)) ?? [];
      if (part === undefined || opOf(operation) === "remove") return;
      operation.op = "remove";
      operation.path = `name.${part === "familyName" ? "givenName" : "familyName"}`;
      delete operation.value;
    }),
  },
  {
    id: "patch/reordered",
    title: "does the operations of a PATCH from the last to the first",
    caughtBy: ["patch/in-order"],
    wrap: asking(patches, (asked) => {
      if (Array.isArray(asked.body?.Operations)) asked.body.Operations.reverse();
    }),
  },
  {
    id: "patch/405",
    title: "announces PATCH and has none",
    caughtBy: ["patch/answer"],
    wrap: instead(patches, () => error(405, "PATCH is not supported.")),
  },
  {
    id: "needs/active-as-text",
    title: 'refuses "False" for active',
    caughtBy: ["clients/entra-active-text"],
    wrap: instead(
      some(({ value }) => /"(?:true|false)"/i.test(JSON.stringify(value) ?? "")),
      () => error(400, "active is a boolean.", "invalidValue"),
    ),
  },
  {
    id: "patch/last-modified",
    title: "has the same lastModified after a PATCH",
    caughtBy: ["patch/time"],
    wrap: (next) => {
      const stuck = new Map<string, string>();
      return async (asked) => {
        const before = patches(asked) ? await next(like(asked, "GET", asked.path)) : undefined;
        const answered = await next(asked);
        if (before?.status === 200 && !stuck.has(asked.path)) stuck.set(asked.path, before.body.meta.lastModified);
        const time = stuck.get(asked.path);
        if (time !== undefined && answered.body?.meta !== undefined) answered.body.meta.lastModified = time;
        return answered;
      };
    },
  },
];
