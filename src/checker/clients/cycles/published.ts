// Clients of which few requests or none are recorded: their cycles are as they publish them, or as their source says.
import type { CycleStep } from "../cycle.ts";
import { ENTERPRISE, found, GROUP, gone, JSON_BODY, nobody, patch, shows, USER } from "./needs.ts";

const EVE = "/Users/{eve}";
const TEAM = "/Groups/{group}";

const person = (more: object = {}, name = "eve.lane") => ({
  schemas: [USER],
  userName: `${name}@example.com`,
  name: { givenName: "Eve", familyName: "Lane" },
  emails: [{ value: `${name}@example.com`, type: "work", primary: true }],
  active: true,
  ...more,
});

const get = (does: string, path: string, needs: CycleStep["needs"] = { status: [200] }): CycleStep => ({
  does,
  sends: { method: "GET", path },
  needs: { status: [200], ...needs },
});

const write = (
  method: string,
  does: string,
  path: string,
  body: object | undefined,
  needs: CycleStep["needs"] = {},
  makes?: string,
): CycleStep => ({
  does,
  sends: { method, path, headers: JSON_BODY, ...(body === undefined ? {} : { body }) },
  needs,
  ...(makes === undefined ? {} : { makes }),
});

const creates = (does: string, path: string, body: object, makes: string): CycleStep =>
  write("POST", does, path, body, { status: [201] }, makes);

const deletes = (does: string, path: string): CycleStep => ({
  does,
  sends: { method: "DELETE", path },
  needs: gone(path),
});

const byName = (operator = "eq", name = "eve.lane", more = "") =>
  `/Users?filter=userName%20${operator}%20%22${name}%40example.com%22${more}`;

/** A PUT that must show. */
const puts = (
  does: string,
  path: string,
  body: object,
  seen: object,
  lengths: Record<string, number> = {},
): CycleStep =>
  write("PUT", does, path, body, {
    status: [200, 204],
    after: [{ get: path.replace(/\/$/, ""), status: 200, bodyContains: seen, arrayLengths: lengths }],
  });

const patches = (
  does: string,
  path: string,
  body: object,
  seen: object,
  lengths: Record<string, number> = {},
): CycleStep => write("PATCH", does, path, body, shows(path, seen, lengths));

const adds = (...names: readonly string[]) =>
  patch({ op: "add", path: "members", value: names.map((name) => ({ value: `{${name}}` })) });

/** Tries the connection with a user and a group that it makes and deletes, and adds members again that are there. */
export const jumpCloud: readonly CycleStep[] = [
  get("looks its test user up", byName("eq", "test.user"), nobody),
  creates("makes a test user", "/Users", person({}, "test.user"), "tester"),
  creates("makes a test group", "/Groups", { schemas: [GROUP], displayName: "Test group" }, "test group"),
  deletes("deletes the test group", "/Groups/{test group}"),
  deletes("deletes the test user", "/Users/{tester}"),
  get("looks a new user up", byName(), nobody),
  creates("creates the user", "/Users", person(), "eve"),
  creates("creates the group", "/Groups", { schemas: [GROUP], displayName: "Design" }, "group"),
  patches("adds the user to the group", TEAM, adds("eve"), { members: [{ value: "{eve}" }] }, { "/members": 1 }),
  patches("adds the user again", TEAM, adds("eve"), { members: [{ value: "{eve}" }] }, { "/members": 1 }),
  {
    does: "adds a second address, which becomes the primary one",
    sends: "jumpcloud/01-add-email-moves-primary",
    swaps: { "u-0001": "{eve}" },
    needs: shows(EVE, { emails: [{ value: "ada2@example.com", primary: true }] }, { "/emails": 2 }),
  },
  puts("updates the user", EVE, person({ name: { givenName: "Eve", familyName: "Stone" } }), {
    name: { familyName: "Stone" },
  }),
  {
    does: "takes the user out of the group by a path that names two",
    sends: "jumpcloud/03-group-remove-or",
    swaps: { "g-0001": "{group}", "u-0001": "{eve}" },
    needs: shows(TEAM, {}, { "/members": 0 }),
  },
  puts("deactivates the user", EVE, person({ active: false }), { active: false }),
  get("finds the deactivated user", byName(), found("eve")),
  puts("activates the user", EVE, person(), { active: true }),
];

/** Names a schema of SCIM 1.0 beside its own, and updates and suspends by PUT; what it sends is not published in full. */
const GOOGLE_SCHEMAS = { schemas: [USER, "urn:scim:schemas:core:1.0"] };

