import { afterAll, describe, expect, test } from "vitest";
import { defineResourceType, type ResourceTypeDefinition } from "../../../src/schema/resource-type.ts";
import { defineSchema } from "../../../src/schema/schema.ts";
import { directory } from "../../support/directory.ts";
import { mariadbEngines } from "./engines/mariadb.ts";
import { engines, type Opened } from "./engines.ts";
import { rowsOf, runOn } from "./tables.ts";

/** Devices, which refer to each other in their documents, and racks of them, under the name that a release has for devices. */
function types(name: string): readonly ResourceTypeDefinition[] {
  const parts = { value: { caseExact: true }, $ref: { type: "reference", referenceTypes: [name] }, type: {} } as const;
  const device = defineSchema({
    id: "urn:test:Device",
    name: "Device",
    attributes: {
      name: { required: true, uniqueness: "server" },
      serial: { uniqueness: "global" },
      pin: { mutability: "writeOnly", returned: "never" },
      parent: { type: "complex", scimkit: { integrity: "optional" }, subAttributes: parts },
      near: { type: "complex", multiValued: true, scimkit: { integrity: "optional" }, subAttributes: parts },
      racks: {
        type: "complex",
        multiValued: true,
        mutability: "readOnly",
        scimkit: { inverseOf: { resourceType: "Rack", attribute: "devices" } },
        subAttributes: {
          value: { mutability: "readOnly" },
          $ref: { type: "reference", referenceTypes: ["Rack"], mutability: "readOnly" },
        },
      },
    },
  });
  const rack = defineSchema({
    id: "urn:test:Rack",
    name: "Rack",
    attributes: {
      displayName: { required: true, uniqueness: "server" },
      devices: {
        type: "complex",
        multiValued: true,
        scimkit: { collection: true, integrity: "required" },
        subAttributes: parts,
      },
    },
  });
  return [
    defineResourceType({ name, endpoint: `/${name}s`, schema: device }),
    defineResourceType({ name: "Rack", endpoint: "/Racks", schema: rack }),
  ];
}

/** The service of a release. */
function release({ storage }: Opened, name: string, tenant?: string) {
  const { ask } = directory({
    storage,
    resourceTypes: types(name),
    authenticate: () => (tenant === undefined ? {} : { tenant }),
  });
  return ask;
}

type Ask = ReturnType<typeof release>;

/** Three devices and two racks; gives their ids by name. */
async function fill(ask: Ask, mark = "") {
  const post = async (path: string, urn: string, body: object): Promise<string> => {
    const { status, json } = await ask("POST", path, { schemas: [`urn:test:${urn}`], ...body });
    expect(status).toBe(201);
    return json.id;
  };
  const device = (name: string, more: object = {}) =>
    post("/Devices", "Device", { name, serial: `${mark}${name}`, ...more });
  const rack = (displayName: string, ids: readonly string[]) =>
    post("/Racks", "Rack", { displayName, devices: ids.map((value) => ({ value })) });
  const d1 = await device("d1", { pin: "1234" });
  const d2 = await device("d2", { parent: { value: d1 } });
  const d3 = await device("d3", { near: [{ value: d1 }, { value: d2 }] });
  return { d1, d2, d3, r1: await rack("r1", [d1, d2]), r2: await rack("r2", [d2, d3]) };
}

const OPTIONS = { hashSecret: (_: string, value: unknown) => `hash of ${value}` };

const namesFound = async (ask: Ask, path: string, filter: string): Promise<readonly string[]> => {
  const { json } = await ask("GET", `${path}?filter=${encodeURIComponent(filter)}`);
  return json.Resources.map((one: { name?: string; displayName?: string }) => one.name ?? one.displayName).sort();
};

