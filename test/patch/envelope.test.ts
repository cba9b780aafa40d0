import { describe, expect, test } from "vitest";
import { patchOf as inBulk, sendBulk } from "../support/bulk.ts";
import { account, PATCH } from "../support/patching.ts";
import { expectRefusal } from "../support/refusal.ts";

const nick = { op: "replace", path: "nickName", value: "x" };

describe("the PATCH message", () => {
  test.each([
    ["another message", { schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], Operations: [nick] }],
    ["schemas that are no list", { schemas: PATCH, Operations: [nick] }],
  ])("%s is 400 invalidSyntax, under every profile [P-3.5.2-01]", async (_, body) => {
    for (const profile of ["lenient", "strict"] as const) {
      const { ask, path, read } = await account({}, { profile });
      const answer = await ask("PATCH", path, body);
      expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidSyntax" } });
      expect(await read()).toEqual({ userName: "ada" });
    }
  });

  test("a missing schemas is 400 invalidSyntax by the letter, and inferred by default with a note [P-3.5.2-01 R-37]", async () => {
    const strict = await account({}, { profile: "strict" });
    expect(await strict.ask("PATCH", strict.path, { Operations: [nick] })).toMatchObject({
      status: 400,
      json: { scimType: "invalidSyntax" },
    });
    const { ask, path, events } = await account();
    expect((await ask("PATCH", path, { Operations: [nick] })).status).toBe(200);
    expect(events).toContainEqual(expect.objectContaining({ type: "quirk", quirk: "missing-schemas" }));
  });

  test.each([
    ["missing", {}],
    ["empty", { Operations: [] }],
    ["an object", { Operations: {} }],
    ["a string", { Operations: "x" }],
    ["a list of something else", { Operations: ["x"] }],
    ["a list with null", { Operations: [nick, null] }],
  ])("Operations that are %s are 400 invalidSyntax and change nothing [P-3.5.2-02]", async (_, members) => {
    const { ask, path, read } = await account({}, { profile: "strict" });
    const answer = await ask("PATCH", path, { schemas: [PATCH], ...members });
    expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidSyntax" } });
    expect(await read()).toEqual({ userName: "ada" });
  });

  test("a part of a resource, as a client of SCIM 1.1 sends it, is 400 invalidSyntax that says so [P-3.5.2-02]", async () => {
    for (const profile of ["lenient", "strict"] as const) {
      const { ask, path, read } = await account({ active: true }, { profile });
      const answer = await ask("PATCH", path, { schemas: ["urn:scim:schemas:core:1.0"], active: false });
      expectRefusal(answer, 400, "invalidSyntax", /no Operations.*SCIM 1\.1/);
      expect((await read()).active).toBe(true);
    }
  });

  test("more operations than limits.operations in a bulk request are that operation's 413 [P-3.7.4-02 R-48]", async () => {
    const service = await account({}, { limits: { operations: 3 } });
    const results = await sendBulk(service, [
      inBulk(service.path, [nick, nick, nick, nick]),
      inBulk(service.path, [nick, nick, nick]),
    ]);
    expect(results).toMatchObject([
      { status: "413", response: { status: "413", detail: expect.stringContaining("limits.operations (3)") } },
      { status: "200" },
    ]);
  });

  test("member names and op are read in any letter case [P-3.5.2-02 P-3.5.2-04 R-1]", async () => {
    const { ask, path, read } = await account({ title: "T" });
    const answer = await ask("PATCH", path, {
      SCHEMAS: [PATCH],
      operations: [
        { OP: "Replace", Path: "nickName", VALUE: "x" },
        { op: "ADD", path: "displayName", value: "d" },
        { op: "Remove", path: "title" },
      ],
    });
    expect(answer.status).toBe(200);
    expect(await read()).toEqual({ userName: "ada", nickName: "x", displayName: "d" });
  });

  test.each([
    ["no op", { path: "nickName", value: "x" }],
    ["the op move", { op: "move", from: "nickName", path: "title" }],
    ["the op copy", { op: "copy", from: "nickName", path: "title" }],
    ["the op test", { op: "test", path: "nickName", value: "x" }],
    ["an op that is a number", { op: 1, path: "nickName", value: "x" }],
    ["two ops in different letter case", { op: "add", OP: "remove", path: "nickName", value: "x" }],
  ])("an operation with %s is 400 invalidSyntax, and says which one it is [P-3.5.2-03 P-3.5.2-06]", async (_, operation) => {
    const { patch } = await account();
    const answer = await patch(nick, operation);
    expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidSyntax" } });
    expect(answer.json.detail).toContain("Operations[1]");
  });

  test.each(["emails[0]", "emails[0].value"])("the array index in %s is refused [P-3.5.2-06]", async (path) => {
    const { patch } = await account({ emails: [{ value: "a@x" }] });
    expect(await patch({ op: "replace", path, value: "x" })).toMatchObject({
      status: 400,
      json: { scimType: "invalidFilter" },
    });
  });

  test.each([
    [5, "invalidPath"],
    [["nickName"], "invalidPath"],
    ["a..b", "invalidPath"],
    ["/emails/0", "invalidPath"],
    ["emails[", "invalidFilter"],
    ['emails[type eq "w"', "invalidFilter"],
    ["[x]", "invalidPath"],
    ['name[givenName eq "a"]', "invalidPath"],
    ['emails[type eq "w"].value.x', "invalidPath"],
    ["emails[type zz 1]", "invalidFilter"],
    ['emails[nosuch eq "a"]', "invalidFilter"],
    ["emails[value gt 5]", "invalidFilter"],
    ['emails[value[type eq "a"] pr]', "invalidFilter"],
  ])("the path %j is 400 with the keyword of what is wrong with it, under every profile [P-3.5.2-05 R-71]", async (path, scimType) => {
    for (const profile of ["lenient", "strict"] as const) {
      const { patch, read } = await account({ emails: [{ value: "a@x" }] }, { profile });
      for (const op of ["add", "replace", "remove"]) {
        const answer = await patch({ op, path, value: op === "remove" ? undefined : "x" });
        expect.soft(answer, `${op} ${path} ${profile}`).toMatchObject({ status: 400 });
        expect.soft(["invalidPath", "invalidFilter"], `${op} ${path}`).toContain(answer.json.scimType);
        expect.soft(answer.json.scimType, `${op} ${path} ${profile}`).toBe(scimType);
        expect.soft(answer.json.detail).toContain("Operations[0]");
      }
      expect(await read()).toEqual({ userName: "ada", emails: [{ value: "a@x" }] });
    }
  });

  test("more operations than limits.operations are 413 that names it, and nothing is done [P-3.5.2-21 P-3.7.4-02 R-48]", async () => {
    const { patch, read } = await account({}, { limits: { operations: 3 } });
    const answer = await patch(nick, nick, nick, nick);
    expectRefusal(answer, 413, undefined, /limits\.operations \(3\)/);
    expect(await read()).toEqual({ userName: "ada" });
  });

  test("names that are paths count as operations [R-48]", async () => {
    const { patch, read } = await account({}, { limits: { operations: 3 } });
    const value = { "name.givenName": "A", "name.familyName": "B", "name.middleName": "C" };
    const answer = await patch({ op: "add", value });
    expectRefusal(answer, 413, undefined, /limits\.operations \(3\)/);
    expect(await read()).toEqual({ userName: "ada" });
    expect((await patch({ op: "add", value: { ...value, "name.middleName": undefined } })).status).toBe(200);
  });

  test("names of the prototype chain are unknown names wherever they stand, and change nothing", async () => {
    for (const name of ["__proto__", "constructor", "prototype", "hasOwnProperty", "toString"]) {
      const { ask, path, patch, read } = await account({ name: { givenName: "Ada" }, emails: [{ value: "a@x" }] });
      const before = await read();
      for (const operation of [
        { op: "add", path: name, value: { polluted: true } },
        { op: "replace", path: `${name}.polluted`, value: true },
        { op: "replace", path: `name.${name}`, value: { polluted: true } },
        { op: "add", path: `emails[value eq "a@x"].${name}`, value: true },
        { op: "remove", path: name },
        { op: "remove", path: `name.${name}` },
      ]) {
        const answer = await patch(operation);
        expect([200, 400], `${name} ${JSON.stringify(operation)}`).toContain(answer.status);
      }
      // JSON.stringify would drop the name: the text is written out.
      for (const value of [
        `{"${name}":{"polluted":true}}`,
        `{"name":{"${name}":{"polluted":true}}}`,
        `{"name.${name}":1}`,
      ]) {
        const text = `{"schemas":["${PATCH}"],"Operations":[{"op":"add","value":${value}}]}`;
        expect([200, 400]).toContain((await ask("PATCH", path, text)).status);
        const element = `{"schemas":["${PATCH}"],"Operations":[{"op":"add","path":"emails","value":[{"value":"a@x","${name}":1}]}]}`;
        expect((await ask("PATCH", path, element)).status).toBe(200);
      }
      const member = `{"schemas":["${PATCH}"],"Operations":[{"op":"add","path":"nickName","value":"n","${name}":{"op":"remove"}}]}`;
      expect((await ask("PATCH", path, member)).status).toBe(200);
      expect(await read()).toEqual({ ...before, nickName: "n" });
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    }
  });

  test("what a value may hold is not what a path may: quotes, brackets and escapes inside a filter's string select by it", async () => {
    const odd = 'a"]\\.value eq "';
    const { patch, read } = await account({ roles: [{ value: odd }, { value: "b" }] });
    expect((await patch({ op: "remove", path: `roles[value eq ${JSON.stringify(odd)}]` })).status).toBe(200);
    expect((await read()).roles).toEqual([{ value: "b" }]);
  });
});
