// Entra ID: looks people up by name and groups by object id, PATCHes what changed, spells booleans as text, keeps memberships while somebody
// is disabled, and deletes 30 days later.
import type { CycleStep } from "../cycle.ts";
import { found, gone, nobody, shows } from "./needs.ts";

const looksUp = (does: string, needs: CycleStep["needs"]): CycleStep => ({
  does,
  sends: "entra/05-match-username",
  swaps: { "ada.king": "hal.cobb" },
  ...(needs === undefined ? {} : { needs }),
});

const EVE = "/Users/{eve}";
const GROUP = "/Groups/{group}";
const ofEve = { "u-0001": "{eve}" };
const ofGroup = { "g-0001": "{group}" };

export const entra: readonly CycleStep[] = [
  { does: "tests the connection", sends: "entra/01-test-connection-users" },
  { does: "creates the manager", sends: "entra/23-create-user-nulls", makes: "boss" },
  looksUp("looks a new user up by userName", nobody),
  {
    does: "creates the user, whose manager is a text",
    sends: "entra/25-create-user-manager-string",
    swaps: { "u-0001": "{boss}" },
    makes: "eve",
  },
  looksUp("finds the user by userName in the next cycle", found("eve")),
  {
    does: "reads the user",
    sends: "entra/31-get-user-missing",
    swaps: { "u-9999": "{eve}" },
    needs: { status: [200], bodyContains: { id: "{eve}", userName: "hal.cobb@example.com", active: true } },
  },
  {
    does: "updates address and names in one PATCH",
    sends: "entra/33-update-legacy-multi",
    swaps: { ...ofEve, "ada.new": "hal.new" },
    needs: shows(
      EVE,
      {
        emails: [{ type: "work", value: "hal.new@example.com", primary: true }],
        name: { familyName: "Kingsley" },
        displayName: "Ada Kingsley",
      },
      { "/emails": 1 },
    ),
  },
  {
    does: "replaces a phone number that is not there yet",
    sends: "entra/39-update-phone-replace-absent-bundled",
    swaps: { "u-0003": "{eve}" },
    needs: shows(EVE, { phoneNumbers: [{ type: "work", value: "+1 555 0199" }], name: { familyName: "Parker" } }),
  },
  {
    does: "builds an address part by part",
    sends: "entra/41-update-address-parts",
    swaps: { "u-0003": "{eve}" },
    needs: shows(
      EVE,
      { addresses: [{ type: "work", country: "NO", formatted: "1 Main St", postalCode: "0123" }] },
      { "/addresses": 1 },
    ),
  },
  {
    does: "takes the manager away",
    sends: "entra/53-remove-manager-op-remove",
    swaps: { "u-0002": "{eve}" },
    needs: shows(EVE, { id: "{eve}" }),
  },
  {
    does: "sets the manager by a text",
    sends: "entra/49-update-manager-string",
    swaps: { ...ofEve, "u-0002": "{boss}" },
    needs: shows(EVE, {
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { manager: { value: "{boss}" } },
    }),
  },
  {
    does: "looks the group up by externalId",
    sends: "entra/73-group-match-externalid",
    swaps: { "ext-g-0001": "obj-g-1" },
    needs: nobody,
  },
  {
    does: "creates the group without members",
    sends: "entra/75-group-create-duplicate",
    swaps: { "ext-g-0001": "obj-g-1", Engineering: "Design" },
    makes: "group",
    needs: { status: [201], bodyContains: { displayName: "Design" } },
  },
  {
    does: "finds the group by externalId",
    sends: "entra/73-group-match-externalid",
    swaps: { "ext-g-0001": "obj-g-1" },
    needs: found("group"),
  },
  {
    does: "adds the user to the group",
    sends: "entra/79-group-add-member",
    swaps: { "g-0002": "{group}", "u-0003": "{eve}" },
    needs: shows(GROUP, { members: [{ value: "{eve}" }] }, { "/members": 1 }),
  },
  {
    does: "adds the manager, who has to join without pushing the user out",
    sends: "entra/79-group-add-member",
    swaps: { "g-0002": "{group}", "u-0003": "{boss}" },
    needs: shows(GROUP, { members: [{ value: "{eve}" }, { value: "{boss}" }] }, { "/members": 2 }),
  },
  {
    does: "adds the user again",
    sends: "entra/81-group-add-existing-member",
    swaps: { ...ofGroup, ...ofEve },
    needs: shows(GROUP, {}, { "/members": 2 }),
  },
  {
    does: "asks whether the user is a member",
    sends: "entra/89-group-refcheck-member",
    swaps: { ...ofGroup, ...ofEve },
    needs: { ...found("group"), bodyAbsent: ["/Resources/0/members"] },
  },
  {
    does: "renames the group, whose members stay",
    sends: "entra/77-group-rename",
    swaps: ofGroup,
    needs: shows(GROUP, { displayName: "Engineering EU" }, { "/members": 2 }),
  },
  {
    does: "disables the user, who stays in the group",
    sends: "entra/99-disable-keeps-membership",
    swaps: { "u-0002": "{eve}" },
    needs: shows(GROUP, { members: [{ value: "{eve}" }] }, { "/members": 2 }),
  },
  looksUp("finds the disabled user", {
    ...found("eve"),
    bodyContains: { totalResults: 1, Resources: [{ id: "{eve}", active: false }] },
  }),
  {
    does: "enables the user",
    sends: "entra/65-enable-legacy-string",
    swaps: { "u-0004": "{eve}" },
    needs: shows(EVE, { active: true }),
  },
  {
    does: "takes one member out of the group, and no other",
    sends: "entra/85-group-remove-member-filter",
    swaps: { ...ofGroup, ...ofEve },
    needs: shows(GROUP, { members: [{ value: "{boss}" }] }, { "/members": 1 }),
  },
  {
    does: "deletes the group",
    sends: "entra/91-group-delete",
    swaps: { "g-0002": "{group}" },
    needs: gone(GROUP),
  },
  {
    does: "deletes the user",
    sends: "entra/71-delete-user-missing",
    swaps: { "u-9999": "{eve}" },
    needs: { bodyContains: undefined, ...gone(EVE) },
  },
  looksUp("looks the deleted user up", nobody),
];