export const google: readonly CycleStep[] = [
  get("tests the connection", "/Users"),
  get("looks a new user up", byName("eq", "eve.lane", "&startIndex=1"), nobody),
  creates(
    "creates the user with a schema of SCIM 1.0 besides",
    "/Users",
    person({ ...GOOGLE_SCHEMAS, externalId: 104729 }),
    "eve",
  ),
  get("finds the user", byName("eq", "eve.lane", "&startIndex=1"), found("eve")),
  puts("updates the user", EVE, person({ ...GOOGLE_SCHEMAS, title: "Lead" }), { title: "Lead", active: true }),
  puts("suspends the user", EVE, person({ ...GOOGLE_SCHEMAS, active: false }), { active: false }),
  puts("restores the user", EVE, person(GOOGLE_SCHEMAS), { active: true }),
  deletes("deletes the user, who is active", EVE),
  get("looks the deleted user up", byName("eq", "eve.lane", "&startIndex=1"), nobody),
];

/** Reads what the server is before anything else, then accounts and entitlements. */
export const sailPoint: readonly CycleStep[] = [
  { does: "reads the ServiceProviderConfig", sends: "sailpoint/01-spc" },
  { does: "reads a resource type by its name", sends: "sailpoint/03-resource-type-user" },
  { does: "reads the schemas", sends: "sailpoint/05-schemas" },
  creates("creates the account", "/Users", person({ title: "Engineer" }), "eve"),
  creates("creates the group", "/Groups", { schemas: [GROUP], displayName: "Design" }, "group"),
  {
    does: "replaces a part of the name without a path",
    sends: "sailpoint/11-patch-complex-replace",
    swaps: { "u-0001": "{eve}" },
    needs: shows(EVE, { name: { familyName: "Kingsley", givenName: "Eve" } }),
  },
  patches("grants the entitlement", TEAM, adds("eve"), { members: [{ value: "{eve}" }] }, { "/members": 1 }),
  {
    does: "reads the account with its groups",
    sends: "sailpoint/09-get-user",
    swaps: { "u-0001": "{eve}", "g-0001": "{group}" },
  },
  {
    does: "revokes the entitlement",
    sends: "sailpoint/15-group-remove-member",
    swaps: { "g-0001": "{group}", "u-0001": "{eve}" },
    needs: shows(TEAM, {}, { "/members": 0 }),
  },
  {
    does: "disables the account by PUT",
    sends: "sailpoint/13-put-disable",
    swaps: { "u-0001": "{eve}", "ada.king": "eve.lane" },
    needs: { status: [200], bodyContains: { active: false } },
  },
  deletes("deletes the account", EVE),
];

/** Writes operators with a capital, updates by PUT, and disables or deletes whom it removes. */
export const ping: readonly CycleStep[] = [
  get("looks a new user up with an operator in capitals", byName("Eq"), nobody),
  creates("creates the user", "/Users", person({ displayName: "Eve Lane" }), "eve"),
  get("finds the user", byName("Eq"), found("eve")),
  puts("updates the user by PUT", EVE, person({ title: "Lead" }), { title: "Lead" }),
  puts("disables the user", EVE, person({ active: false }), { active: false }),
  puts("enables the user", EVE, person(), { active: true }),
  get("looks the group up", "/Groups?filter=displayName%20Eq%20%22Design%22", nobody),
  creates("creates the group", "/Groups", { schemas: [GROUP], displayName: "Design" }, "group"),
  patches("adds the user to the group", TEAM, adds("eve"), { members: [{ value: "{eve}" }] }, { "/members": 1 }),
  patches(
    "takes the user out of the group",
    TEAM,
    patch({ op: "remove", path: 'members[value eq "{eve}"]' }),
    {},
    { "/members": 0 },
  ),
  deletes("deletes the group", TEAM),
  deletes("deletes the user", EVE),
];

/** Reads types and schemas one by one, writes a slash behind collections, and searches by POST. */
export const cyberArk: readonly CycleStep[] = [
  get("reads the ServiceProviderConfig", "/ServiceProviderConfig"),
  get("reads the resource type of users", "/ResourceTypes/User", { bodyContains: { endpoint: "/Users" } }),
  get("reads the schema of users", `/Schemas/${USER}`, { bodyContains: { id: USER } }),
  get("looks a new user up, with a slash behind the collection", byName().replace("?", "/?"), nobody),
  creates("creates the user", "/Users/", person(), "eve"),
  puts("updates the user by PUT", EVE, person({ title: "Lead" }), { title: "Lead" }),
  creates("creates the group", "/Groups", { schemas: [GROUP], displayName: "Design" }, "group"),
  {
    does: "searches the group by a POST without schemas",
    sends: "cyberark/01-search-post-no-schemas",
    swaps: { Sales: "Design", "g-0002": "{group}" },
  },
  patches("adds the user to the group", TEAM, adds("eve"), { members: [{ value: "{eve}" }] }, { "/members": 1 }),
  puts("disables the user", EVE, person({ active: false }), { active: false }),
  puts("enables the user", EVE, person(), { active: true }),
  deletes("deletes the group", TEAM),
  deletes("deletes the user", EVE),
];

