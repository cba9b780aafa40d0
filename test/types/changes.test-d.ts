import { describe, expectTypeOf, test } from "vitest";
import {
  type Access,
  type AdoptionCandidate,
  type ChangeEvent,
  type Context,
  createScim,
  type Decide,
  defineResourceType,
  defineSchema,
  EnterpriseUserSchema,
  Group,
  type OperationFacts,
  type OutboxEvent,
  type PendingChange,
  type Resource,
  type ResourceObject,
  type Scim,
  type ScimEvent,
  type ScimNotice,
  type ScimOptions,
  User,
} from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";

const Device = defineResourceType({
  name: "Device",
  schema: defineSchema({
    id: "urn:example:params:scim:schemas:Device",
    name: "Device",
    attributes: {
      serialNumber: { required: true },
      ports: {
        type: "complex",
        multiValued: true,
        scimkit: { collection: true },
        subAttributes: { value: { type: "integer" }, label: {} },
      },
    },
  }),
});
const Employee = User.extend(EnterpriseUserSchema);
const given = { storage: memoryStorage(), baseUrl: "https://example.com/scim/v2", authenticate: () => ({ site: 7 }) };

describe("what onChange is told", () => {
  test("narrows by resourceType to the types of createScim's resource types", () => {
    createScim({
      ...given,
      resourceTypes: [Employee, Group, Device],
      onChange: (event) => {
        expectTypeOf(event.resourceType).toEqualTypeOf<"User" | "Group" | "Device">();
        expectTypeOf(event.context).toEqualTypeOf<{ site: number }>();
        if (event.resourceType === "Device") {
          expectTypeOf(event.after).toEqualTypeOf<Resource<typeof Device> | undefined>();
          expectTypeOf(event.after?.serialNumber).toEqualTypeOf<string | undefined>();
          // @ts-expect-error: a device has no such attribute
          event.after?.userName;
        }
        if (event.resourceType === "User") {
          expectTypeOf(event.after?.emails?.[0]?.value).toEqualTypeOf<string | undefined>();
          expectTypeOf(event.before?.[EnterpriseUserSchema.id]?.department).toEqualTypeOf<string | undefined>();
          // @ts-expect-error: no event shows a secret
          event.after?.password;
        }
        // @ts-expect-error: there is no such resource type
        event.resourceType === "Users";
      },
    });
  });

  test("has the elements of collections in its deltas, and none where the type has no collection", () => {
    createScim({
      ...given,
      resourceTypes: [Employee, Group, Device],
      onChange: (event) => {
        if (event.resourceType === "User") expectTypeOf(event.deltas).toEqualTypeOf<readonly never[]>();
        if (event.resourceType === "Group") {
          for (const { attribute, joined, left } of event.deltas) {
            expectTypeOf(attribute).toEqualTypeOf<"members">();
            expectTypeOf(joined[0]?.value).toEqualTypeOf<string | undefined>();
            expectTypeOf(left).toEqualTypeOf<readonly string[]>();
          }
        }
        if (event.resourceType === "Device")
          expectTypeOf(event.deltas[0]?.left).toEqualTypeOf<readonly number[] | undefined>();
      },
    });
  });

  test("keeps its types through extend, unique and refer", () => {
    createScim({
      ...given,
      resourceTypes: [User.unique("displayName"), Group.refer("members", ["User"])],
      onChange: ({ resourceType }) => expectTypeOf(resourceType).toEqualTypeOf<"User" | "Group">(),
    });
  });

  test("is taken by a listener that names its types, that names more of them, or that takes any", () => {
    const resourceTypes = [Employee, Group] as const;
    createScim({ ...given, resourceTypes, onChange: (_: ChangeEvent<Context, typeof Employee | typeof Group>) => 1 });
    createScim({
      ...given,
      resourceTypes,
      onChange: (_: ChangeEvent<Context, typeof Employee | typeof Group | typeof Device>) => undefined,
    });
    const events: ScimEvent[] = [];
    createScim({
      ...given,
      resourceTypes,
      onChange: (event) => events.push(event),
      onNotice: (event) => events.push(event),
    });
    // @ts-expect-error: groups are told of as well
    createScim({ ...given, resourceTypes, onChange: (_: ChangeEvent<Context, typeof Employee>) => undefined });
  });

  test("is of whatever type where the types are not known", () => {
    expectTypeOf<ChangeEvent["resourceType"]>().toEqualTypeOf<string>();
    expectTypeOf<ChangeEvent["after"]>().toEqualTypeOf<ResourceObject | undefined>();
    expectTypeOf<NonNullable<ScimOptions["onChange"]>>().parameter(0).toEqualTypeOf<ChangeEvent>();
    const options: ScimOptions = { ...given, resourceTypes: [User] };
    createScim(options);
  });

  test("is no notice, and no notice is a change", () => {
    expectTypeOf<Extract<ScimNotice, ChangeEvent>>().toEqualTypeOf<never>();
    expectTypeOf<ScimEvent>().toEqualTypeOf<ChangeEvent | ScimNotice>();
  });
});

