import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Directory, Given } from "../support/directory.ts";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
/** The blank in front of the dot is allowed, and nobody writes it. */
const ODD_FILTER = 'emails[type eq "work"] .value eq "ada@example.com"';
const WRONG_FILTER = 'userName eq "ada" und active eq true';
const ODD_PATH = 'emails[type eq "work"] .display';

const filtered = (path: string, filter: string) => `${path}?filter=${encodeURIComponent(filter)}`;
const patch = (...Operations: readonly object[]) => ({ schemas: [PATCH_OP], Operations });
const search = (filter: string) => ({ schemas: [SEARCH], filter });

/** What came of a request, without what is new each time. */
async function answered(asked: ReturnType<Directory["ask"]>) {
  const { status, body } = await asked;
  return [status, body?.replaceAll(/"(?:lastModified|created|version)":"[^"]*"/g, "").replaceAll(/[0-9a-f-]{36}/g, "")];
}

/** The modules as at a start: no grammar of filters is there yet. */
let start: (given?: Given) => Promise<Directory & { readonly id: string }>;
beforeEach(() => {
  vi.resetModules();
  start = async (given) => {
    const { directory } = await import("../support/directory.ts");
    const service = directory(given);
    const emails = [{ type: "work", value: "ada@example.com" }];
    const created = await service.ask("POST", "/Users", { schemas: [USER], userName: "ada", active: true, emails });
    return { ...service, id: created.json.id };
  };
});

describe("the first text after a start that needs the grammar of filters", () => {
  test.each([
    ["a filter", 200, "GET", () => filtered("/Users", ODD_FILTER), undefined],
    ["a filter that is wrong", 400, "GET", () => filtered("/Users", WRONG_FILTER), undefined],
    ["a filter in a body", 200, "POST", () => "/Users/.search", search(ODD_FILTER)],
    [
      "a filter of a sensitive attribute",
      403,
      "GET",
      () => filtered("/Users", 'emails[type eq "work"] .display pr'),
      undefined,
    ],
    ["a filter over all types", 200, "GET", () => filtered("/", ODD_FILTER), undefined],
    ["a wrong filter over all types", 400, "POST", () => "/.search", search(WRONG_FILTER)],
    ["a path", 200, "PATCH", (id: string) => `/Users/${id}`, patch({ op: "add", path: ODD_PATH, value: "Ada" })],
    [
      "a path that is wrong",
      400,
      "PATCH",
      (id: string) => `/Users/${id}`,
      patch({ op: "add", path: "name..x", value: "A" }),
    ],
    [
      "the second of two paths",
      400,
      "PATCH",
      (id: string) => `/Users/${id}`,
      patch({ op: "add", path: "title", value: "A" }, { op: "add", path: "name..x", value: "A" }),
    ],
    [
      "a name that is a wrong path",
      400,
      "PATCH",
      (id: string) => `/Users/${id}`,
      patch({ op: "add", value: { 'emails[type eq "work"and display pr].value': "A" } }),
    ],
    [
      "a path under another name of the letter case",
      200,
      "POST",
      () => "/Bulk",
      {
        schemas: [BULK_REQUEST],
        Operations: [
          { method: "POST", path: "/Users", bulkId: "b", data: { schemas: [USER], userName: "b" } },
          {
            method: "PATCH",
            path: "/Users/bulkId:b",
            data: {
              schemas: [PATCH_OP],
              operations: [],
              Operations: [{ op: "remove", PATH: 'emails[value eq "bulkId:b"] .display' }],
            },
          },
        ],
      },
    ],
  ] as const)("waits for it, and is answered as any later one: %s", async (_, status, method, pathOf, body) => {
    const given: Given = { rootQueries: true, sensitiveAttributes: ["emails.display"] };
    const first = await start(given);
    const once = await answered(first.ask(method, pathOf(first.id), body));
    expect(once[0], String(once[1])).toBe(status);
    const later = await start(given);
    await later.ask("GET", filtered("/Users", WRONG_FILTER));
    expect(await answered(later.ask(method, pathOf(later.id), body))).toEqual(once);
  });

  test("may come many times at once", async () => {
    const { ask } = await start();
    const filters = [ODD_FILTER, WRONG_FILTER, ODD_FILTER, WRONG_FILTER];
    const answers = await Promise.all(filters.map((filter) => ask("GET", filtered("/Users", filter))));
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 200, 400]);
  });

  test("may be the path by which a user leaves groups", async () => {
    const { ask, id } = await start({ writableGroups: true });
    const body = patch({ op: "remove", path: 'groups[value eq "x"] .display' });
    const once = await ask("PATCH", `/Users/${id}`, body);
    expect((await ask("PATCH", `/Users/${id}`, body)).json).toEqual(once.json);
  });

  test("is read at once by the functions of scimkit/patch and scimkit/filter", async () => {
    const { compileResourceType, User } = await import("scimkit");
    const { prepare } = await import("scimkit/patch");
    expect(prepare(compileResourceType(User), [{ op: "add", path: ODD_PATH, value: "Ada" }])).toHaveLength(1);
    vi.resetModules();
    const { parseFilter, parsePath } = await import("scimkit/filter");
    expect(parseFilter(ODD_FILTER)).toEqual(parseFilter(ODD_FILTER.replace("] .", "].")));
    expect(parsePath(ODD_PATH)).toEqual(parsePath(ODD_PATH.replace("] .", "].")));
  });
});