/** SuperOffice asks its customers to map externalId to the object id, and to match groups by it. */
export const superOfficeEntra: readonly CycleStep[] = [
  { does: "tests the connection", sends: "superoffice-entra/01-test-connection" },
  {
    does: "looks a new user up by userName",
    sends: "superoffice-entra/02-match-userprincipalname",
    swaps: { "ada.king": "eve.lane" },
    needs: nobody,
  },
  {
    does: "looks the user up by the object id",
    sends: "superoffice-entra/03-match-objectid",
    swaps: { "ext-u-0001": "11111111-2222-3333-4444-555555555555" },
    needs: nobody,
  },
  { does: "creates the user with a role", sends: "superoffice-entra/06-create-user", makes: "eve" },
  {
    does: "finds the user by the object id",
    sends: "superoffice-entra/03-match-objectid",
    swaps: { "ext-u-0001": "11111111-2222-3333-4444-555555555555" },
    needs: found("eve"),
  },
  {
    does: "looks the group up by the object id, then by name",
    sends: "superoffice-entra/04-group-match-objectid",
    swaps: { "ext-g-0001": "obj-g-1" },
    needs: nobody,
  },
  {
    does: "looks the group up by name",
    sends: "superoffice-entra/05-group-match-displayname",
    swaps: { Engineering: "Design" },
    needs: nobody,
  },
  ...entra
    .filter(({ sends }) => typeof sends === "string" && /75-group|79-group|85-group|91-group/.test(sends))
    .filter(({ swaps }) => swaps?.["u-0003"] !== "{boss}")
    .map((step) =>
      step.sends === "entra/85-group-remove-member-filter"
        ? { ...step, does: "takes the user out of the group", needs: shows(GROUP, {}, { "/members": 0 }) }
        : step,
    ),
  {
    does: "disables the user",
    sends: "entra/61-disable-legacy-string",
    swaps: ofEve,
    needs: shows(EVE, { active: false }),
  },
];
