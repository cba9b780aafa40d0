import { Group } from "scimkit";
import { isScimClientError } from "scimkit/client";
import { fetchHandler } from "scimkit/fetch";
import { describe, expect, test } from "vitest";
import { directory } from "../support/directory.ts";
import { type Asked, clientOf, Employee, json, refusal } from "./answers.ts";

/** A client of scimkit, with what it asked; `before` may answer instead, or do something first. */
function overScim(
  before: (asked: Asked) => Response | undefined | Promise<Response | undefined> = () => undefined,
  options = {},
) {
  const handle = fetchHandler(directory().scim);
  return clientOf(async (asked, request) => (await before(asked)) ?? handle(request), options);
}

const changes = (asked: readonly Asked[]): readonly Asked[] => asked.filter(({ method }) => /PATCH|PUT/.test(method));
const ada = {
  userName: "ada",
  title: "Dr.",
  emails: [{ type: "work", value: "ada@example.com", primary: true }],
} as const;

describe("update", () => {
  test("reads, and sends the least PATCH of the version that it has read", async () => {
    const { users, asked } = overScim();
    const { id, meta } = await users.create(ada);
    const after = await users.update(
      id,
      (user) => ({ ...user, title: null, emails: [{ type: "work", value: "ada@example.org" }] }),
      { read: true },
    );
    const [patch] = changes(asked);
    expect(patch?.body.Operations).toEqual([
      { op: "remove", path: "title" },
      { op: "replace", path: 'emails[type eq "work"].value', value: "ada@example.org" },
      { op: "remove", path: 'emails[type eq "work"].primary' },
    ]);
    expect(patch?.headers.get("if-match")).toBe(meta.version);
    expect(after).toMatchObject({ userName: "ada", emails: [{ type: "work", value: "ada@example.org" }] });
    expect(after).not.toHaveProperty("title");
  });

  test("sends nothing where nothing differs, nor where the function says so", async () => {
    const { users, asked } = overScim();
    const { id } = await users.create(ada);
    expect(await users.update(id, ada)).toMatchObject(ada);
    expect(await users.update(id, () => undefined)).toMatchObject(ada);
    expect(await users.update(id, async (user) => ({ ...user, active: undefined }))).toMatchObject(ada);
    expect(changes(asked)).toEqual([]);
  });

  test("reads and compares anew where somebody else was faster, and keeps what they have written", async () => {
    let others = 0;
    const { users, asked } = overScim(async (asked) => {
      const isOurs = asked.method === "PATCH" && asked.body.Operations[0].path !== "displayName";
      if (isOurs && others++ < 2)
        await users.patch(asked.path.slice("/Users/".length), [
          { op: "replace", path: "displayName", value: `Other ${others}` },
        ]);
      return undefined;
    });
    const { id } = await users.create(ada);
    let seen = 0;
    await users.update(id, (user) => {
      seen++;
      return { title: `${user.displayName ?? "Nobody"} was here` };
    });
    expect(seen).toBe(3);
    expect(await users.get(id)).toMatchObject({ displayName: "Other 2", title: "Other 2 was here" });
    expect(asked.filter(({ method }) => method === "GET" && asked.length > 0).length).toBeGreaterThanOrEqual(3);
  });

  test("gives up after so many attempts, with the 412", async () => {
    const { users, asked } = overScim(({ method }) => (method === "PATCH" ? refusal(412) : undefined));
    const { id } = await users.create(ada);
    const error = await users.update(id, { title: "Prof." }, { attempts: 3 }).catch((error: unknown) => error);
    expect(isScimClientError(error) && error.status).toBe(412);
    expect(changes(asked)).toHaveLength(3);
  });

  test("puts what was read and changed where the server has no PATCH, with what no schema knows", async () => {
    const capabilities = { patch: false, etag: false };
    const current = {
      schemas: [Employee.schema.id, "urn:x:1"],
      id: "1",
      userName: "ada",
      odd: 7,
      groups: [{ value: "g" }],
      meta: {},
      "urn:x:1": { a: 1 },
    };
    const { users, asked } = clientOf(
      ({ method }) => (method === "GET" ? json(current) : new Response(null, { status: 204 })),
      { capabilities },
    );
    expect(await users.update("1", { title: "Dr.", displayName: null })).toBeUndefined();
    expect(changes(asked)).toMatchObject([{ method: "PUT" }]);
    expect(changes(asked)[0]?.body).toEqual({
      schemas: [Employee.schema.id, "urn:x:1"],
      userName: "ada",
      odd: 7,
      title: "Dr.",
      "urn:x:1": { a: 1 },
    });
    await expect(
      clientOf(() => json(current), { capabilities: { patch: false, put: false } }).users.update("1", { title: "x" }),
    ).rejects.toThrow("neither PATCH nor PUT");
  });

  test("puts where PATCH was announced and turns out to be no method of the server", async () => {
    const { users, asked } = overScim(({ method }) =>
      method === "PATCH"
        ? new Response("<html>Not Found</html>", { status: 404, headers: { "content-type": "text/html" } })
        : undefined,
    );
    const { id } = await users.create(ada);
    expect(await users.update(id, { title: "Prof." }, { read: true })).toMatchObject({ ...ada, title: "Prof." });
    expect(changes(asked).map(({ method }) => method)).toEqual(["PATCH", "PUT"]);
  });

  test("of a group names who leaves and who joins, and empties nothing by a list that is not there", async () => {
    const { users, groups, asked } = overScim();
    const ids: string[] = [];
    for (const userName of ["a", "b", "c"]) ids.push((await users.create({ userName })).id);
    const [a, b, c] = ids.map((value) => ({ value }));
    const { id } = await groups.create({ displayName: "Team", members: [a, b] as { value: string }[] });
    await groups.update(id, { displayName: "Crew", members: undefined });
    expect(((await groups.get(id)) as { members?: readonly object[] })?.members).toHaveLength(2);
    await groups.update(id, { members: [b, c] as { value: string }[] });
    expect(changes(asked).at(-1)?.body.Operations).toEqual([
      { op: "remove", path: `members[value eq "${a?.value}"]` },
      { op: "add", path: "members", value: [c] },
    ]);
    await groups.changeMembers(id, {
      add: [ids[0] as string, ids[1] as string],
      remove: [ids[1] as string, ids[2] as string],
    });
    expect(
      ((await groups.get(id)) as { members?: readonly { value: string }[] })?.members?.map(({ value }) => value),
    ).toEqual([ids[0]]);
  });

  test("refuses what the profile of the server would lose", async () => {
    const server = { name: "One", oneElement: ["emails"], members: { returned: false } };
    const { users, groups } = overScim(undefined, { server });
    const emails = [{ value: "a@example.com" }, { value: "b@example.com" }];
    await expect(users.create({ userName: "ada", emails })).rejects.toThrow(
      "User: One keeps one element of emails; send the one that matters.",
    );
    const { id } = await users.create(ada);
    await expect(users.update(id, { emails })).rejects.toThrow(TypeError);
    const group = await groups.create({ displayName: "Team" });
    await expect(groups.update(group.id, { members: [] })).rejects.toThrow("changeMembers");
    const putting = overScim(undefined, { server, capabilities: { patch: false } });
    const { id: team } = await putting.groups.create({ displayName: "Team" });
    await expect(putting.groups.update(team, { displayName: "Crew" })).rejects.toThrow("would empty the group");
    expect(Group.name).toBe("Group");
  });
});
