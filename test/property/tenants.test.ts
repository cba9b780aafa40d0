import fc from "fast-check";
import { expect, test } from "vitest";
import { type Context, createScim, EnterpriseUserSchema, Group, type StorageAdapter, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { BASE_URL, bodyText, ENTERPRISE, GROUP, USER } from "../support/directory.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
const RUNS = pickSize("histories of two tenants", { everyday: 200, thorough: 400 });

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/** A request of a tenant. */
interface Command {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Tenant = "acme" | "globex";

// Few names and ids, so that tenants meet: both number their resources from r0, and either may try what only the other has.
const id = fc.constantFrom("r0", "r1", "r2", "r3", "r4", "r5");
const userName = fc.constantFrom("ada", "Ada", "bob", "cy");
const members = fc.array(id, { maxLength: 3 }).map((ids) => ids.map((value) => ({ value })));
const version = fc.option(fc.constantFrom('W/"1"', 'W/"2"', "*"), { freq: 3 });
const headers = version.map((tag): Readonly<Record<string, string>> => (tag === null ? {} : { "if-match": tag }));
const user = fc
  .record({ userName, title: fc.option(fc.constantFrom("x", "y")), manager: fc.option(id) })
  .map(({ userName, title, manager }) => ({
    schemas: [USER, ENTERPRISE],
    userName,
    ...(title === null ? {} : { title }),
    ...(manager === null ? {} : { [ENTERPRISE]: { manager: { value: manager } } }),
  }));
const group = fc
  .record({ displayName: fc.constantFrom("staff", "team"), members })
  .map((body) => ({ schemas: [GROUP], ...body }));
const patchOf = (operations: fc.Arbitrary<readonly object[]>) =>
  operations.map((Operations) => ({ schemas: [PATCH], Operations }));
const userPatch = patchOf(
  fc.array(
    fc.oneof(
      userName.map((value) => ({ op: "replace", path: "userName", value })),
      fc.constantFrom("x", "y").map((value) => ({ op: "add", path: "title", value })),
      id.map((value) => ({ op: "replace", path: `${ENTERPRISE}:manager`, value: { value } })),
    ),
    { minLength: 1, maxLength: 2 },
  ),
);
const memberPatch = patchOf(
  fc.oneof(
    members.map((value) => [{ op: "add", path: "members", value }]),
    id.map((value) => [{ op: "remove", path: `members[value eq "${value}"]` }]),
    members.map((value) => [{ op: "replace", path: "members", value }]),
  ),
);
const filter = fc.oneof(
  userName.map((value) => `userName eq "${value}"`),
  id.map((value) => `id eq "${value}" or manager.value eq "${value}"`),
  id.map((value) => `members.value eq "${value}"`),
  id.map((value) => `members[value eq "${value}"]`),
  id.map((value) => `groups.value eq "${value}"`),
  fc.constantFrom('not (title eq "x")', "title pr", 'displayName sw "t"', "id pr", 'meta.version ne "x"'),
);
const search = fc
  .record(
    {
      filter,
      sortBy: fc.constantFrom("userName", "id", "title", "displayName", "meta.created"),
      sortOrder: fc.constantFrom("ascending", "descending"),
      startIndex: fc.integer({ min: 0, max: 4 }),
      count: fc.integer({ min: 0, max: 3 }),
      attributes: fc.constantFrom("userName", "members", "groups", "displayName,title", "meta"),
    },
    { requiredKeys: [] },
  )
  .map((parameters) => parameters as Readonly<Record<string, string | number>>);
const endpoint = fc.constantFrom("/Users", "/Groups", "");
const queryText = (parameters: Readonly<Record<string, string | number>>): string =>
  new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)])).toString();

