import { describe, expectTypeOf, test } from "vitest";
import { createClient, filter } from "../../src/client/index.ts";
import type { Filter } from "../../src/filter/index.ts";
import { EnterpriseUserSchema, Group, type ResourceTypeDefinition, User } from "../../src/index.ts";

const Employee = User.extend(EnterpriseUserSchema);
const { eq, ne, co, gt, pr, element } = filter(Employee);

describe("filter(type)", () => {
  test("knows the paths of the type, of its extensions and the common ones", () => {
    expectTypeOf(eq("userName", "ada")).toEqualTypeOf<Filter>();
    eq("emails.value", "ada@example.com");
    eq("name.familyName", null);
    eq("active", true);
    gt("meta.lastModified", "2026-01-01T00:00:00Z");
    co("emails", "@example.com");
    pr("name");
    eq("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "R&D");
    eq("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value", "7");
    filter(Group).eq("members.value", "7");
    filter(Group).ne("displayName", "Team");
  });

  test("refuses a misspelt path, and a value of another type", () => {
    // @ts-expect-error -- it is userName
    eq("username", "ada");
    // @ts-expect-error -- emails have no address
    eq("emails.address", "ada");
    // @ts-expect-error -- active is a boolean
    eq("active", "true");
    // @ts-expect-error -- a text
    ne("userName", 7);
    // @ts-expect-error -- a boolean contains nothing
    co("active", "t");
    // @ts-expect-error -- no order among booleans
    gt("active", true);
    // @ts-expect-error -- the department is the extension's
    eq("department", "R&D");
    // @ts-expect-error -- a name has no value to stand for it
    eq("name", "Ada");
    // @ts-expect-error -- groups have no userName
    filter(Group).pr("userName");
  });

  test("asks for an element by the paths inside of it", () => {
    element("emails", (email) => email.eq("type", "work"));
    element("addresses", (address) => address.pr("country"));
    // @ts-expect-error -- an e-mail address has no country
    element("emails", (email) => email.eq("country", "IT"));
    // @ts-expect-error -- a name is one
    element("name", (name) => name.pr("familyName"));
  });

  test("takes any path of a type that is known when it runs", () => {
    const some: ResourceTypeDefinition = User;
    filter(some).eq("whatever", 7);
  });
});

describe("update", () => {
  const users = createClient({ baseUrl: "https://example.com", resourceTypes: [Employee] }).resource(Employee);

  test("takes some of a resource, null for none, and what a function makes of what is there", () => {
    expectTypeOf(users.update).toBeFunction();
    void users.update("1", { title: "Dr.", name: { familyName: null }, emails: [] });
    void users.update("1", (user) => ({ ...user, active: false }));
    void users.update("1", ({ active }) => (active === true ? { title: null } : undefined));
    // @ts-expect-error -- it is userName
    void users.update("1", { username: "ada" });
    // @ts-expect-error -- active is a boolean
    void users.update("1", { active: "false" });
  });
});
