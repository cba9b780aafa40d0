import assert from "node:assert/strict";
import type { Subject } from "../harness/subject.ts";
import type { Run, Work } from "../harness/work.ts";
import { ENTERPRISE, PATCH, type PatchBody, patchByHand, setActiveByHand, type User } from "../limit/patch-user.ts";
import { safePatch } from "../peers/scim-patch.ts";
import { scimmyPatch } from "../peers/scimmy-patch.ts";

/** A user as storage holds it, of what Entra ID provisions and a directory has besides. */
const STORED = JSON.stringify({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
  id: "2819c223-7f76-453a-919d-413861904646",
  externalId: "701984",
  userName: "bjensen@example.com",
  name: { formatted: "Barbara J Jensen", familyName: "Jensen", givenName: "Barbara", middleName: "Jane" },
  displayName: "Babs Jensen",
  nickName: "Babs",
  title: "Tour Guide",
  userType: "Employee",
  preferredLanguage: "en-US",
  locale: "en-US",
  timezone: "America/Los_Angeles",
  active: true,
  emails: [
    { value: "bjensen@example.com", type: "work", primary: true },
    { value: "babs@jensen.example", type: "home" },
  ],
  phoneNumbers: [
    { value: "+1-555-555-5555", type: "work" },
    { value: "+1-555-555-4444", type: "mobile" },
  ],
  addresses: [
    {
      type: "work",
      formatted: "100 Universal City Plaza\nHollywood, CA 91608 USA",
      locality: "Hollywood",
      country: "US",
    },
    { type: "home", formatted: "456 Hollywood Blvd\nHollywood, CA 91608 USA", locality: "Hollywood", country: "US" },
  ],
  [ENTERPRISE]: {
    employeeNumber: "701984",
    costCenter: "4130",
    department: "Tour Operations",
    manager: { value: "26118915-6090-4610-87e4-49d8ca9f808d", displayName: "John Smith" },
  },
  meta: { resourceType: "User", created: "2026-01-23T04:56:22Z", lastModified: "2026-05-13T04:42:34Z" },
});
const USER = JSON.parse(STORED) as User;

/** Made ahead, so that no round waits for them: more than any cache of values would hold. */
function bodiesOf(operationsAt: (turn: number) => readonly object[], count: number): readonly PatchBody[] {
  return Array.from({ length: count }, (_, turn) =>
    // As it comes of a request: no text is the same object as another one.
    JSON.parse(JSON.stringify({ schemas: [PATCH], Operations: operationsAt(turn) })),
  );
}

const activeBodies = bodiesOf(() => [{ op: "replace", path: "active", value: false }], 64);

const entraBodies = bodiesOf(
  (turn) => [
    { op: "Replace", path: "displayName", value: `Babs Jensen ${turn}` },
    { op: "Replace", path: "title", value: `Tour Guide ${turn}` },
    { op: "Replace", path: "name.givenName", value: `Barbara ${turn}` },
    { op: "Replace", path: "name.familyName", value: `Jensen ${turn}` },
    { op: "Replace", path: 'emails[type eq "work"].value', value: `bjensen${turn}@example.com` },
    { op: "Add", path: 'phoneNumbers[type eq "mobile"].value', value: `+1-555-555-${turn}` },
    { op: "Add", path: 'addresses[type eq "work"].formatted', value: `${turn} Universal City Plaza` },
    { op: "Add", path: `${ENTERPRISE}:department`, value: `Tour Operations ${turn}` },
  ],
  512,
);

async function engineOf(subject: Subject): Promise<Run> {
  const { compileResourceType, EnterpriseUserSchema, User } = await subject.load("scimkit");
  const { applyPatch, parsePatch, prepare } = await subject.load("scimkit/patch");
  const type = compileResourceType(User.extend(EnterpriseUserSchema));
  return (body: PatchBody) => {
    const operations = prepare(type, parsePatch(body, { maxOperations: 1000 }));
    return applyPatch(type, USER, operations).resource;
  };
}

/** Nobody may change the stored user, and its answer is what was made by hand. */
function check(byHand: (user: User, body: PatchBody) => User, bodies: readonly PatchBody[]): Work["check"] {
  return (answer, turn) => {
    assert.equal(JSON.stringify(USER), STORED);
    assert.deepEqual(answer, byHand(USER, bodies[turn % bodies.length] as PatchBody));
  };
}

/** The engine, with the smallest change. */
export const patchActive: Work = {
  name: "patch active",
  about: "Reads a PATCH that sets active, prepares it and applies it to a user, without storage.",
  target: 15,
  input: (turn) => activeBodies[turn % activeBodies.length],
  limit: () => (body: PatchBody) => setActiveByHand(USER, body),
  scimkit: engineOf,
  peers: { "scim-patch": safePatch(USER), scimmy: () => scimmyPatch(USER) },
  check: check(setActiveByHand, activeBodies),
};

/** The engine, with what Entra ID sends. */
export const patchEntra: Work = {
  name: "patch Entra's 8",
  about:
    "Reads eight operations as Entra ID sends them, new values each time, and applies them to a user, without storage.",
  target: 40,
  turns: 8,
  input: (turn) => entraBodies[turn % entraBodies.length],
  limit: () => (body: PatchBody) => patchByHand(USER, body),
  scimkit: engineOf,
  peers: { "scim-patch": safePatch(USER), scimmy: () => scimmyPatch(USER) },
  check: check(patchByHand, entraBodies),
};
