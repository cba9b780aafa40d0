import fc from "fast-check";
import { createScim, EnterpriseUserSchema, errors, Group, User } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { expect, test } from "vitest";
import { ENTERPRISE, GROUP, USER } from "../support/directory.ts";
import { PATCH } from "../support/quirk.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const seed = pickSeed();
const RUNS = pickSize("histories", { everyday: 25, thorough: 200 });

/** A request, and which of the changes that it makes is vetoed, if any. */
interface Step {
  readonly request: readonly [method: string, path: string, body?: object];
  readonly veto: number | undefined;
}

const id = fc.nat({ max: 11 }).map((number) => `id${number}`);
const name = fc.constantFrom("ada", "bob", "cay", "dan");
const text = fc.constantFrom("x", "y", "z");
const user = fc
  .record(
    {
      userName: name,
      externalId: text,
      password: fc.constant("s3cret"),
      manager: id,
      groups: fc.array(id, { maxLength: 2 }),
    },
    { requiredKeys: ["userName"] },
  )
  .map(({ manager, groups, ...rest }) => ({
    schemas: [USER, ENTERPRISE],
    ...rest,
    ...(manager === undefined ? {} : { [ENTERPRISE]: { manager: { value: manager } } }),
    ...(groups === undefined ? {} : { groups: groups.map((value) => ({ value })) }),
  }));
const group = fc
  .record({ displayName: text, members: fc.uniqueArray(id, { maxLength: 4 }) })
  .map(({ displayName, members }) => ({ schemas: [GROUP], displayName, members: members.map((value) => ({ value })) }));
const circle = fc.tuple(name, name).map(([first, second]) => ({
  schemas: [BULK],
  Operations: [
    [first, "first", "second"],
    [second, "second", "first"],
  ].map(([userName, bulkId, other]) => ({
    method: "POST",
    path: "/Users",
    bulkId,
    data: { schemas: [USER, ENTERPRISE], userName, [ENTERPRISE]: { manager: { value: `bulkId:${other}` } } },
  })),
}));
const patch = (...Operations: readonly object[]) => ({ schemas: [PATCH], Operations });
const add = (value: string) => ({ op: "add", path: "members", value: [{ value }] });
const remove = (value: string) => ({ op: "remove", path: `members[value eq "${value}"]` });
const request: fc.Arbitrary<Step["request"]> = fc.oneof(
  { weight: 4, arbitrary: user.map((body) => ["POST", "/Users", body] as const) },
  { weight: 3, arbitrary: group.map((body) => ["POST", "/Groups", body] as const) },
  circle.map((body) => ["POST", "/Bulk", body] as const),
  fc.tuple(id, user).map(([one, body]) => ["PUT", `/Users/${one}`, body] as const),
  fc.tuple(id, group).map(([one, body]) => ["PUT", `/Groups/${one}`, body] as const),
  fc.tuple(id, name).map(([one, value]) => {
    return ["PATCH", `/Users/${one}`, patch({ op: "replace", path: "userName", value })] as const;
  }),
  fc.tuple(id, id).map(([one, member]) => ["PATCH", `/Groups/${one}`, patch(add(member))] as const),
  fc.tuple(id, id, id, text).map(([one, member, other, value]) => {
    const named = { op: "replace", path: "displayName", value };
    return ["PATCH", `/Groups/${one}`, patch(add(member), remove(other), named)] as const;
  }),
  fc.tuple(fc.constantFrom("Users", "Groups"), id).map(([type, one]) => ["DELETE", `/${type}/${one}`] as const),
);
const step = fc.record({ request, veto: fc.option(fc.nat({ max: 2 }), { nil: undefined }) });

function serve() {
  const storage = memoryStorage({ hashSecret: (_, value) => `hash of ${value}` });
  let [ids, asked] = [0, 0];
  let veto: number | undefined;
  let isVetoed = false;
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    authenticate: () => ({}),
    ownership: true,
    outbox: true,
    writableGroups: true,
    lifecycle: { remember: 1000 },
    adopt: ({ isRemembered }) => (isRemembered ? "restore" : "refuse"),
    idFor: () => `id${ids++ % 12}`,
    decide() {
      if (asked++ !== veto) return;
      isVetoed = true;
      throw errors.conflict("No seat is left.");
    },
  });
  const send = async ([method, path, body]: Step["request"]) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const { status, body: answer } = await scim.handle({ method, url: `/scim/v2${path}`, headers: {}, ...sent });
    return { status, body: await new Response(answer as BodyInit).text() };
  };
  return {
    /** Whether it was vetoed. */
    async step({ request, veto: at }: Step): Promise<boolean> {
      [veto, asked, isVetoed] = [at, 0, false];
      const before = ids;
      await send(request);
      veto = undefined;
      if (isVetoed) ids = before;
      return isVetoed;
    },
    /** All that can be seen of the storage: resources, what each index finds, the ledger, and how many events wait. */
    async seen(hasTimes: boolean): Promise<string> {
      const exported: unknown[] = [];
      for await (const one of storage.exportTenant(undefined)) exported.push(one);
      const twelve = Array.from({ length: 12 }, (_, number) => `id${number}`);
      const filters = [
        ...["ada", "bob", "cay", "dan"].map((value) => `/Users?filter=userName eq "${value}"`),
        ...["x", "y", "z"].map((value) => `/Users?filter=externalId eq "${value}"`),
        ...twelve.map((value) => `/Users?filter=groups.value eq "${value}"`),
        ...twelve.map((value) => `/Groups?filter=members.value eq "${value}"`),
      ];
      const found: unknown[] = [];
      for (const path of [...filters.map(encodeURI), "/Users?count=99", "/Groups?count=99"])
        found.push(JSON.parse((await send(["GET", path])).body));
      const ledger: unknown[] = [];
      for (const kind of ["managed", "tombstone", "returning"])
        for (const { key, value } of (await storage.ledger?.list(kind, { count: 99 }, {})) ?? [])
          ledger.push([key, hasTimes ? value : Object.keys(value)]);
      const { waiting } = await scim.lag();
      return JSON.stringify({ exported, found, ledger, waiting }, (key, value) => {
        if (!hasTimes && (key === "created" || key === "lastModified")) return undefined;
        // Members have no order.
        return (key === "members" || key === "groups") && Array.isArray(value) ? value.toSorted(byValue) : value;
      });
    },
  };
}

function byValue(left: { readonly value: string }, right: { readonly value: string }): number {
  return left.value < right.value ? -1 : 1;
}

test("what is vetoed leaves a storage in memory as it was, and as one that was never asked for it", async () => {
  let vetoed = 0;
  const property = fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 25 }), async (steps) => {
    const [one, other] = [serve(), serve()];
    for (const each of steps) {
      const before = each.veto === undefined ? undefined : await one.seen(true);
      if (await one.step(each)) {
        vetoed++;
        expect(JSON.parse(await one.seen(true))).toEqual(JSON.parse(before ?? ""));
      } else await other.step({ ...each, veto: undefined });
    }
    expect(JSON.parse(await one.seen(false))).toEqual(JSON.parse(await other.seen(false)));
  });
  await fc.assert(property, { seed, numRuns: RUNS });
  expect(vetoed).toBeGreaterThan(RUNS);
}, 60_000);
