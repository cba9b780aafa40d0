import { describe, expectTypeOf, test } from "vitest";
import {
  type CompiledResourceType,
  compileResourceType,
  defineResourceType,
  defineSchema,
  EnterpriseUserSchema,
  Group,
  type Resource,
  type ResourceInput,
  type SchemaDefinition,
  schemaFromJson,
  User,
  type UserSchema,
} from "../../src/index.ts";

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

describe("Resource<typeof User>", () => {
  type UserResource = Resource<typeof User>;

  test("has the common attributes", () => {
    expectTypeOf<UserResource["id"]>().toEqualTypeOf<string>();
    expectTypeOf<UserResource["externalId"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<UserResource["schemas"]>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<UserResource["meta"]["created"]>().toEqualTypeOf<string>();
    expectTypeOf<UserResource["meta"]["version"]>().toEqualTypeOf<string | undefined>();
  });

  test("has required attributes as required keys, all others as optional ones", () => {
    expectTypeOf<UserResource["userName"]>().toEqualTypeOf<string>();
    expectTypeOf<RequiredKeys<UserResource>>().toEqualTypeOf<"schemas" | "id" | "meta" | "userName">();
    expectTypeOf<UserResource["active"]>().toEqualTypeOf<boolean | undefined>();
    expectTypeOf<UserResource["displayName"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<UserResource["profileUrl"]>().toEqualTypeOf<string | undefined>();
  });

  test("has complex and multi-valued attributes", () => {
    type Email = NonNullable<UserResource["emails"]>[number];
    expectTypeOf<Email["value"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Email["primary"]>().toEqualTypeOf<boolean | undefined>();
    expectTypeOf<UserResource["emails"]>().toEqualTypeOf<readonly Email[] | undefined>();
    expectTypeOf<NonNullable<UserResource["name"]>["givenName"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<NonNullable<UserResource["groups"]>[number]["$ref"]>().toEqualTypeOf<string | undefined>();
  });

  test("has nothing that is written only, and nothing that the schema does not have", () => {
    expectTypeOf<UserResource>().not.toHaveProperty("password");
    expectTypeOf<UserResource>().not.toHaveProperty("nickname");
    expectTypeOf<UserResource>().not.toHaveProperty(enterprise);
    // @ts-expect-error: there is no such attribute
    (user: UserResource) => user.mail;
    // @ts-expect-error: never returned
    (user: UserResource) => user.password;
    // @ts-expect-error: there is no such sub-attribute
    (user: UserResource) => user.name?.first;
    // @ts-expect-error: a resource is read-only data
    (user: UserResource) => (user.userName = "ada");
    // @ts-expect-error: userName is required
    const _: UserResource = { schemas: [], id: "1", meta: { resourceType: "User", created: "", lastModified: "" } };
  });

  test("is the same from the schema alone", () => {
    expectTypeOf<Resource<typeof UserSchema>>().toEqualTypeOf<UserResource>();
  });

  test("is nowhere any", () => {
    expectTypeOf<UserResource>().not.toBeAny();
    expectTypeOf<AnyPaths<UserResource>>().toEqualTypeOf<never>();
    expectTypeOf<AnyPaths<Resource<typeof Group>>>().toEqualTypeOf<never>();
    expectTypeOf<AnyPaths<ResourceInput<typeof User>>>().toEqualTypeOf<never>();
    expectTypeOf<AnyPaths<{ readonly x: readonly { y: ReturnType<typeof JSON.parse> }[] }>>().toEqualTypeOf<"x.y">();
  });
});

describe("Resource<typeof Group>", () => {
  test("has typed members", () => {
    type GroupResource = Resource<typeof Group>;
    expectTypeOf<RequiredKeys<GroupResource>>().toEqualTypeOf<"schemas" | "id" | "meta" | "displayName">();
    expectTypeOf<NonNullable<GroupResource["members"]>[number]["value"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<NonNullable<GroupResource["members"]>[number]["type"]>().toEqualTypeOf<string | undefined>();
  });
});

describe("ResourceInput<typeof User>", () => {
  type UserInput = ResourceInput<typeof User>;

  test("takes what a client may send: a password, but no id, meta or groups", () => {
    expectTypeOf<UserInput["password"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<RequiredKeys<UserInput>>().toEqualTypeOf<"userName">();
    expectTypeOf<UserInput>().not.toHaveProperty("id");
    expectTypeOf<UserInput>().not.toHaveProperty("meta");
    expectTypeOf<UserInput>().not.toHaveProperty("groups");
    expectTypeOf<UserInput["externalId"]>().toEqualTypeOf<string | undefined>();
  });

  test("checks a literal", () => {
    expectTypeOf({
      userName: "ada",
      password: "secret",
      active: true,
      emails: [{ value: "ada@example.com", primary: true }],
    }).toExtend<UserInput>();
    // @ts-expect-error: userName is required
    const _missing: UserInput = { active: true };
    // @ts-expect-error: active is a boolean
    const _wrong: UserInput = { userName: "ada", active: "true" };
    // @ts-expect-error: groups is read-only
    const _readOnly: UserInput = { userName: "ada", groups: [] };
    // @ts-expect-error: emails is an array
    const _single: UserInput = { userName: "ada", emails: { value: "ada@example.com" } };
    // @ts-expect-error: there is no such sub-attribute
    const _sub: UserInput = { userName: "ada", name: { givenNames: "Ada" } };
  });

  test("leaves read-only sub-attributes out", () => {
    const Employee = User.extend(EnterpriseUserSchema);
    type Manager = NonNullable<NonNullable<ResourceInput<typeof Employee>[typeof enterprise]>["manager"]>;
    expectTypeOf<keyof Manager>().toEqualTypeOf<"value" | "$ref">();
  });
});

describe("extensions", () => {
  const Employee = User.extend(EnterpriseUserSchema);
  type EmployeeResource = Resource<typeof Employee>;

  test("stand under their URN, optional unless required", () => {
    type Container = EmployeeResource[typeof enterprise];
    expectTypeOf<Container>().not.toBeAny();
    expectTypeOf<NonNullable<Container>["employeeNumber"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<NonNullable<NonNullable<Container>["manager"]>["displayName"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<RequiredKeys<EmployeeResource>>().toEqualTypeOf<"schemas" | "id" | "meta" | "userName">();
    expectTypeOf<EmployeeResource["userName"]>().toEqualTypeOf<string>();
    // @ts-expect-error: there is no such attribute in the extension
    (user: EmployeeResource) => user[enterprise]?.salary;
  });

  test("that are required are required keys, in and out", () => {
    const Required = User.extend(EnterpriseUserSchema, { required: true });
    expectTypeOf<RequiredKeys<Resource<typeof Required>>>().toEqualTypeOf<
      "schemas" | "id" | "meta" | "userName" | typeof enterprise
    >();
    expectTypeOf<RequiredKeys<ResourceInput<typeof Required>>>().toEqualTypeOf<"userName" | typeof enterprise>();
    // @ts-expect-error: the extension is required
    const _: ResourceInput<typeof Required> = { userName: "ada" };
  });

  test("add up", () => {
    const Badge = defineSchema({
      id: "urn:example:Badge",
      name: "Badge",
      attributes: { number: { type: "integer", required: true } },
    });
    const Both = User.extend(EnterpriseUserSchema).extend(Badge, { required: true });
    expectTypeOf<Resource<typeof Both>["urn:example:Badge"]["number"]>().toEqualTypeOf<number>();
    expectTypeOf<RequiredKeys<Resource<typeof Both>>>().toEqualTypeOf<
      "schemas" | "id" | "meta" | "userName" | "urn:example:Badge"
    >();
    expectTypeOf<NonNullable<Resource<typeof Both>[typeof enterprise]>["department"]>().toEqualTypeOf<
      string | undefined
    >();
    const Listed = defineResourceType({
      name: "User",
      schema: User.schema,
      extensions: [{ schema: Badge, required: true }],
    });
    expectTypeOf<Resource<typeof Listed>["urn:example:Badge"]["number"]>().toEqualTypeOf<number>();
  });
});

describe("a schema of one's own", () => {
  const Device = defineSchema({
    id: "urn:example:Device",
    name: "Device",
    attributes: {
      serialNumber: { required: true, uniqueness: "server", caseExact: true },
      weight: { type: "decimal", required: true },
      ports: { type: "integer" },
      isRack: { type: "boolean", required: true },
      boughtAt: { type: "dateTime" },
      firmware: { type: "binary" },
      manual: { type: "reference", referenceTypes: ["external"] },
      tags: { multiValued: true, required: true },
      sizes: { type: "decimal", multiValued: true },
      pin: { mutability: "writeOnly", required: true },
      hidden: { returned: "never" },
      checksum: { mutability: "readOnly", required: true },
      owner: {
        type: "complex",
        required: true,
        subAttributes: { value: { required: true }, $ref: { type: "reference", referenceTypes: ["User"] } },
      },
      locks: {
        type: "complex",
        multiValued: true,
        subAttributes: {
          code: { returned: "never" },
          codes: { type: "integer", multiValued: true },
          open: { type: "boolean", required: true },
        },
      },
    },
  });
  type DeviceResource = Resource<typeof Device>;
  type DeviceInput = ResourceInput<typeof Device>;

  test("has the type of every attribute", () => {
    expectTypeOf<Omit<DeviceResource, "schemas" | "id" | "externalId" | "meta">>().toEqualTypeOf<{
      readonly serialNumber: string;
      readonly weight: number;
      readonly ports?: number | undefined;
      readonly isRack: boolean;
      readonly boughtAt?: string | undefined;
      readonly firmware?: string | undefined;
      readonly manual?: string | undefined;
      readonly tags: readonly string[];
      readonly sizes?: readonly number[] | undefined;
      readonly checksum: string;
      readonly owner: { readonly value: string; readonly $ref?: string | undefined };
      readonly locks?:
        | readonly { readonly open: boolean; readonly codes?: readonly number[] | undefined }[]
        | undefined;
    }>();
  });

  test("takes what is written only and not what is read-only", () => {
    expectTypeOf<RequiredKeys<DeviceInput>>().toEqualTypeOf<
      "serialNumber" | "weight" | "isRack" | "tags" | "pin" | "owner"
    >();
    expectTypeOf<DeviceInput["hidden"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<NonNullable<DeviceInput["locks"]>[number]["code"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<DeviceInput>().not.toHaveProperty("checksum");
  });

  test("is not widened by its resource type, and can be compiled", () => {
    const DeviceType = defineResourceType({ name: "Device", schema: Device });
    expectTypeOf<Resource<typeof DeviceType>>().toEqualTypeOf<DeviceResource>();
    expectTypeOf(compileResourceType(DeviceType)).toEqualTypeOf<CompiledResourceType>();
    expectTypeOf(compileResourceType(User.extend(EnterpriseUserSchema))).toEqualTypeOf<CompiledResourceType>();
  });

  test("is refused where the literal is wrong", () => {
    // @ts-expect-error: no such type
    () => defineSchema({ id: "urn:example:X", name: "X", attributes: { x: { type: "map" } } });
    // @ts-expect-error: keywords are spelled exactly
    () => defineSchema({ id: "urn:example:X", name: "X", attributes: { x: { mutability: "readonly" } } });
    // @ts-expect-error: required is a boolean
    () => defineSchema({ id: "urn:example:X", name: "X", attributes: { x: { required: "yes" } } });
    // @ts-expect-error: a schema has a name
    () => defineSchema({ id: "urn:example:X", attributes: {} });
  });
});

describe("a schema that is known at run time only", () => {
  const schema = schemaFromJson({ id: "urn:example:Badge", name: "Badge", attributes: [] });
  const Badge = defineResourceType({ name: "Badge", schema });

  test("is open: every attribute is unknown, the common ones keep their types", () => {
    expectTypeOf(schema).toEqualTypeOf<SchemaDefinition>();
    expectTypeOf<Resource<typeof Badge>["anything"]>().toEqualTypeOf<unknown>();
    expectTypeOf<Resource<typeof schema>["anything"]>().toEqualTypeOf<unknown>();
    expectTypeOf<Resource<typeof Badge>["id"]>().toEqualTypeOf<string>();
    expectTypeOf<Resource<typeof Badge>["meta"]["created"]>().toEqualTypeOf<string>();
    expectTypeOf<ResourceInput<typeof Badge>["anything"]>().toEqualTypeOf<unknown>();
    expectTypeOf<Resource<typeof Badge>>().not.toBeAny();
  });

  test("does not open the resource that it extends", () => {
    const Extended = User.extend(schema);
    expectTypeOf<Resource<typeof Extended>["userName"]>().toEqualTypeOf<string>();
    expectTypeOf<Resource<typeof Extended>["active"]>().toEqualTypeOf<boolean | undefined>();
    expectTypeOf<Resource<typeof Extended>["id"]>().toEqualTypeOf<string>();
  });
});

describe("what a definition is told by its methods", () => {
  test("names attributes of the base schema, and keeps the type of the resource", () => {
    const Linked = Group.refer("members", ["User", "Group", "Device"]).unique("displayName");
    expectTypeOf<Resource<typeof Linked>>().toEqualTypeOf<Resource<typeof Group>>();
    expectTypeOf<(typeof Linked)["name"]>().toEqualTypeOf<"Group">();
    // @ts-expect-error there is no such attribute
    Group.refer("membres", ["User"]);
  });

  test("takes operations by their names alone", () => {
    const ReadOnly = defineResourceType({ ...User, operations: ["read", "query"] });
    expectTypeOf<Resource<typeof ReadOnly>["userName"]>().toEqualTypeOf<string>();
    // @ts-expect-error there is no such operation
    defineResourceType({ ...User, operations: ["raed"] });
  });
});

type RequiredKeys<T> = { [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? never : K }[keyof T];

/** The dotted paths below which a type is any. */
type AnyPaths<T, Prefix extends string = ""> = 0 extends 1 & T
  ? Prefix
  : T extends readonly (infer Element)[]
    ? AnyPaths<Element, Prefix>
    : T extends object
      ? { [K in keyof T & string]-?: AnyPaths<T[K], Prefix extends "" ? K : `${Prefix}.${K}`> }[keyof T & string]
      : never;
