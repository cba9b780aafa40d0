import assert from "node:assert/strict";
import type { Work } from "../harness/work.ts";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

const user = (at: number) => ({
  schemas: [USER, ENTERPRISE],
  userName: `user${at}@example.com`,
  externalId: `ext-${at}`,
  name: { givenName: "Ada", familyName: `King ${at}`, formatted: `Ada King ${at}` },
  displayName: `Ada King ${at}`,
  active: true,
  title: "Engineer",
  emails: [
    { value: `user${at}@example.com`, type: "work", primary: true },
    { value: `u${at}@home.example`, type: "home" },
  ],
  phoneNumbers: [{ value: `+49 170 ${at}`, type: "mobile" }],
  addresses: [{ type: "work", streetAddress: "Main Street 1", locality: "Berlin", postalCode: "10115", country: "DE" }],
  [ENTERPRISE]: { employeeNumber: String(at), department: `d${at % 50}`, manager: { value: `id-${at}` } },
});

const USERS = 50;

/** A list, which is no resource: the request ends where its body has been parsed, and little but that takes its time. */
const textOf = (turn: number): string =>
  JSON.stringify(Array.from({ length: USERS }, (_, index) => user(turn * USERS + index)));

/** JSON in which no name comes twice. */
export const jsonNames: Work = {
  name: "JSON names",
  about:
    "Parses fifty users as JSON and sees that no object names a member twice; the limit is JSON.parse, which does not look.",
  target: 1.5,
  input: textOf,
  limit: () => (text: string) => {
    const value: unknown = JSON.parse(text);
    return { status: Array.isArray(value) ? 400 : 500 };
  },
  scimkit: async (subject) => {
    const { createScim, Group, User } = await subject.load("scimkit");
    const { memoryStorage } = await subject.load("scimkit/memory");
    const scim = createScim({
      resourceTypes: [User, Group],
      storage: memoryStorage(),
      baseUrl: "https://example.com/scim/v2",
      unsafeNoAuthentication: true,
    });
    return (body: string) => scim.handle({ method: "POST", url: "/scim/v2/Users", headers: {}, body });
  },
  check: (answer) => assert.equal((answer as { readonly status: number }).status, 400),
};
