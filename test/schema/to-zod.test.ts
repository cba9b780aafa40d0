import { EnterpriseUserSchema, User } from "scimkit";
import { toZod } from "scimkit/zod";
import { describe, expect, test } from "vitest";
import { ENTERPRISE, USER } from "../support/directory.ts";
import { EXTRAS, THING, Thing, ThingWithExtras } from "../support/thing.ts";

const issuesOf = (schema: ReturnType<typeof toZod>, value: unknown): string[] => {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")} ${message}`);
};

describe("toZod", () => {
  test("takes what a client may send, and drops what no schema has and what is readOnly", () => {
    const user = toZod(User.extend(EnterpriseUserSchema));
    const sent = {
      schemas: [USER],
      userName: "ada",
      password: "p",
      active: true,
      emails: [{ value: "a@b.c", primary: true }],
      [ENTERPRISE]: { employeeNumber: "7" },
    };
    expect(user.parse({ ...sent, shoeSize: 43, id: "x", meta: {}, groups: [{ value: "g" }] })).toEqual(sent);
    expect(user.parse({ userName: "ada" })).toEqual({ userName: "ada" });
    expect(user.parse({ userName: "ada", nickName: null })).toEqual({ userName: "ada", nickName: null });
  });

  test("tells all problems with path and expected type, in the words that the handler uses", () => {
    expect(issuesOf(toZod(User), { active: 1, emails: [{ value: 7 }], profileUrl: " ", name: "Ada" })).toEqual(
      expect.arrayContaining([
        "userName must be a string",
        "active must be true or false",
        "emails.0.value must be a string",
        "profileUrl must be a URI (RFC 3986), not blank",
      ]),
    );
    expect(issuesOf(toZod(Thing), { name: "a", integer: 1.5, box: { height: 1 }, tags: "x" }).length).toBe(3);
  });

  test("asks for extensions that are required, and for what they require", () => {
    const schema = toZod(ThingWithExtras);
    expect(issuesOf(schema, { schemas: [THING], name: "a" }).length).toBe(1);
    expect(issuesOf(schema, { name: "a", [EXTRAS]: {} })).toEqual([`${EXTRAS}.code must be a string`]);
    expect(schema.parse({ name: "a", [EXTRAS]: { code: "c" } })).toEqual({ name: "a", [EXTRAS]: { code: "c" } });
  });

  test("can be refined like any zod schema", () => {
    const strict = toZod(User).refine((user) => user.userName.includes("@"), {
      message: "must be an address",
      path: ["userName"],
    });
    expect(strict.safeParse({ userName: "ada" }).success).toBe(false);
    expect(strict.safeParse({ userName: "ada@example.com" }).success).toBe(true);
  });
});
