import { describe, expect, test } from "vitest";
import type { StorageAdapter, StoredResource } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { EXAMPLES_URL, type Message } from "../rfc/bulk-messages.ts";
import {
  allFailed,
  BRAM,
  circularGroups,
  circularGroupsRead,
  EAST,
  EDDA,
  failedStatus,
  fourOperations,
  GONE,
  groupRead,
  manager,
  NOOR,
  PORTERS,
  stoppedAtFirstError,
  tooLarge,
  userAndGroup,
  WEST,
} from "../rfc/rfc7644-3.7-bulk.ts";
import { OF_A_TEST } from "../support/able.ts";
import { type Answer, bodyText, type Directory, directory, USER } from "../support/directory.ts";

/** Memory whose n-th version of a resource is the one that an example shows. */
function withVersions(versions: Readonly<Record<string, readonly string[]>>): StorageAdapter {
  const memory = memoryStorage();
  const shown = (id: string, version: string): string => versions[id]?.[Number(version) - 1] ?? `${id}-${version}`;
  const show = <R extends StoredResource | undefined>(resource: R): R =>
    resource && { ...resource, meta: { ...resource.meta, version: shown(resource.id, resource.meta.version) } };
  /** The write names a version as it was shown. */
  const known = <R extends { readonly id: string; readonly ifVersion?: string | undefined }>(request: R): R => {
    const position = versions[request.id]?.indexOf(request.ifVersion ?? "") ?? -1;
    const own = request.ifVersion?.startsWith(`${request.id}-`) ? request.ifVersion.slice(request.id.length + 1) : "0";
    return request.ifVersion === undefined
      ? request
      : { ...request, ifVersion: position < 0 ? own : `${position + 1}` };
  };
  return {
    ...OF_A_TEST,
    get: async (request, context) => show(await memory.get(request, context)),
    async query(request, context) {
      const found = await memory.query(request, context);
      return { ...found, resources: found.resources.map(show) };
    },
    create: async (request, context) => show(await memory.create(request, context)),
    replace: async (request, context) => show(await memory.replace(known(request), context)),
    delete: (request, context) => memory.delete(known(request), context),
  };
}

/** The service at the examples' address, which gives the ids of the examples. */
function exampleService(ids: string[], versions: Readonly<Record<string, readonly string[]>> = {}): Directory {
  return directory({
    baseUrl: EXAMPLES_URL,
    storage: withVersions(versions),
    authenticate: () => ({}),
    newId: () => ids.shift() ?? crypto.randomUUID(),
    limits: { body: 1_048_576 },
  });
}

async function send({ scim }: Directory, method: string, path: string, example?: Message): Promise<Answer> {
  const response = await scim.handle({
    method,
    url: `/v2${path}`,
    headers: example?.headers ?? {},
    ...(example === undefined ? {} : { body: JSON.stringify(example.body) }),
  });
  const body = await bodyText(response);
  return { ...response, body, json: body === undefined ? undefined : JSON.parse(body) };
}

/** The four users that the example of §3.7.3 is about, in the versions that it names. */
async function exampleUsers(isCurrent: boolean): Promise<Directory> {
  const versions = {
    [NOOR]: ["hFdnXsiVpzz63Ffk"],
    [BRAM]: isCurrent ? ["9QeWJKY40uvSwMF", "CzJr4i0B3JrTAwR4"] : [],
    [EDDA]: isCurrent ? ["ZDe1f8rESQedUSt", "CzJr4i0B3JrTAwR4"] : [],
    [GONE]: ["KR0CsTy4Qwb8Dwk"],
  };
  const service = exampleService([BRAM, EDDA, ...(isCurrent ? [GONE] : []), NOOR], versions);
  for (const userName of isCurrent ? ["bram-before", "edda-before", "gone-before"] : ["bram-before", "edda-before"]) {
    const body = { schemas: [USER], userName, nickName: "old" };
    const { status } = await send(service, "POST", "/Users", { headers: {}, body });
    expect(status).toBe(201);
  }
  return service;
}

/** The texts of errors are for people; only that there is one is compared. */
function withoutDetails(response: Answer["json"]): unknown {
  return JSON.parse(JSON.stringify(response, (key, value) => (key === "detail" ? typeof value : value)));
}

