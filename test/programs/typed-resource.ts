// A resource type of one's own, and a listener that knows its attributes.
import { createScim, defineResourceType, defineSchema, User } from "scimkit";
import { memoryStorage } from "scimkit/memory";

const Device = defineResourceType({
  name: "Device",
  schema: defineSchema({
    id: "urn:example:params:scim:schemas:Device",
    name: "Device",
    attributes: {
      serialNumber: { required: true, uniqueness: "server" },
      ports: { type: "complex", multiValued: true, subAttributes: { number: { type: "integer" }, label: {} } },
    },
  }),
});

export function devices(note: (serial: string, ports: readonly number[], mail: string) => void) {
  return createScim({
    resourceTypes: [User, Device],
    storage: memoryStorage(),
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
    onChange(event) {
      if (event.resourceType === "Device" && event.after)
        note(event.after.serialNumber, event.after.ports?.map(({ number }) => number ?? 0) ?? [], "");
      if (event.resourceType === "User") note("", [], event.after?.emails?.[0]?.value ?? "");
    },
  });
}
