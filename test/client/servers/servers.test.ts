import type { Group } from "scimkit";
import * as scimkit from "scimkit/client";
import { filter, or, type ResourceClient, type ServerProfile } from "scimkit/client";
import { expect, test } from "vitest";
import { User as UserType } from "../../../src/index.ts";
import { imitation, membersOf, type Refuses, type Translates } from "./imitation.ts";
import * as refusals from "./refusals.ts";

type Server = ReturnType<typeof imitation>;
type Members = { readonly members?: readonly { readonly value: string }[] | undefined };

const { eq, co, element } = filter(UserType);

async function namesIn(groups: ResourceClient<typeof Group>, id: string): Promise<readonly string[]> {
  const { members = [] } = (await groups.get(id)) as Members;
  return members.map(({ value }) => value).sort();
}

/** Of a group of so many, half leave, and as many join; and it gets a new name. */
const changesGroup =
  (size: number) =>
  async ({ groups, users, seed }: Server): Promise<void> => {
    const { ids, group } = await seed(size, size / 2);
    const desired = ids.slice(size / 4, (size / 4) * 3).map((value) => ({ value }));
    await groups.update(group, { displayName: "Crew", members: desired });
    expect(await namesIn(groups, group)).toEqual(desired.map(({ value }) => value).sort());
    expect((await groups.get(group))?.displayName).toBe("Crew");
    await users.update(ids[0] as string, (user) => ({ ...user, title: "Dr." }));
    expect((await users.get(ids[0] as string))?.title).toBe("Dr.");
  };

const createsWithoutEmail = async ({ users }: Server): Promise<void> => void (await users.create({ userName: "ada" }));

