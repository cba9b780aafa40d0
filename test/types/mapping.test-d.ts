import { expectTypeOf, test } from "vitest";
import {
  defineResourceType,
  defineSchema,
  EnterpriseUserSchema,
  Group,
  type Resource,
  type ResourceTypeDefinition,
  schemaFromJson,
  User,
} from "../../src/index.ts";
import { type MappedTable, mapTable } from "../../src/storage/sql/index.ts";

const table = { table: "t", id: "id", version: "version", created: "created_at", lastModified: "updated_at" };
const URN = EnterpriseUserSchema.id;
const DEPARTMENT = `${URN}:department` as const;
const work = { value: "email" };
const json = (column: string) => ({
  column,
  read: (value: unknown) => JSON.parse(String(value)),
  write: (value: unknown) => JSON.stringify(value),
});

test("paths of a mapping are those of the resource type", () => {
  expectTypeOf(
    mapTable(User, { ...table, columns: { userName: "a", "name.givenName": "b", externalId: "c", password: "d" } }),
  ).toEqualTypeOf<MappedTable>();
  // @ts-expect-error no attribute
  mapTable(User, { ...table, columns: { usrName: "email" } });
  // @ts-expect-error no part of the name
  mapTable(User, { ...table, columns: { "name.first": "first" } });
  // @ts-expect-error one of several elements
  mapTable(User, { ...table, columns: { "emails.value": "email" } });
  // @ts-expect-error computed
  mapTable(User, { ...table, columns: { groups: json("groups") } });
  // @ts-expect-error the server's own
  mapTable(User, { ...table, columns: { id: "other" } });
  // @ts-expect-error a list is no single value
  mapTable(User, { ...table, columns: { emails: "emails" } });
  // @ts-expect-error nor is an object
  mapTable(User, { ...table, columns: { name: { column: "name", read: () => ({ formatted: "Ada" }) } } });
  mapTable(User, { ...table, columns: { emails: json("emails"), name: json("name") }, rest: "rest" });
  mapTable(User, { ...table, columns: {}, constraints: { phones: "phoneNumbers", mails: "emails.value" } });
  // @ts-expect-error no attribute
  mapTable(User, { ...table, columns: {}, constraints: { phones: "phones" } });
  // @ts-expect-error a column's name, and no list
  mapTable(User, { ...table, columns: {}, rest: ["rest"] });
  // @ts-expect-error no option
  mapTable(User, { ...table, columns: {}, element: {} });
});

test("paths of an extension stand behind its URN, or alone", () => {
  const Employee = User.extend(EnterpriseUserSchema);
  mapTable(Employee, {
    ...table,
    columns: { [DEPARTMENT]: "department", [`${URN}:manager.value` as const]: "manager_id" },
  });
  mapTable(Employee, { ...table, columns: { [`${URN}:costCenter` as const]: "cost_center" } });
  // @ts-expect-error no attribute of the extension
  mapTable(Employee, { ...table, columns: { [`${URN}:costCentre` as const]: "cost_center" } });
  mapTable(Employee, { ...table, columns: { department: "department", "manager.value": "manager_id" } });
  // @ts-expect-error no attribute of the extension
  mapTable(Employee, { ...table, columns: { costCentre: "cost_center" } });
  // @ts-expect-error an extension that users do not have
  mapTable(User, { ...table, columns: { department: "department" } });
  // @ts-expect-error an extension that users do not have
  mapTable(User, { ...table, columns: { [`${URN}:department` as const]: "department" } });
});

