import { describe, expect, test } from "vitest";
import { type Directory, directory, ENTERPRISE, GROUP, USER } from "../support/directory.ts";

const USERS = [
  {
    userName: "d",
    displayName: "B",
    name: { familyName: "Zed" },
    emails: [{ value: "z@x" }, { value: "a@x", primary: true }],
  },
  { userName: "a", displayName: "a", active: true, emails: [{ value: "c@x" }, { value: "0@x" }] },
  { userName: "C", active: false, [ENTERPRISE]: { department: "q", manager: { value: "m2" } } },
  { userName: "b", displayName: "c", name: { familyName: "abe" }, [ENTERPRISE]: { manager: { value: "m1" } } },
];

async function filled(given: Parameters<typeof directory>[0] = {}): Promise<Directory> {
  const service = directory({ settings: { references: "ignore" }, ...given });
  for (const user of USERS) {
    const schemas = [USER, ...(ENTERPRISE in user ? [ENTERPRISE] : [])];
    expect((await service.ask("POST", "/Users", { schemas, ...user })).status).toBe(201);
  }
  return service;
}

const sorted = async ({ ask }: Directory, sortBy: string, order = "ascending"): Promise<string[]> =>
  (await ask("GET", `/Users?sortBy=${encodeURIComponent(sortBy)}&sortOrder=${order}`)).json.Resources.map(
    ({ userName }: { userName: string }) => userName,
  );

describe("sortBy", () => {
  test.each([
    ["userName", ["a", "b", "C", "d"]],
    ["USERNAME", ["a", "b", "C", "d"]],
    ["emails", ["d", "a"]],
    ["emails.value", ["d", "a"]],
    ["name.familyName", ["b", "d"]],
    [`${ENTERPRISE}:department`, ["C"]],
    [`${ENTERPRISE}:manager`, ["b", "C"]],
    ["active", ["C"]],
    ["displayName", ["a", "d", "b"]],
  ])("%s sorts by its key, of several values the primary one or the first, and what has none comes last [R-23]", async (sortBy, first) => {
    const service = await filled();
    const ascending = await sorted(service, sortBy);
    expect(ascending.slice(0, first.length)).toEqual(first);
    const descending = await sorted(service, sortBy, "DESCENDING");
    expect(descending.slice(4 - first.length)).toEqual([...first].reverse());
    // Those without a value are in the order of their ids, either way round.
    expect(descending.slice(0, 4 - first.length)).toEqual(ascending.slice(first.length));
  });

  test.each([
    "nosuch",
    "name",
    "password",
    "name.nosuch",
    "urn:example:unknown:userName",
  ])("%s is refused, where the endpoint has one type [R-23 R-35 R-36]", async (sortBy) => {
    const answer = await (await filled()).ask("GET", `/Users?sortBy=${sortBy}`);
    expect(answer.json).toMatchObject({ status: "400", scimType: "invalidValue" });
    expect(answer.json.detail).toContain("sortBy");
  });

  test("is passed over where it is empty, and the order must be one [R-23]", async () => {
    const { ask } = await filled();
    expect((await ask("GET", "/Users?sortBy=")).status).toBe(200);
    expect((await ask("GET", "/Users?sortBy=userName&sortOrder=up")).json.scimType).toBe("invalidValue");
  });

  test("of groups by their members sorts by the first one", async () => {
    const { ask } = await filled();
    for (const [displayName, value] of [
      ["x", "2"],
      ["y", "1"],
    ])
      await ask("POST", "/Groups", { schemas: [GROUP], displayName, members: [{ value }] });
    const names = (await ask("GET", "/Groups?sortBy=members")).json.Resources;
    expect(names.map(({ displayName }: { displayName: string }) => displayName)).toEqual(["y", "x"]);
  });
});