const single: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: user.map((body) => ({ method: "POST", path: "/Users", body })) },
  { weight: 2, arbitrary: group.map((body) => ({ method: "POST", path: "/Groups", body })) },
  fc.record({ id, body: user, headers }).map(({ id, ...rest }) => ({ method: "PUT", path: `/Users/${id}`, ...rest })),
  fc.record({ id, body: group, headers }).map(({ id, ...rest }) => ({ method: "PUT", path: `/Groups/${id}`, ...rest })),
  fc
    .record({ id, body: userPatch, headers })
    .map(({ id, ...rest }) => ({ method: "PATCH", path: `/Users/${id}`, ...rest })),
  {
    weight: 2,
    arbitrary: fc
      .record({ id, body: memberPatch, headers })
      .map(({ id, ...rest }) => ({ method: "PATCH", path: `/Groups/${id}`, ...rest })),
  },
  fc
    .record({ id, kind: fc.constantFrom("Users", "Groups"), headers })
    .map(({ id, kind, headers }) => ({ method: "DELETE", path: `/${kind}/${id}`, headers })),
);

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: single },
  fc
    .record({ id, kind: fc.constantFrom("Users", "Groups") })
    .map(({ id, kind }) => ({ method: "GET", path: `/${kind}/${id}` })),
  fc.tuple(endpoint, search).map(([at, parameters]) => ({ method: "GET", path: `${at}?${queryText(parameters)}` })),
  fc.tuple(endpoint, search).map(([at, { attributes, ...parameters }]) => ({
    method: "POST",
    path: `${at}/.search`,
    body: { schemas: [SEARCH], ...parameters, ...(attributes === undefined ? {} : { attributes: [attributes] }) },
  })),
  // "@next" stands for the cursor that this tenant was given last.
  fc.constantFrom("", "@next").map((cursor) => ({ method: "GET", path: `/Users?count=1&cursor=${cursor}` })),
  fc.array(single, { minLength: 1, maxLength: 3 }).map((operations) => ({
    method: "POST",
    path: "/Bulk",
    body: {
      schemas: [BULK],
      Operations: operations.map(({ method, path, body, headers }, index) => ({
        method,
        path,
        ...(method === "POST" ? { bulkId: `b${index}` } : {}),
        ...(body === undefined || method === "DELETE" ? {} : { data: body }),
        ...(headers?.["if-match"] === undefined || method === "POST" ? {} : { version: headers["if-match"] }),
      })),
    },
  })),
);

/** Plays requests of both tenants in their order, and gives what the second one was answered. */
async function answersTo(
  played: readonly (readonly [Tenant, Command])[],
  storage: StorageAdapter,
): Promise<readonly unknown[]> {
  let asking: Tenant = "acme";
  const made = { acme: 0, globex: 0 };
  const next = { acme: "", globex: "" };
  const scim = createScim<{ readonly tenant: Tenant }>({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage,
    baseUrl: BASE_URL,
    authenticate: () => ({ tenant: asking }),
    clock: { now: () => new Date("2026-01-02T03:04:05Z") },
    newId: () => `r${made[asking]++}`,
    paging: { cursorSecret: "a secret of the tests, long enough to be one" },
  });
  const answers: unknown[] = [];
  for (const [tenant, { method, path, body, headers = {} }] of played) {
    asking = tenant;
    const url = `/scim/v2${path.replace("@next", next[tenant])}`;
    const response = await scim.handle({ method, url, headers, body: JSON.stringify(body) });
    const text = await bodyText(response);
    next[tenant] = (text === undefined ? undefined : JSON.parse(text).nextCursor) ?? next[tenant];
    if (response.status === 500) throw new Error(`${method} ${path} is a fault: ${text}`);
    if (tenant === "globex") answers.push([method, path, response.status, response.headers, text]);
  }
  return answers;
}

/** Memory that checks that each call is made for the tenant that asks, and for no other. */
function guarded(): { readonly storage: StorageAdapter; readonly tenants: Set<string | undefined> } {
  const memory = memoryStorage();
  const tenants = new Set<string | undefined>();
  const storage = new Proxy<StorageAdapter>(memory, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver);
      if (typeof value !== "function") return value;
      return (request: unknown, context: Context) => {
        tenants.add(context.tenant);
        return Reflect.apply(value, target, [request, context]);
      };
    },
  });
  return { storage, tenants };
}

const play = fc.array(fc.tuple(fc.constantFrom<Tenant>("acme", "globex"), command), { minLength: 4, maxLength: 40 });

function independence(storageFor: () => StorageAdapter) {
  return fc.asyncProperty(play, async (played) => {
    const alone = await answersTo(
      played.filter(([tenant]) => tenant === "globex"),
      storageFor(),
    );
    expect(await answersTo(played, storageFor())).toEqual(alone);
  });
}

test("what a tenant is answered is the same to the byte, whatever another tenant does [G-22 T-A5 T-A6 T-A7 T-A8 T-A9]", async () => {
  await fc.assert(
    independence(() => guarded().storage),
    { numRuns: RUNS, seed },
  );
});

test("storage is asked for the tenant that asks, and for no other [T-A5]", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 20 }), async (commands) => {
      const { storage, tenants } = guarded();
      await answersTo(
        commands.map((one) => ["globex", one] as const),
        storage,
      );
      expect([...tenants].every((tenant) => tenant === "globex")).toBe(true);
    }),
    { numRuns: RUNS / 4, seed },
  );
});

test("a storage that forgets the tenant is found out", async () => {
  const forgetful = (): StorageAdapter => {
    const memory = memoryStorage();
    return new Proxy<StorageAdapter>(memory, {
      get(target, name, receiver) {
        const value = Reflect.get(target, name, receiver);
        return typeof value === "function" ? (request: unknown) => Reflect.apply(value, target, [request, {}]) : value;
      },
    });
  };
  const { failed } = await fc.check(independence(forgetful), { numRuns: RUNS, seed, endOnFailure: true });
  expect(failed).toBe(true);
});