/** An administrator ticks what the server can; groups come with their members at once. */
export const rippling: readonly CycleStep[] = [
  get("reads users by pages", "/Users?startIndex=1&count=100", { bodyContains: { totalResults: "*" } }),
  creates(
    "creates the user",
    "/Users",
    person({ [ENTERPRISE]: { department: "Lab" }, schemas: [USER, ENTERPRISE] }),
    "eve",
  ),
  creates("creates a second user", "/Users", person({}, "fay.hill"), "fay"),
  puts("updates the user by PUT", EVE, person({ title: "Lead" }), { title: "Lead" }),
  write(
    "POST",
    "creates the group with its members",
    "/Groups",
    { schemas: [GROUP], displayName: "Design", members: [{ value: "{eve}" }] },
    {
      status: [201],
      after: [
        { get: TEAM, status: 200, bodyContains: { members: [{ value: "{eve}" }] }, arrayLengths: { "/members": 1 } },
      ],
    },
    "group",
  ),
  patches("adds the second user by PATCH", TEAM, adds("fay"), { members: [{ value: "{fay}" }] }, { "/members": 2 }),
  puts(
    "states the members by PUT",
    TEAM,
    { schemas: [GROUP], displayName: "Design", members: [{ value: "{fay}" }] },
    { members: [{ value: "{fay}" }] },
    { "/members": 1 },
  ),
  puts("deactivates the user", EVE, person({ active: false }), { active: false }),
  deletes("deletes the group", TEAM),
  deletes("deletes the user", EVE),
];

/** The plug-in keycloak-scim: creates and replaces on events, empties groups by a `remove` without a value, and imports by one GET. */
export const keycloak: readonly CycleStep[] = [
  creates("creates the user", "/Users", person({ externalId: "kc-1", displayName: "Eve Lane", id: "kc-1" }), "eve"),
  puts("replaces the user", EVE, person({ externalId: "kc-1", displayName: "Eve L.", id: "{eve}" }), {
    displayName: "Eve L.",
    active: true,
  }),
  write(
    "POST",
    "creates the group with its members",
    "/Groups",
    {
      schemas: [GROUP],
      externalId: "kc-g-1",
      displayName: "Design",
      members: [{ value: "{eve}", type: "User", $ref: "Users/{eve}" }],
    },
    { status: [201], after: [{ get: TEAM, status: 200, arrayLengths: { "/members": 1 } }] },
    "group",
  ),
  patches(
    "empties the group by a remove without a value",
    TEAM,
    patch({ op: "remove", path: "members" }),
    {},
    { "/members": 0 },
  ),
  patches("adds the user to the group", TEAM, adds("eve"), { members: [{ value: "{eve}" }] }, { "/members": 1 }),
  patches("switches the user off by a text", EVE, patch({ op: "replace", path: "active", value: "false" }), {
    active: false,
  }),
  get("imports the users by one GET", "/Users", { bodyContains: { totalResults: "*" } }),
  deletes("deletes the group", TEAM),
  deletes("deletes the user", EVE),
  write("PUT", "replaces the user, who is gone, and needs a 404 to create it again", EVE, person(), { status: [404] }),
];

/** By its source: adopts whom it finds after a 409, PUTs users, and sends one operation a member. */
export const authentik: readonly CycleStep[] = [
  { does: "reads the ServiceProviderConfig", sends: "authentik/01-spc" },
  creates("creates the user", "/Users", person({ externalId: "ak-0102", displayName: "Eve Lane" }), "eve"),
  {
    does: "creates the user again, and needs a 409",
    sends: "authentik/03-create-user-conflict",
    swaps: { "ada.king": "eve.lane" },
  },
  get("finds the user to adopt", byName(), found("eve")),
  {
    does: "updates the user by PUT",
    sends: "authentik/05-put-user",
    swaps: { "u-0001": "{eve}", "ada.king": "eve.lane" },
  },
  creates("creates a second user", "/Users", person({}, "fay.hill"), "fay"),
  { does: "creates the group without members", sends: "authentik/07-create-group", makes: "group" },
  patches(
    "adds members, one operation each",
    TEAM,
    patch(...["eve", "fay"].map((name) => ({ op: "add", path: "members", value: [{ value: `{${name}}` }] }))),
    { members: [{ value: "{eve}" }, { value: "{fay}" }] },
    { "/members": 2 },
  ),
  {
    does: "renames the group without a path, and its members stay",
    sends: "authentik/09-patch-group-pathless",
    swaps: { "ext-g-0001": "ak-g-1", "g-0001": "{group}" },
    needs: shows(TEAM, { displayName: "Engineering EU" }, { "/members": 2 }),
  },
  {
    does: "takes one member out by a value",
    sends: "authentik/11-patch-remove-members",
    swaps: { "g-0001": "{group}", "u-0001": "{eve}" },
    needs: shows(TEAM, { members: [{ value: "{fay}" }] }, { "/members": 1 }),
  },
  {
    does: "states no members by PUT",
    sends: "authentik/13-put-group",
    swaps: { "ext-g-0001": "ak-g-1", "g-0001": "{group}" },
    needs: { status: [200, 204], after: [{ get: TEAM, status: 200, arrayLengths: { "/members": 0 } }] },
  },
  deletes("deletes the group", TEAM),
  deletes("deletes the user", EVE),
];
