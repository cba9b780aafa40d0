import { defineResourceType, defineSchema, EnterpriseUserSchema, Group, User } from "../../src/index.ts";
import { type Answer, type Directory, directory, ENTERPRISE, type Given, USER } from "./directory.ts";

export const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** The body of a PATCH. */
export function patchOf(...Operations: readonly object[]): object {
  return { schemas: [PATCH], Operations };
}

/** A resource type with what User and Group lack: immutable, readOnly and required parts, simple lists, a required extension. */
export const Device = defineResourceType({
  name: "Device",
  schema: defineSchema({
    id: "urn:example:params:scim:schemas:Device",
    name: "Device",
    attributes: {
      label: { required: true },
      serial: { mutability: "immutable" },
      host: { uniqueness: "server" },
      maker: { type: "complex", mutability: "immutable", subAttributes: { brand: {}, country: {} } },
      tags: { multiValued: true },
      codes: { multiValued: true, mutability: "immutable" },
      owners: { multiValued: true, required: true },
      place: {
        type: "complex",
        subAttributes: { site: { required: true }, floor: { type: "integer" }, notes: { multiValued: true } },
      },
      ports: {
        type: "complex",
        multiValued: true,
        subAttributes: {
          value: { required: true },
          type: {},
          kind: { mutability: "immutable" },
          state: { mutability: "readOnly" },
          primary: { type: "boolean" },
          notes: { multiValued: true },
        },
      },
    },
  }),
})
  .extend(
    defineSchema({
      id: "urn:example:params:scim:schemas:extension:Warranty",
      name: "Warranty",
      attributes: { until: { required: true }, level: {}, contract: { mutability: "immutable" } },
    }),
  )
  .extend(
    defineSchema({
      id: "urn:example:params:scim:schemas:extension:Cost",
      name: "Cost",
      attributes: { center: {}, account: {} },
    }),
    { required: true },
  );
export const DEVICE = "urn:example:params:scim:schemas:Device";
export const WARRANTY = "urn:example:params:scim:schemas:extension:Warranty";
export const COST = "urn:example:params:scim:schemas:extension:Cost";

/** One resource of a service, to be patched. */
export interface Patching extends Directory {
  readonly path: string;
  /** Sends the operations; the resource as it was made is `given`. */
  patch(...operations: readonly object[]): Promise<Answer>;
  /** Reads the resource back, `meta` and `schemas` apart. */
  read(): Promise<Record<string, unknown>>;
}

/** Makes a service with users, groups and devices, and in it one resource. */
export async function patching(endpoint: string, resource: object, given: Given = {}): Promise<Patching> {
  const made = directory({ resourceTypes: [User.extend(EnterpriseUserSchema), Group, Device], ...given });
  const created = await made.ask("POST", endpoint, resource);
  if (created.status !== 201) throw new Error(`the resource was refused: ${created.body}`);
  made.events.length = 0;
  const path = `${endpoint}/${created.json.id}`;
  return {
    ...made,
    path,
    patch: (...operations) => made.ask("PATCH", path, patchOf(...operations)),
    async read() {
      const { schemas: _schemas, id: _id, meta: _meta, ...attributes } = (await made.ask("GET", path)).json;
      return attributes;
    },
  };
}

/** A service with one user of the given attributes; that it is active by default is not read back. */
export async function account(attributes: object = {}, given: Given = {}): Promise<Patching> {
  const schemas = ENTERPRISE in attributes ? [USER, ENTERPRISE] : [USER];
  const made = await patching("/Users", { schemas, userName: "ada", ...attributes }, given);
  return {
    ...made,
    async read() {
      const { active, ...others } = await made.read();
      return active === true && !("active" in attributes) ? others : { active, ...others };
    },
  };
}

/** A service with one device of the given attributes. */
export function device(attributes: object = {}, given: Given = {}): Promise<Patching> {
  const schemas = WARRANTY in attributes ? [DEVICE, COST, WARRANTY] : [DEVICE, COST];
  const base = { schemas, label: "printer", owners: ["it"], [COST]: { center: "1" } };
  return patching("/Devices", { ...base, ...attributes }, given);
}
