import { describe, expect, test } from "vitest";
import { defineProfile, profiles, type Quirk } from "../../src/index.ts";
import { directory, filtered, USER } from "../support/directory.ts";
import { PATCH, under } from "../support/quirk.ts";
import { THING, Thing } from "../support/thing.ts";

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

  test("is told whether it is given a whole value, one of several, or the operand of a filter", async () => {
    const places: string[] = [];
    const watching: Quirk = {
      ...yesNo,
      id: "watching",
      value(attribute, raw, place) {
        if (raw === 7) places.push(`${attribute.path} ${place}`);
        return undefined;
      },
    };
    const { ask } = directory({ resourceTypes: [Thing], profile: defineProfile({ quirks: [watching] }) });
    const thing = { schemas: [THING], name: "a" };
    const { json } = await ask("POST", "/Things", { ...thing, tags: ["x"], parts: [{ value: "p" }] });
    await ask("POST", "/Things", { ...thing, text: 7, tags: [7] });
    await ask("POST", "/Things", { ...thing, tags: 7, parts: [7] });
    for (const path of ['tags[value eq "x"]', 'parts[value eq "p"]', 'parts[value eq "p"].value', "name"]) {
      const Operations = [{ op: "replace", path, value: 7 }];
      await ask("PATCH", `/Things/${json.id}`, { schemas: [PATCH], Operations });
    }
    await ask("GET", filtered("/Things", "name eq 7"));
    expect(places).toEqual([
      "tags element",
      "tags list",
      "parts element",
      "tags selected",
      "parts selected",
      "parts.value value",
      "name value",
      "name operand",
    ]);
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

describe("a restriction of the host's own", () => {
  const restriction = { description: "Refuses.", clients: ["our own rules"], bends: "RFC 7644 §3.3" };
  const ownDomain: Quirk = {
    ...restriction,
    id: "own-domain",
    refuses: {
      value: (attribute, value) =>
        attribute.path === "emails.value" && !String(value).endsWith("@work.example")
          ? { detail: "must end with @work.example" }
          : undefined,
    },
  };
  const fewerOnes: Quirk = {
    ...restriction,
    id: "no-removal-of-all",
    refuses: {
      operation: ({ op, attribute, isSelecting }) =>
        op === "remove" && attribute?.collection === true && !isSelecting
          ? { detail: `Name the ${attribute.path} to remove`, scimType: "mutability" }
          : undefined,
    },
  };

  test("refuses values in bodies and PATCH and in no filter, by attribute, and leaves its note", async () => {
    const service = await under([ownDomain]).catch(() => undefined);
    expect(service).toBeUndefined();
    const { ask, events } = directory({ profile: defineProfile({ extends: "lenient", quirks: [ownDomain] }) });
    const body = (value: string) => ({ schemas: [USER], userName: "ada", emails: [{ value, type: "work" }] });
    const refused = await ask("POST", "/Users", body("ada@home.example"));
    expect(refused).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    expect(refused.json.detail).toBe("emails[0].value must end with @work.example (rule own-domain).");
    expect(events).toMatchObject([{ type: "quirk", quirk: "own-domain", path: "emails[0].value" }]);
    const { json } = await ask("POST", "/Users", body("ada@work.example"));
    for (const [path, value] of [
      ['emails[type eq "work"].value', "a@home.example"],
      ["emails", [{ value: "a@home.example" }]],
    ]) {
      const Operations = [{ op: "replace", path, value }];
      expect((await ask("PATCH", `/Users/${json.id}`, { schemas: [PATCH], Operations })).status).toBe(400);
    }
    expect((await ask("GET", filtered("/Users", 'emails.value eq "a@home.example"'))).json.totalResults).toBe(0);
  });

  test("refuses operations by what they lead to, with the keyword that it says", async () => {
    const service = await under([fewerOnes]);
    const path = `/Groups/${service.group}`;
    const all = await service.patch(path, { op: "remove", path: "members" });
    expect(all).toMatchObject({ status: 400, json: { scimType: "mutability" } });
    expect(all.json.detail).toBe("Operations[0]: Name the members to remove (rule no-removal-of-all).");
    expect(service.notes()).toEqual(["no-removal-of-all at members"]);
    expect((await service.patch(path, { op: "remove", path: `members[value eq "${service.ada}"]` })).status).toBe(204);
    expect((await service.ask("GET", path)).json.members).toHaveLength(1);
  });

  test("is asked about memberships that are written at a user, as about any attribute", async () => {
    const fixed: Quirk = {
      ...restriction,
      id: "fixed-groups",
      refuses: {
        operation: ({ attribute }) => (attribute?.path === "groups" ? { detail: "Leave groups out" } : undefined),
      },
    };
    const service = await under([fixed], { writableGroups: true });
    const answer = await service.patch(`/Users/${service.ada}`, { op: "remove", path: "groups" });
    expect(answer).toMatchObject({
      status: 400,
      json: { detail: "Operations[0]: Leave groups out (rule fixed-groups)." },
    });
    expect((await service.ask("GET", `/Groups/${service.group}`)).json.members).toHaveLength(2);
  });
});