/** A server, what is done with it, and whether the client says that it cannot be done ahead of asking. */
const CASES: readonly {
  readonly profile: ServerProfile;
  readonly refuses: () => Refuses;
  readonly translates?: Translates;
  readonly works?: (server: Server) => Promise<unknown>;
  readonly isTold?: (server: Server) => Promise<unknown>;
}[] = [
  {
    profile: scimkit.awsIdentityCenter,
    refuses: () => refusals.refusedByAws,
    async works({ groups, users, seed }) {
      const { ids, group } = await seed(250, 0);
      await groups.changeMembers(group, { add: ids });
      expect(await namesIn(groups, group)).toEqual([...ids].sort());
      await groups.changeMembers(group, { remove: ids });
      expect(await namesIn(groups, group)).toEqual([]);
      expect((await users.first(eq("userName", "user7")))?.id).toBe(ids[7]);
    },
    isTold: ({ users }) => users.first(co("userName", "a")),
  },
  {
    profile: scimkit.googleCloudIdentity,
    refuses: () => refusals.refusedByGoogle,
    async works(server) {
      await changesGroup(12)(server);
      const names: string[] = [];
      for await (const user of server.users.list()) names.push(user.userName);
      expect(names).toHaveLength(12);
    },
  },
  {
    profile: scimkit.databricks,
    refuses: () => refusals.refusedByDatabricks,
    translates: ({ value, ...operation }) =>
      Array.isArray(value) && !operation.path?.startsWith("members")
        ? { ...operation, value: value[0].value }
        : { ...operation, ...(value === undefined ? {} : { value }) },
    works: changesGroup(8),
    isTold: ({ users }) =>
      users.first(or(...Array.from({ length: 150 }, (_, index) => eq("userName", `user${index}`)))),
  },
  {
    profile: scimkit.snowflake,
    refuses: () => refusals.misreadBySnowflake,
    async isTold({ users, seed }) {
      const { ids } = await seed(3);
      expect((await users.first(eq("userName", "user1")))?.id).toBe(ids[1]);
      await users.list().next();
    },
  },
  {
    profile: scimkit.slack,
    refuses: () => refusals.refusedByRate(180, 60, ({ method, path }) => method !== "GET" && path.startsWith("/Users")),
    async works({ users }) {
      for (let index = 0; index < 200; index++) await users.create({ userName: `u${index}` });
    },
  },
  { profile: scimkit.githubManagedUsers, refuses: () => refusals.refusedByGithub, works: changesGroup(8) },
  {
    profile: scimkit.miro,
    refuses: refusals.refusedByMiro,
    async works({ groups, seed }) {
      const { ids, group } = await seed(40, 0);
      for (let round = 0; round < 4; round++) {
        await groups.changeMembers(group, { add: ids });
        await groups.changeMembers(group, { remove: ids });
      }
      expect(await namesIn(groups, group)).toEqual([]);
    },
  },
  {
    profile: scimkit.salesforce,
    refuses: () => refusals.refusedBySalesforce,
    translates: ({ op, path, value }) =>
      path === "members"
        ? { op, path, value: membersOf(value) }
        : { op, ...(path === undefined ? {} : { path }), value },
    works: changesGroup(8),
  },
  { profile: scimkit.wso2, refuses: () => refusals.refusedByWso2, works: changesGroup(8) },
  { profile: scimkit.workos, refuses: () => refusals.wantsEmails, isTold: createsWithoutEmail },
  {
    profile: scimkit.zitadel,
    refuses: () => refusals.refusedByZitadel,
    async works({ client }) {
      const data = (index: number) => ({ schemas: [UserType.schema.id], userName: `u${index}` });
      const operations = Array.from(
        { length: 230 },
        (_, index) => ({ method: "POST", path: "/Users", data: data(index) }) as const,
      );
      expect((await client.bulk(operations)).map(({ status }) => status)).toEqual(operations.map(() => 201));
    },
    isTold: ({ users }) => users.first(eq("userName", "a".repeat(1000))),
  },
  {
    profile: scimkit.atlassian,
    refuses: () => refusals.refusedByAtlassian,
    isTold: async ({ groups, seed }) => groups.update((await seed(1)).group, { displayName: "Crew" }),
  },
  {
    profile: scimkit.gitlab,
    refuses: () => refusals.refusedByGitlab,
    isTold: ({ users }) => users.first(element("emails", (email) => email.eq("type", "work"))),
  },
  {
    profile: scimkit.ibmVerify,
    refuses: () => refusals.refusedByIbm,
    async works({ groups, sent, seed }) {
      const { ids, group } = await seed(2, 0);
      // Ids of users who are not there are refused by the server behind, and so only told of.
      await groups
        .changeMembers(group, { remove: Array.from({ length: 5001 }, (_, index) => `${ids[0]}-${index}`) })
        .catch(() => undefined);
      expect(sent.filter(({ method }) => method === "PATCH").length).toBeGreaterThan(0);
    },
  },
  { profile: scimkit.hcpTerraform, refuses: () => refusals.refusedByTerraform, works: changesGroup(480) },
  {
    profile: scimkit.peakon,
    refuses: () => refusals.refusedByPeakon,
    async works({ client }) {
      const data = { schemas: [UserType.schema.id], userName: "ada" };
      expect(await client.bulk([{ method: "POST", path: "/Users", data }])).toMatchObject([{ status: 201 }]);
    },
  },
  {
    profile: scimkit.eptura,
    refuses: () => refusals.refusedByEptura,
    async works({ groups, seed }) {
      const { group } = await seed(1, 0);
      const remove = Array.from({ length: 30_000 }, (_, index) => `${"x".repeat(60)}${index}`);
      await groups.changeMembers(group, { remove }).catch(() => undefined);
    },
  },
];

for (const { profile, refuses, translates, works, isTold } of CASES) {
  if (works !== undefined)
    test(`${profile.name} refuses nothing of a client that knows it, and something of one that does not`, async () => {
      const known = imitation(refuses(), profile, translates);
      await works(known);
      expect(known.refusals).toEqual([]);
      const unknown = imitation(refuses(), undefined, translates);
      await works(unknown).catch(() => undefined);
      expect(unknown.refusals).not.toEqual([]);
    });
  if (isTold !== undefined)
    test(`what ${profile.name} would refuse or misread is told by a client that knows it, and sent by one that does not`, async () => {
      const known = imitation(refuses(), profile, translates);
      await expect(isTold(known)).rejects.toThrow(profile.name);
      expect(known.refusals).toEqual([]);
      const unknown = imitation(refuses(), undefined, translates);
      await isTold(unknown).catch(() => undefined);
      expect(unknown.refusals).not.toEqual([]);
    });
}

test("every profile is tried, has sources and a date, and says something", () => {
  const profiles = Object.values(scimkit).filter((one): one is ServerProfile => "asOf" in Object(one));
  expect(CASES.map(({ profile }) => profile.name).sort()).toEqual(profiles.map(({ name }) => name).sort());
  for (const { sources, asOf } of profiles) {
    expect(sources.every((source) => URL.canParse(source)) && sources.length > 0).toBe(true);
    expect(asOf).toMatch(/^20\d\d-\d\d$/);
  }
});
