import { describe, expect, test } from "vitest";
import { profiles, type Quirk } from "../../src/index.ts";
import { filtered, USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

describe("a rule of the host's own", () => {
  const yesNo: Quirk = {
    id: "yes-no-booleans",
    description: 'Reads "yes" and "no" as booleans.',
    clients: ["our own importer"],
    bends: "RFC 7643 §2.3.2",
    value: (attribute, raw) =>
      attribute.type === "boolean" && (raw === "yes" || raw === "no") ? raw === "yes" : undefined,
  };

  test("reads values in bodies, PATCH and filters, beside the rules of a profile, and leaves its note", async () => {
    const service = await under([...profiles.lenient.quirks, yesNo]);
    const { json } = await service.ask("POST", "/Users", { schemas: [USER], userName: "eve", active: "no" });
    expect(json.active).toBe(false);
    expect(service.notes()).toEqual(["yes-no-booleans at active"]);
    expect(
      (await service.patch(`/Users/${json.id}`, { op: "replace", path: "active", value: "yes" })).json.active,
    ).toBe(true);
    expect(await service.find(filtered("/Users", 'active eq "no"'))).toEqual(["bob"]);
    expect(
      (await service.patch(`/Users/${json.id}`, { op: "replace", path: "active", value: "False" })).json.active,
    ).toBe(false);
  });

  test("of two rules that have something to say, the first is heard", async () => {
    const upsideDown: Quirk = {
      ...yesNo,
      id: "upside-down",
      value: (attribute) => (attribute.type === "boolean" ? false : undefined),
    };
    const service = await under([upsideDown, yesNo]);
    const { json } = await service.ask("POST", "/Users", { schemas: [USER], userName: "eve", active: "yes" });
    expect(json.active).toBe(false);
    expect(service.notes()).toEqual(["upside-down at active"]);
  });

  test("a rule that makes a wrong value is refused like the client that sends one, and never asked for ever", async () => {
    const broken: Quirk = { ...yesNo, id: "broken", value: () => ["still wrong"] };
    const service = await under([]);
    expect((await service.ask("POST", "/Users", { schemas: [USER], userName: "eve", active: "yes" })).status).toBe(400);
    const ruled = await under([broken], {}, { extension: false });
    const answer = await ruled.ask("POST", "/Users", { schemas: [USER], userName: "eve", active: "yes" });
    expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
  });

  test("takes other parameters of a query, and keeps what a PUT omits", async () => {
    const rule: Quirk = {
      ...yesNo,
      id: "our-importer",
      search: (search) => (search.count === 9999 ? { ...search, count: 1 } : undefined),
      omitted: (attribute) => (attribute.name === "displayName" ? "keep" : undefined),
    };
    const service = await under([rule]);
    expect((await service.ask("GET", "/Users?count=9999")).json.itemsPerPage).toBe(1);
    expect(service.notes()).toEqual(["our-importer at count"]);
    const { json } = await service.ask("PUT", `/Users/${service.ada}`, { schemas: [USER], userName: "ada" });
    expect(json.displayName).toBe("Ada");
    expect(json).not.toHaveProperty("emails");
  });
});