describe("what authorize is told", () => {
  test("has the names of the resource types, and goes to a guard that takes any", () => {
    const guard = ({ access }: OperationFacts) => expectTypeOf(access).toEqualTypeOf<Access>();
    createScim({
      ...given,
      resourceTypes: [Employee, Group],
      authorize: (operation, { site }) => {
        expectTypeOf(site).toEqualTypeOf<number>();
        expectTypeOf(operation.resourceTypes).toEqualTypeOf<readonly ("User" | "Group")[]>();
        // @ts-expect-error: there is no such resource type
        operation.resourceTypes.includes("Users");
        guard(operation);
      },
    });
    createScim({
      ...given,
      resourceTypes: [Employee, Group],
      authorize: (operation: OperationFacts) => void guard(operation),
    });
  });
});

describe("what adopt is asked about", () => {
  test("narrows by resourceType, with what the client asserts and what there is", () => {
    createScim({
      ...given,
      resourceTypes: [Employee, Group, Device],
      adopt: async (candidate, { site }) => {
        expectTypeOf(site).toEqualTypeOf<number>();
        if (candidate.resourceType === "Device")
          expectTypeOf((await candidate.existing()).serialNumber).toEqualTypeOf<string | undefined>();
        if (candidate.resourceType !== "User") return "refuse";
        expectTypeOf(candidate.attributes.emails?.[0]?.value).toEqualTypeOf<string | undefined>();
        return candidate.attributes.userName === (await candidate.existing()).userName ? "link" : "refuse";
      },
    });
    createScim({
      ...given,
      resourceTypes: [Employee, Group],
      adopt: {
        match: ({ resourceType, attributes }) => {
          expectTypeOf(resourceType).toEqualTypeOf<"User" | "Group">();
          return attributes.externalId;
        },
        decide: ({ resourceType }) => (resourceType === "User" ? "link" : "refuse"),
      },
    });
  });

  test("is taken by a function that takes any", () => {
    const adopt = ({ attributes }: AdoptionCandidate) => {
      expectTypeOf(attributes).toEqualTypeOf<ResourceObject>();
      return "refuse" as const;
    };
    createScim({ ...given, resourceTypes: [Employee, Group], adopt });
  });
});

describe("what drain hands out", () => {
  test("narrows by resourceType, has no context, and goes to a handler that takes any", () => {
    const scim = createScim({ ...given, resourceTypes: [Employee, Device] });
    void scim.drain((event) => {
      if (event.resourceType === "Device") expectTypeOf(event.after?.serialNumber).toEqualTypeOf<string | undefined>();
      expectTypeOf(event.position).toEqualTypeOf<string>();
      // @ts-expect-error: the request has ended, and its context with it
      event.context;
    });
    void scim.drain((event: OutboxEvent) => expectTypeOf(event.resourceType).toEqualTypeOf<string>());
    const any: Scim = scim;
    void any;
  });
});

describe("what decide is asked about", () => {
  test("narrows by resourceType, and reads by the names of the resource types", () => {
    createScim({
      ...given,
      resourceTypes: [Employee, Group, Device],
      decide: async (change, { site }) => {
        expectTypeOf(site).toEqualTypeOf<number>();
        if (change.resourceType === "Device")
          expectTypeOf((await change.after())?.serialNumber).toEqualTypeOf<string | undefined>();
        if (change.resourceType === "Group") {
          const [delta] = change.deltas;
          expectTypeOf(delta?.left).toEqualTypeOf<readonly string[] | undefined>();
          const user = await change.read("User", delta?.left[0] ?? "");
          expectTypeOf(user?.[EnterpriseUserSchema.id]?.department).toEqualTypeOf<string | undefined>();
          expectTypeOf(user?.userName).toEqualTypeOf<string | undefined>();
          const part = await change.read("User", "1", ["emails"]);
          expectTypeOf(part).toEqualTypeOf<Partial<Resource<typeof Employee>> | undefined>();
        }
        // @ts-expect-error: there is no such resource type
        await change.count("Users");
        return { active: (await change.count("User", "active eq true")) < 10 };
      },
    });
  });

  test("is taken by a function that names its types, or that takes any", () => {
    const typed: Decide<Context, typeof Employee | typeof Group> = ({ resourceType }) => {
      expectTypeOf(resourceType).toEqualTypeOf<"User" | "Group">();
    };
    const any = async (change: PendingChange) => {
      expectTypeOf(await change.before()).toEqualTypeOf<ResourceObject | undefined>();
      expectTypeOf(await change.read("Anything", "1")).toEqualTypeOf<ResourceObject | undefined>();
    };
    createScim({ ...given, resourceTypes: [Employee, Group], decide: typed });
    createScim({ ...given, resourceTypes: [Employee, Group], decide: any });
  });
});
