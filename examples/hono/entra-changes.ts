// How Entra ID changes what it has created: by PATCH, without its flag and with it.
import { type ClientStep, ENTERPRISE, patch } from "./step.ts";

const ADA = "/Users/{ada}";
const SALES = "/Groups/{sales}";

export const entraChanges: readonly ClientStep[] = [
  patch(
    "update Ada: three attributes at once, one by a value path",
    ADA,
    [
      { op: "Replace", path: 'emails[type eq "work"].value', value: "ada.king@example.com" },
      { op: "Replace", path: "name.familyName", value: "King" },
      { op: "Replace", path: "displayName", value: "Ada King" },
    ],
    {
      displayName: "Ada King",
      name: { familyName: "King", givenName: "Ada" },
      emails: [{ value: "ada.king@example.com" }],
    },
  ),
  patch(
    "give Ada an address and a second number, of which there are none yet",
    ADA,
    [
      { op: "Add", path: 'addresses[type eq "work"].country', value: "NO" },
      { op: "Add", path: 'addresses[type eq "work"].postalCode', value: "0123" },
      { op: "Replace", path: 'phoneNumbers[type eq "mobile"].value', value: "+47 555 01 816" },
    ],
    {
      addresses: [{ type: "work", country: "NO", postalCode: "0123" }],
      phoneNumbers: [{ type: "work" }, { type: "mobile", value: "+47 555 01 816" }],
    },
  ),
  patch(
    "give Ada a department and, as plain text, a manager",
    ADA,
    [
      { op: "Add", path: `${ENTERPRISE}:department`, value: "Sales" },
      { op: "Add", path: `${ENTERPRISE}:manager`, value: "{grace}" },
    ],
    { [ENTERPRISE]: { department: "Sales", manager: { value: "{grace}" } } },
  ),
  patch("take the manager away, by an empty text", ADA, [{ op: "Replace", path: `${ENTERPRISE}:manager`, value: "" }], {
    [ENTERPRISE]: { department: "Sales" },
  }),
  patch(
    "change Ada's role by Entra's own filter",
    ADA,
    [{ op: "Replace", path: 'roles[primary eq "True"].value', value: "User level 2" }],
    { roles: [{ primary: true, value: "User level 2" }] },
  ),
  patch(
    "add Ada and Alan to the group",
    SALES,
    [
      {
        op: "Add",
        path: "members",
        value: [
          { $ref: null, value: "{ada}" },
          { $ref: null, value: "{alan}" },
        ],
      },
    ],
    { members: [{ value: "{ada}" }, { value: "{alan}" }] },
  ),
  patch("add Ada once more", SALES, [{ op: "Add", path: "members", value: [{ $ref: null, value: "{ada}" }] }], {
    members: [{ value: "{ada}" }, { value: "{alan}" }],
  }),
  patch(
    "remove Alan, named in the value: Ada must stay",
    SALES,
    [{ op: "Remove", path: "members", value: [{ $ref: null, value: "{alan}" }] }],
    { members: [{ value: "{ada}" }] },
  ),
  patch("rename the group", SALES, [{ op: "Replace", path: "displayName", value: "Sales EMEA" }], {
    displayName: "Sales EMEA",
    members: [{ value: "{ada}" }],
  }),
  patch("Ada is out of scope: disable her", ADA, [{ op: "Replace", path: "active", value: "False" }], {
    active: false,
  }),
  patch("Ada is in scope again: enable her", ADA, [{ op: "Replace", path: "active", value: "True" }], { active: true }),
  patch(
    "with the flag: names that are paths, in a value without a path",
    `${ADA}?aadOptscim062020`,
    [
      {
        op: "replace",
        value: { displayName: "Augusta King", "name.givenName": "Augusta", [`${ENTERPRISE}:department`]: "Engines" },
      },
    ],
    { displayName: "Augusta King", name: { givenName: "Augusta" }, [ENTERPRISE]: { department: "Engines" } },
  ),
  patch(
    "with the flag: remove Ada from the group by a filter",
    `${SALES}?aadOptscim062020`,
    [{ op: "remove", path: 'members[value eq "{ada}"]' }],
    { displayName: "Sales EMEA" },
    ["members"],
  ),
];
