import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ran } from "./terminal.ts";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ada = { schemas: [USER], id: "42", userName: "ada", active: true, meta: { version: 'W/"7"' } };
const disable = [{ op: "Replace", path: "active", value: "False" }];

describe("scimkit patch", () => {
  let folder = "";
  const file = (name: string, content: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "scimkit-patch-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("shows the resource, what changed, the rules that helped, and what strict says [Q18]", async () => {
    const { status, out } = await ran(["patch", file("ada.json", ada), file("disable.json", disable)]);
    expect(status).toBe(0);
    expect(out).toMatch(/^Under lenient: 200\n {2}\{\n[\s\S]*"active": false/);
    expect(out).toContain('What changed\n  {"op":"replace","path":"/active","value":false}\n\n');
    expect(out).toContain("Rules that read what no RFC has\n  boolean-strings at active\n");
    expect(out).toMatch(/^Under strict: 400\n[\s\S]*active must be true or false, not a string/m);
  });

  test("reads the resource from standard input, takes a whole message, and exits with 1 where the PATCH is refused", async () => {
    const message = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [{ op: "remove" }] };
    const { status, out } = await ran(["patch", "-", file("remove.json", message), "--json"], {
      input: JSON.stringify(ada),
    });
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject([
      { profile: "lenient", status: 400, changes: [], body: { scimType: "noTarget" } },
      { profile: "strict", status: 400 },
    ]);
  });

  test("counts members that come and go, and asks for none of them", async () => {
    const group = { schemas: [GROUP], id: "g", displayName: "Sales", members: [{ value: "1" }, { value: "2" }] };
    const operations = [
      { op: "add", path: "members", value: [{ value: "3" }] },
      { op: "remove", path: 'members[value eq "1"]' },
    ];
    const { out } = await ran(["patch", file("group.json", group), file("members.json", operations), "--json"]);
    const [lenient] = JSON.parse(out);
    expect(lenient).toMatchObject({ status: 200, members: [{ attribute: "members", added: 1, removed: 1 }] });
    expect(lenient.body.members.map(({ value }: { value: string }) => value)).toEqual(["2", "3"]);
  });

  test.each([
    [["patch", "one.json"], /it takes two files/],
    [["patch", "no-such-file.json", "b.json"], /no-such-file\.json cannot be read \(ENOENT\)/],
  ])("%j is answered by what to type", async (words, message) => {
    const { status, error } = await ran(words);
    expect(status).toBe(2);
    expect(error).toMatch(message);
  });

  test("a file that is no JSON, a profile that there is none of, and a resource that is neither are said in one line", async () => {
    const good = file("good.json", ada);
    const bad = file("bad.json", "{");
    expect((await ran(["patch", good, bad])).error).toMatch(/bad\.json is no JSON: .*\n$/);
    expect((await ran(["patch", good, good, "--profile", "entrance"])).error).toContain('no profile "entrance"');
    const device = file("device.json", { schemas: ["urn:example:Device"], id: "1" });
    expect((await ran(["patch", device, good])).error).toContain("whether it is a User or a Group");
  });
});
