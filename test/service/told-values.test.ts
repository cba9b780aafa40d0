import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { RequestEvent, ScimEvent } from "../../src/index.ts";
import { BULK_REQUEST } from "../support/bulk.ts";
import { directory, filtered, GROUP, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

type Ask = readonly [method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>];

/** A word that nobody writes by chance; made anew in every run, so that nothing can be right for one word alone. */
const word = (): string => `c${randomBytes(8).toString("hex")}`;

const user = (members: object): object => ({ schemas: [USER], userName: "new", ...members });
const bulkOf = (...Operations: object[]): object => ({ schemas: [BULK_REQUEST], Operations });

/** Requests that are refused, or read tolerantly, by where the word stands in them. */
const PLACES: Readonly<Record<string, (value: string) => readonly Ask[]>> = {
  "a value of a body": (value) =>
    [
      { active: value },
      { emails: 7, title: value },
      { emails: [{ value, primary: value }] },
      { name: [value] },
      { name: { givenName: [value] } },
      { externalId: { value } },
      { userName: { value } },
      { profileUrl: 7, nickName: value },
      { "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { manager: { value } } },
      { meta: value },
      { x509Certificates: [{ value: { value } }] },
    ].flatMap((members): Ask[] => [
      ["POST", "/Users", user(members)],
      ["PUT", "/Users/1", user(members)],
      ["PATCH", "/Users/1", patchOf({ op: "replace", value: members })],
      ["POST", "/Bulk", bulkOf({ method: "POST", path: "/Users", bulkId: "b", data: user(members) })],
    ]),
  "a userName that is taken": (value) => [
    ["POST", "/Users", { schemas: [USER], userName: value }],
    ["POST", "/Users", { schemas: [USER], userName: value }],
  ],
  "a body that is no JSON": (value) => [
    ["POST", "/Users", `{"userName": ${value}`],
    ["POST", "/Users", `"${value}"`],
    ["POST", "/Users", `{"userName": "${value}", "userName": "${value}"}`],
    ["POST", "/Users", `{"userName": "${value}", "active": tru}`],
  ],
  "a reference": (value) => [
    ["POST", "/Groups", { schemas: [GROUP], displayName: "g", members: [{ value }] }],
    ["PATCH", "/Groups/1", patchOf({ op: "add", path: "members", value: [{ value }] })],
    ["PATCH", "/Groups/1", patchOf({ op: "remove", path: `members[value eq "${value}"].none` })],
  ],
  "an operand of a PATCH path": (value) =>
    [
      `emails[type eq "${value}"].value`,
      `emails[type eq "${value}"].none`,
      `emails[type eq "${value}"`,
      `emails[type eq ${value}].value`,
      `emails[type zz "${value}"].value`,
      `emails[type eq "${value}] `,
      `emails[none eq "${value}"].value`,
      `none[type eq "${value}"].value`,
      `title[value eq "${value}"]`,
    ].flatMap((path): Ask[] => [
      ["PATCH", "/Users/1", patchOf({ op: "replace", path, value: "x" })],
      ["PATCH", "/Users/1", patchOf({ op: "remove", path })],
      ["PATCH", "/Users/1", patchOf({ op: "replace", value: { [path]: "x" } })],
    ]),
  "a value of a PATCH": (value) => [
    ["PATCH", "/Users/1", patchOf({ op: "replace", path: "active", value })],
    ["PATCH", "/Users/1", patchOf({ op: "remove", path: "emails", value: [value] })],
    ["PATCH", "/Users/1", patchOf({ op: value, path: "title", value: "x" })],
    ["PATCH", "/Users/1", patchOf({ op: "replace", path: "id", value })],
    ["PATCH", "/Users/1", patchOf({ op: "add", value })],
  ],
  "an operand of a filter": (value) =>
    [
      `userName eq "${value}`,
      `userName eq ${value}`,
      `userName zz "${value}"`,
      `userName eq "${value}" and`,
      `userName eq "${value}" "${value}"`,
      `userName "${value}"`,
      `"${value}"`,
      `'${value}' eq userName`,
      `userName eq '${value}'`,
      `(userName eq "${value}"`,
      `emails[type eq "${value}"] zz`,
      `emails[type eq "${value}"].value gt true`,
      `none eq "${value}"`,
      `active eq "${value}"`,
      `active gt "${value}"`,
      `meta.created gt "${value}"`,
      `password eq "${value}"`,
      `members eq "${value}"`,
      `userName eq ${value} ${value}`,
      `id eq "${value}" or userName eq {"${value}":1}`,
    ].flatMap((filter): Ask[] => [
      ["GET", filtered("/Users", filter)],
      ["GET", filtered("/", filter)],
      ["POST", "/Users/.search", { schemas: ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], filter }],
    ]),
  "a parameter": (value) =>
    ["count", "startIndex", "cursor", "sortOrder", "sortBy", "attributes", "excludedAttributes", value].map(
      (name): Ask => ["GET", `/Users?${name}=${value}`],
    ),
  "a URL": (value) => [
    ["GET", `/${value}`],
    ["GET", `/Users/${value}`],
    ["GET", `/Users/${value}/${value}`],
    ["GET", `/Schemas/${value}`],
    ["POST", `/Users/${value}`, user({})],
    ["GET", `/Users/%${value}`],
  ],
  "the method": (value) => [[value, "/Users"]],
  "a header": (value) =>
    ["if-match", "if-none-match", "accept", "content-type", "authorization", "x-request-id"].map(
      (name): Ask => ["PUT", "/Users/1", user({}), { [name]: value }],
    ),
  "a bulk request": (value) => [
    ["POST", "/Bulk", bulkOf({ method: value, path: "/Users" })],
    ["POST", "/Bulk", bulkOf({ method: "DELETE", path: `/${value}` })],
    ["POST", "/Bulk", bulkOf({ method: "DELETE", path: `/Users/${value}`, version: value })],
    ["POST", "/Bulk", bulkOf({ method: "PATCH", path: `/Users/bulkId:${value}`, data: {} })],
    [
      "POST",
      "/Bulk",
      bulkOf(
        { method: "POST", path: "/Users", bulkId: value, data: { schemas: [USER] } },
        {
          method: "POST",
          path: "/Groups",
          bulkId: "g",
          data: { displayName: "g", members: [{ value: `bulkId:${value}` }] },
        },
      ),
    ],
    ["POST", "/Bulk", bulkOf({ method: "PUT", path: "/Users/1", data: value })],
    ["POST", "/Bulk", bulkOf({ method: "POST", path: "/Users", bulkId: [value], data: user({}) })],
  ],
};

describe("what is told of a request holds no value of it, where the value is", () => {
  test.each(Object.entries(PLACES))("%s [T-L2 T-H6]", async (_place, requestsWith) => {
    const value = word();
    const told: (ScimEvent | RequestEvent)[] = [];
    const note = (event: ScimEvent | RequestEvent): void => void told.push(event);
    let refusals = 0;
    for (const profile of ["lenient", "strict"] as const) {
      const { ask } = directory({ onChange: note, onNotice: note, onRequest: note, profile, newId: () => "1" });
      await ask("POST", "/Users", user({ userName: "ada" }));
      told.length = 0;
      for (const [method, path, body, headers] of requestsWith(value)) {
        await ask(method, path, body, headers);
        refusals += told.filter((event) => "type" in event && event.type === "refused").length;
        // Changes say what has changed, and a reference to nothing is told of by its id.
        const isOwn = (event: ScimEvent | RequestEvent): boolean =>
          "transaction" in event || ("type" in event && event.type === "missingReference");
        const text = inspect(
          told.filter((event) => !isOwn(event)),
          { depth: 9 },
        ).toLowerCase();
        expect(text, `${method} ${path} ${JSON.stringify(body)}`).not.toContain(value);
        told.length = 0;
      }
    }
    // A place where nothing is refused proves nothing.
    expect(refusals).toBeGreaterThan(0);
  });
});