describe("the examples of RFC 7644 §3.7", () => {
  test("§3.7.1: two groups that are members of each other [P-3.7.1-01 R-47]", async () => {
    const groups = circularGroupsRead.response.body;
    const versions = { [EAST]: ["jIhKtJ0RlgLKOmxg"], [WEST]: ["created", "JTeKdNnFRIBXuDL7"] };
    const service = exampleService([WEST, EAST], versions);
    const { status, json } = await send(service, "POST", "/Bulk", circularGroups.request);
    expect(status).toBe(200);
    expect(json.Operations).toEqual([
      {
        location: `https://example.com/v2/Groups/${EAST}`,
        method: "POST",
        bulkId: "east",
        version: 'W/"jIhKtJ0RlgLKOmxg"',
        status: "201",
      },
      {
        location: `https://example.com/v2/Groups/${WEST}`,
        method: "POST",
        bulkId: "west",
        version: 'W/"JTeKdNnFRIBXuDL7"',
        status: "201",
      },
    ]);
    // The filter is printed in single quotes, which are no JSON.
    const found = await send(service, "GET", `/Groups?filter=${encodeURIComponent('displayName sw "Wing"')}`);
    const timeless = (list: Answer["json"]) => ({
      ...list,
      Resources: Object.fromEntries(
        list.Resources.map(({ meta, ...group }: Answer["json"]) => [
          group.id,
          { ...group, meta: { ...meta, created: "any", lastModified: "any" } },
        ]),
      ),
    });
    expect(timeless(found.json)).toEqual({ startIndex: 1, itemsPerPage: 2, ...timeless(groups) });
  });

  test("§3.7.2: a user, and the group that it is a member of; the status is text instead of the object printed there [P-3.7.2-01 P-3.7-15 P-3.7.3-02 R-45]", async () => {
    const { request, response } = userAndGroup;
    const versions = { [NOOR]: ["DxtpYlSXpfKtHF4v"], [PORTERS]: ["UCsMehGAkWvj7FAc"] };
    const service = exampleService([NOOR, PORTERS], versions);
    const { status, json } = await send(service, "POST", "/Bulk", request);
    expect(status).toBe(200);
    const asText = (operation: Answer["json"]) => ({ ...operation, status: operation.status.code });
    expect(json).toEqual({ ...response.body, Operations: response.body.Operations.map(asText) });

    const { headers, body } = groupRead.response;
    const group = await send(service, "GET", `/Groups/${PORTERS}`);
    expect(group.headers).toMatchObject({ ...headers, "Content-Type": "application/scim+json" });
    const { created, lastModified } = group.json.meta;
    expect(group.json).toEqual({ ...body, meta: { ...body.meta, created, lastModified } });
  });

  test("§3.7.2: a manager in the enterprise extension [P-3.7.2-02]", async () => {
    const { request } = manager;
    const service = exampleService([NOOR, BRAM]);
    const { json } = await send(service, "POST", "/Bulk", request);
    expect(json.Operations.map(({ status }: { status: string }) => status)).toEqual(["201", "201"]);
    const bram = await send(service, "GET", `/Users/${BRAM}`);
    expect(bram.json["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]).toEqual({
      employeeNumber: "30417",
      manager: { value: NOOR, $ref: `https://example.com/v2/Users/${NOOR}` },
    });
  });

  test("§3.7.3: add, replace, change and remove a user; the new user's schema is that of users [P-3.7-06 P-3.7-07 P-3.7-08 P-3.7.3-02 P-3.7.3-04 R-45]", async () => {
    const { request, response } = fourOperations;
    const service = await exampleUsers(true);
    const corrected = structuredClone(request);
    // Printed is urn:ietf:params:scim:api:messages:2.0:User, which no schema has.
    corrected.body.Operations[0].data.schemas = [USER];
    const { status, json } = await send(service, "POST", "/Bulk", corrected);
    expect(status).toBe(200);
    expect(json).toEqual(response.body);
    expect((await send(service, "GET", `/Users/${BRAM}`)).json.userName).toBe("Bram");
    const edda = (await send(service, "GET", `/Users/${EDDA}`)).json;
    expect(edda.userName).toBe("Edda");
    expect(edda).not.toHaveProperty("nickName");
    expect((await send(service, "GET", `/Users/${GONE}`)).status).toBe(404);
  });

  test("§3.7.3: the PATCH as printed, a list of operations without a message around it [P-3.7-06 R-45]", async () => {
    const { request, response } = fourOperations;
    const service = await exampleUsers(true);
    const asPrinted = structuredClone(request);
    asPrinted.body.Operations[0].data.schemas = [USER];
    asPrinted.body.Operations[2].data = request.body.Operations[2].data.Operations;
    expect((await send(service, "POST", "/Bulk", asPrinted)).json).toEqual(response.body);
  });

  test("§3.7.3: the request with the wrong schema that is printed stops at its first error [P-3.7-13 P-3.7-09 P-3.7.3-03 R-46]", async () => {
    const { request } = fourOperations;
    const service = await exampleUsers(true);
    const { status, json } = await send(service, "POST", "/Bulk", request);
    expect(status).toBe(200);
    const expected = stoppedAtFirstError.response.body;
    expect(withoutDetails(json)).toEqual(withoutDetails(expected));
    expect((await send(service, "GET", `/Users/${BRAM}`)).json.userName).toBe("bram-before");
  });

  test("§3.7.3: without failOnErrors every operation is tried, though all of them fail [P-3.7-08 P-3.7-11 P-3.7-12 P-3.7.3-01]", async () => {
    const { request } = fourOperations;
    const service = await exampleUsers(false);
    const { failOnErrors: _, ...body } = request.body;
    const { status, json } = await send(service, "POST", "/Bulk", { ...request, body });
    expect(status).toBe(200);
    const expected = allFailed.response.body;
    expect(withoutDetails(json)).toEqual(withoutDetails(expected));
  });

  test("§3.7.3: the error within a failed operation [P-3.7-09 P-3.7.3-03]", async () => {
    const { request } = fourOperations;
    const { json } = await send(await exampleUsers(true), "POST", "/Bulk", request);
    expect(withoutDetails(json.Operations[0])).toMatchObject(withoutDetails(failedStatus) as object);
  });

  test("§3.7.4: a body of more than maxPayloadSize [P-3.7.4-02 R-48]", async () => {
    const { response } = tooLarge;
    const service = exampleService([]);
    const body = { schemas: [], padding: "x".repeat(1_048_576) };
    const { status, json } = await send(service, "POST", "/Bulk", { headers: {}, body });
    expect(status).toBe(413);
    expect(withoutDetails(json)).toEqual(withoutDetails(response.body));
    expect(json.detail).toContain("exceeds the maxPayloadSize (1048576)");
  });
});