test("elements and collections are lists, by what these have", () => {
  mapTable(User, {
    ...table,
    columns: {},
    elements: { emails: [{ columns: { value: "email" }, fixed: { type: "work" }, assumed: { primary: true } }] },
  });
  // @ts-expect-error no list
  mapTable(User, { ...table, columns: {}, elements: { name: [{ columns: { givenName: "first" } }] } });
  // @ts-expect-error no part of an address
  mapTable(User, { ...table, columns: {}, elements: { emails: [{ columns: { ...work, kind: "kind" } }] } });
  // @ts-expect-error primary is a boolean
  mapTable(User, { ...table, columns: {}, elements: { emails: [{ columns: work, fixed: { primary: "x" } }] } });
  const members = { table: "memberships", holder: "team_id", value: "user_id" };
  mapTable(Group, {
    ...table,
    columns: { displayName: "name" },
    collections: { members: { ...members, resourceType: "User", columns: { display: "label" } } },
  });
  mapTable(Group, {
    ...table,
    columns: { displayName: "name" },
    collections: { members: [{ ...members, resourceType: "Group", forgotten: ["display"] }] },
  });
  // @ts-expect-error members are users and groups
  mapTable(Group, { ...table, columns: {}, collections: { members: { ...members, resourceType: "Device" } } });
  const toUsers = { ...members, resourceType: "User" } as const;
  // @ts-expect-error no part of a member
  mapTable(Group, { ...table, columns: {}, collections: { members: { ...toUsers, forgotten: ["since"] } } });
  // @ts-expect-error groups have one list, which is a collection
  mapTable(Group, { ...table, columns: {}, elements: { owners: [{ columns: { value: "owner" } }] } });
  // @ts-expect-error e-mail addresses refer to nothing
  mapTable(User, { ...table, columns: {}, collections: { emails: { ...members, resourceType: "User" } } });
});

test("converters read and write the attribute's own type", () => {
  const Device = defineResourceType({
    name: "Device",
    schema: defineSchema({
      id: "urn:example:Device",
      name: "Device",
      attributes: {
        weight: { type: "decimal" },
        tags: { multiValued: true },
        seen: { type: "dateTime" },
        owner: { type: "complex", subAttributes: { name: { required: true }, pin: { mutability: "readOnly" } } },
      },
    }),
  });
  mapTable(Device, {
    ...table,
    columns: {
      weight: {
        column: "grams",
        read: (grams) => Number(grams) / 1000,
        write: (weight) => {
          expectTypeOf(weight).toEqualTypeOf<number | undefined>();
          return weight === undefined ? null : weight * 1000;
        },
      },
      tags: {
        column: "tags",
        read: (text) => String(text).split(" "),
        write: (tags) => {
          expectTypeOf(tags).toEqualTypeOf<readonly string[] | undefined>();
          return tags?.join(" ");
        },
      },
      owner: {
        column: "owner",
        read: (name) => ({ name: String(name) }),
        write: (owner) => {
          expectTypeOf(owner?.name).toEqualTypeOf<string | undefined>();
          expectTypeOf(owner?.pin).toEqualTypeOf<string | undefined>();
          return owner?.name;
        },
      },
    },
  });
  // @ts-expect-error a weight is a number
  mapTable(Device, { ...table, columns: { weight: { column: "grams", read: (grams) => String(grams) } } });
  // @ts-expect-error write is asked for what is unassigned too
  mapTable(Device, { ...table, columns: { weight: { column: "grams", write: (weight: number) => weight * 1000 } } });
  // @ts-expect-error an owner has a name
  mapTable(Device, { ...table, columns: { owner: { column: "owner", read: () => ({}), write: () => null } } });
  expectTypeOf<Resource<typeof Device>["weight"]>().toEqualTypeOf<number | undefined>();
});

test("of a resource type whose literals the compiler does not know, any text is a path", () => {
  const known: ResourceTypeDefinition = Group;
  mapTable(known, { ...table, columns: { anything: "a", "urn:example:x:y": { column: "b", key: "c" } } });
  const read = schemaFromJson({ id: "urn:example:Read", name: "Read", attributes: [] });
  mapTable(defineResourceType({ name: "Read", schema: read }), {
    ...table,
    columns: { anything: "a" },
    elements: { things: [{ columns: { value: "v" }, fixed: { type: "x" } }] },
    collections: { others: { table: "o", holder: "h", value: "v", resourceType: "Read", forgotten: ["display"] } },
  });
  mapTable(User.extend(read), { ...table, columns: { userName: "a", "urn:example:Read:x": "b" } });
});