for (const engine of [...engines(), ...mariadbEngines()]) {
  describe(engine.name, () => {
    afterAll(() => engine.close());

    test("a renamed type has all of its resources under the new name, and all that refers to them says so", async () => {
      const opened = await engine.open(OPTIONS);
      const { storage } = opened;
      const { d1, d2, d3, r1 } = await fill(release(opened, "Device"));
      const before = (await release(opened, "Device")("GET", `/Devices/${d2}`)).json;
      const told: unknown[] = [];
      expect(
        await storage.renameType("Device", "Appliance", { batchSize: 2, onProgress: (one) => told.push(one) }),
      ).toBe(3);
      expect(told).toEqual([
        { tenant: undefined, resourceType: "Device", done: 2 },
        { tenant: undefined, resourceType: "Device", done: 3 },
      ]);
      const ask = release(opened, "Appliance");
      const { json } = await ask("GET", `/Appliances/${d2}`);
      const at = (id: string) => `https://example.com/scim/v2/Appliances/${id}`;
      expect(json).toEqual({
        ...before,
        parent: { value: d1, $ref: at(d1), type: "Appliance" },
        meta: { ...before.meta, resourceType: "Appliance", location: at(d2) },
      });
      expect((await ask("GET", `/Appliances/${d3}`)).json.near).toEqual([
        { value: d1, $ref: at(d1), type: "Appliance" },
        { value: d2, $ref: at(d2), type: "Appliance" },
      ]);
      expect((await ask("GET", `/Racks/${r1}`)).json.devices).toEqual(
        expect.arrayContaining([
          { value: d1, $ref: at(d1), type: "Appliance" },
          { value: d2, $ref: at(d2), type: "Appliance" },
        ]),
      );
      expect(await namesFound(ask, "/Racks", 'devices.type eq "appliance"')).toEqual(["r1", "r2"]);
      expect(await namesFound(ask, "/Racks", 'devices.type eq "Device"')).toEqual([]);
      expect(await namesFound(ask, "/Racks", `devices[value eq "${d3}" and type eq "Appliance"]`)).toEqual(["r2"]);
      expect(await namesFound(ask, "/Appliances", 'parent.type eq "appliance"')).toEqual(["d2"]);
      expect(await namesFound(ask, "/Appliances", 'near[type eq "Appliance"]')).toEqual(["d3"]);
      expect(await namesFound(ask, "/Appliances", `racks.value eq "${r1}"`)).toEqual(["d1", "d2"]);
      expect(await namesFound(ask, "/Appliances", 'name eq "D1" and meta.resourceType eq "Appliance"')).toEqual(["d1"]);
      expect(await storage.readSecret("Appliance", d1, "pin")).toBe("hash of 1234");
      const post = (body: object) => ask("POST", "/Appliances", { schemas: ["urn:test:Device"], ...body });
      expect((await post({ name: "D1" })).status).toBe(409);
      expect((await post({ name: "d9", serial: "d1" })).status).toBe(409);
      const patch = {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        Operations: [{ op: "remove", path: `devices[value eq "${d1}"]` }],
      };
      expect((await ask("PATCH", `/Racks/${r1}`, patch)).status).toBeLessThan(300);
      expect((await ask("DELETE", `/Appliances/${d2}`)).status).toBe(204);
      expect((await ask("GET", `/Racks/${r1}`)).json.devices).toBeUndefined();
      expect((await release(opened, "Device")("GET", `/Devices/${d1}`)).status).toBe(404);
      expect(await runOn(opened, "SELECT 1 AS one FROM {shape_use} WHERE type = 'Device'")).toEqual([]);
    });

    test("what rows vouch for holds after a type has got another name: nothing needs to be made anew", async () => {
      const opened = await engine.open(OPTIONS);
      await fill(release(opened, "Device"));
      await opened.storage.renameType("Device", "Appliance");
      const shapes = (await runOn(opened, "SELECT attributes FROM {shape}")) as readonly {
        readonly attributes: string;
      }[];
      expect(shapes).toHaveLength(2);
      for (const { attributes } of shapes) expect(attributes).not.toContain("to Device");
      expect(shapes.filter(({ attributes }) => attributes.includes("to Appliance"))).toHaveLength(2);
    });

    test("a type is renamed for one tenant alone where one is named, and goes on where it broke off", async () => {
      const opened = await engine.open(OPTIONS);
      const { storage } = opened;
      const { r1 } = await fill(release(opened, "Device", "acme"), "a");
      const { d1 } = await fill(release(opened, "Device", "globex"), "b");
      await fill(release(opened, "Device"), "c");
      const others = [await rowsOf(engine, opened, "globex"), await rowsOf(engine, opened, "")];
      const breaking = {
        tenant: "acme",
        batchSize: 1,
        onProgress: () => {
          throw new Error("broken off");
        },
      };
      await expect(storage.renameType("Device", "Appliance", breaking)).rejects.toThrow("broken off");
      expect(await storage.renameType("Device", "Appliance", { tenant: "acme" })).toBe(2);
      expect([await rowsOf(engine, opened, "globex"), await rowsOf(engine, opened, "")]).toEqual(others);
      const { json } = await release(opened, "Appliance", "acme")("GET", `/Racks/${r1}`);
      expect(json.devices.map(({ type }: { type: string }) => type)).toEqual(["Appliance", "Appliance"]);
      expect((await release(opened, "Device", "globex")("GET", `/Devices/${d1}`)).status).toBe(200);
      expect(await storage.renameType("Device", "Appliance")).toBe(6);
      expect((await release(opened, "Appliance", "globex")("GET", `/Appliances/${d1}`)).status).toBe(200);
      await expect(storage.renameType("Rack", "Rack")).rejects.toThrow('The resource type is "Rack" already');
    });

    test("a type that is dropped goes with all references to it, and its names are free", async () => {
      const opened = await engine.open(OPTIONS);
      const { storage } = opened;
      const { r1 } = await fill(release(opened, "Device", "acme"), "a");
      const { d3, d1 } = await fill(release(opened, "Device"), "b");
      const ask = release(opened, "Device", "acme");
      const before = (await ask("GET", `/Racks/${r1}`)).json.meta;
      expect(await storage.dropType("Device")).toBe(6);
      const { json } = await ask("GET", `/Racks/${r1}`);
      expect(json.devices).toBeUndefined();
      expect(json.meta.version).not.toBe(before.version);
      expect(await namesFound(ask, "/Racks", "devices pr")).toEqual([]);
      expect(await rowsOf(engine, opened, "acme")).toEqual({ resource: 2, unique: 2, shape_use: 1 });
      expect(await rowsOf(engine, opened, "")).toEqual({ resource: 2, unique: 2, shape_use: 1 });
      for (const id of [d1, d3]) expect((await release(opened, "Device")("GET", `/Devices/${id}`)).status).toBe(404);
      // A rack has the same name in each tenant, and a serial is one of all.
      expect(await storage.dropType("Rack", { tenant: "acme" })).toBe(2);
      await fill(ask, "b");
      expect(await storage.dropType("Rack", { tenant: "" })).toBe(2);
      expect(await rowsOf(engine, opened, "")).toEqual({});
    });

    test("holders of what is dropped keep the rest of their references, and get one new version each batch", async () => {
      const opened = await engine.open(OPTIONS);
      const { storage } = opened;
      const ask = release(opened, "Device");
      const { d1, d3 } = await fill(ask);
      const { json: rack } = await ask("POST", "/Racks", { schemas: ["urn:test:Rack"], displayName: "r3" });
      // Of two types that devices may refer to, one goes.
      await runOn(opened, `UPDATE {resource} SET type = 'Gadget' WHERE id = '${d1}'`);
      const before = (await ask("GET", `/Devices/${d3}`)).json;
      expect(await storage.dropType("Gadget")).toBe(1);
      const { json } = await ask("GET", `/Devices/${d3}`);
      expect(json.near).toEqual(before.near.filter(({ value }: { value: string }) => value !== d1));
      expect(json.meta.version).not.toBe(before.meta.version);
      expect(await namesFound(ask, "/Devices", "parent pr")).toEqual([]);
      expect((await ask("GET", `/Racks/${rack.id}`)).json.meta.version).toBe(rack.meta.version);
    });
  });
}
