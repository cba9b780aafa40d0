// What Entra ID and Okta send, request by request, and what they need back. Pure data: `play.ts` sends it.
import { entraChanges } from "./entra-changes.ts";
import { oktaChanges } from "./okta-changes.ts";
import { type ClientStep, type Cycle, ENTERPRISE, ERROR, GROUP, one, USER } from "./step.ts";

const none = { status: [200], contains: { totalResults: 0, Resources: [] } };
const missing = { status: [404], contains: { schemas: [ERROR], status: "404" } };

const ada = {
  schemas: [USER, ENTERPRISE],
  externalId: "8f1c6c3e-54a2-4c5e-9d0f-3a4f5e7b1c01",
  userName: "ada.byron@example.com",
  active: true,
  displayName: "Ada Byron",
  emails: [{ primary: true, type: "work", value: "ada.byron@example.com" }],
  meta: { resourceType: "User" },
  name: { familyName: "Byron", givenName: "Ada" },
  phoneNumbers: [{ type: "work", value: "+47 555 01 815" }],
  preferredLanguage: "nb-NO",
  roles: [{ primary: true, type: "WindowsAzureActiveDirectoryRole", display: "User level 1", value: "User level 1" }],
};

/** SuperOffice's set-up of Entra ID: externalId is the objectId, users match by userName, then externalId. */
const entra: readonly ClientStep[] = [
  {
    name: "test connection, with a token that is wrong",
    request: { method: "GET", path: '/Users?filter=userName eq "{guid}"', token: "not-the-token-of-this-service" },
    needs: { status: [401], contains: { schemas: [ERROR], status: "401" } },
  },
  {
    name: "test connection: nobody has a random GUID for a name",
    request: { method: "GET", path: '/Users?filter=userName eq "{guid}"' },
    needs: none,
  },
  {
    name: "test connection: nor has any group",
    request: { method: "GET", path: '/Groups?excludedAttributes=members&filter=displayName eq "{guid}"' },
    needs: none,
  },
  {
    name: "match Ada by userName (precedence 1)",
    request: { method: "GET", path: '/Users?filter=userName eq "ada.byron@example.com"' },
    needs: none,
  },
  {
    name: "match Ada by externalId (precedence 2)",
    request: { method: "GET", path: `/Users?filter=externalId eq "${ada.externalId}"` },
    needs: none,
  },
  {
    name: "create Ada",
    request: { method: "POST", path: "/Users", body: ada },
    keep: "ada",
    needs: { status: [201], contains: { userName: ada.userName, externalId: ada.externalId, active: true } },
  },
  {
    name: "create Grace, with nulls and a schema URN that nobody knows",
    request: {
      method: "POST",
      path: "/Users",
      body: {
        schemas: [USER, "urn:ietf:params:scim:schemas:extension:enterprise:2.0User"],
        externalId: "8f1c6c3e-54a2-4c5e-9d0f-3a4f5e7b1c02",
        userName: "grace.hopper@example.com",
        active: true,
        addresses: null,
        displayName: "Grace Hopper",
        emails: [{ type: "work", value: "grace.hopper@example.com", primary: true }],
        meta: { resourceType: "User" },
        name: { familyName: "Hopper", givenName: "Grace" },
        phoneNumbers: null,
        title: null,
        manager: null,
      },
    },
    keep: "grace",
    needs: {
      status: [201],
      contains: { schemas: [USER], userName: "grace.hopper@example.com" },
      absent: ["addresses", "phoneNumbers", "title", "manager"],
    },
  },
  {
    name: "create Alan, disabled from the start",
    request: {
      method: "POST",
      path: "/Users",
      body: {
        schemas: [USER],
        externalId: "8f1c6c3e-54a2-4c5e-9d0f-3a4f5e7b1c03",
        userName: "alan.turing@example.com",
        active: "False",
        displayName: "Alan Turing",
      },
    },
    keep: "alan",
    needs: { status: [201], contains: { userName: "alan.turing@example.com", active: false } },
  },
  {
    name: "create Ada again, from a second job",
    request: { method: "POST", path: "/Users", body: { ...ada, userName: "ADA.BYRON@example.com" } },
    needs: { status: [409], contains: { schemas: [ERROR], status: "409", scimType: "uniqueness" } },
  },
  {
    name: "match Ada by userName, in capitals",
    request: { method: "GET", path: '/Users?filter=userName eq "ADA.BYRON@EXAMPLE.COM"' },
    needs: one("{ada}", { userName: ada.userName }),
  },
  {
    name: "match Ada by externalId",
    request: { method: "GET", path: `/Users?filter=externalId eq "${ada.externalId}"` },
    needs: one("{ada}"),
  },
  {
    name: "match Ada by her work e-mail, in Entra's own filter form",
    request: { method: "GET", path: '/Users?filter=emails[type eq "work"].value eq "ada.byron@example.com"' },
    needs: one("{ada}"),
  },
  {
    name: "match Alan, who is disabled and must be found",
    request: { method: "GET", path: '/Users?filter=userName eq "alan.turing@example.com"' },
    needs: one("{alan}", { active: false }),
  },
  {
    name: "read Ada before a change",
    request: { method: "GET", path: "/Users/{ada}" },
    needs: { status: [200], contains: { id: "{ada}", roles: [{ value: "User level 1" }] } },
  },
  {
    name: "match a group by externalId (precedence 1)",
    request: { method: "GET", path: '/Groups?excludedAttributes=members&filter=externalId eq "{guid}"' },
    needs: none,
  },
  {
    name: "match the group by displayName (precedence 2)",
    request: { method: "GET", path: '/Groups?excludedAttributes=members&filter=displayName eq "Sales"' },
    needs: none,
  },
  {
    name: "create the group, without members",
    request: {
      method: "POST",
      path: "/Groups",
      body: {
        schemas: [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        externalId: "3d2b7a90-0f4e-4a57-8f2e-91c1b6f0aa01",
        displayName: "Sales",
        meta: { resourceType: "Group" },
      },
    },
    keep: "sales",
    needs: { status: [201], contains: { schemas: [GROUP], displayName: "Sales" } },
  },
  {
    name: "match the group again",
    request: { method: "GET", path: '/Groups?excludedAttributes=members&filter=displayName eq "Sales"' },
    needs: one("{sales}", { displayName: "Sales" }),
  },
  {
    name: "read the group, never its members",
    request: { method: "GET", path: "/Groups/{sales}?excludedAttributes=members" },
    needs: { status: [200], contains: { id: "{sales}", displayName: "Sales" }, absent: ["members"] },
  },
  ...entraChanges,
  {
    name: "account discovery, first page",
    request: { method: "GET", path: "/Users?startIndex=1&count=2" },
    needs: { status: [200], contains: { totalResults: 3, startIndex: 1, itemsPerPage: 2 } },
  },
  {
    name: "account discovery, last page",
    request: { method: "GET", path: "/Users?startIndex=3&count=2" },
    needs: { status: [200], contains: { totalResults: 3, startIndex: 3, itemsPerPage: 1 } },
  },
  {
    name: "delete Ada, 30 days after she left",
    request: { method: "DELETE", path: "/Users/{ada}" },
    needs: { status: [204] },
  },
  { name: "read Ada, who is gone", request: { method: "GET", path: "/Users/{ada}" }, needs: missing },
  { name: "delete Ada once more", request: { method: "DELETE", path: "/Users/{ada}" }, needs: missing },
];

const joan = {
  schemas: [USER],
  userName: "joan.clarke@example.com",
  name: { givenName: "Joan", familyName: "Clarke" },
  emails: [{ primary: true, value: "joan.clarke@example.com", type: "work" }],
  displayName: "Joan Clarke",
  locale: "en-US",
  externalId: "00u1a2b3c4d5e6f7g8h9",
  groups: [],
};
const joanStored = { ...joan, id: "{joan}", meta: { resourceType: "User" } };
const joanMarried = {
  ...joanStored,
  name: { givenName: "Joan", familyName: "Murray" },
  displayName: "Joan Murray",
  active: true,
};

/** An Okta integration made with the App Integration Wizard: it updates and deactivates by PUT. */
const okta: readonly ClientStep[] = [
  {
    name: "test connection: users",
    request: { method: "GET", path: "/Users?startIndex=1&count=2" },
    needs: { status: [200], contains: { totalResults: 2, startIndex: 1, itemsPerPage: 2 } },
  },
  {
    name: "test connection: groups",
    request: { method: "GET", path: "/Groups?startIndex=1&count=2" },
    needs: { status: [200], contains: { totalResults: 1, startIndex: 1, itemsPerPage: 1 } },
  },
  {
    name: "assign Joan: is she there?",
    request: { method: "GET", path: '/Users?filter=userName eq "joan.clarke@example.com"&startIndex=1&count=100' },
    needs: none,
  },
  {
    name: "assign Joan: create her, with a password",
    request: { method: "POST", path: "/Users", body: { ...joan, password: "pw-{guid}", active: true } },
    keep: "joan",
    needs: { status: [201], contains: { userName: joan.userName, active: true }, absent: ["password"] },
  },
  {
    name: "read Joan, as before every PUT",
    request: { method: "GET", path: "/Users/{joan}" },
    needs: { status: [200], contains: { id: "{joan}", externalId: joan.externalId }, absent: ["password"] },
  },
  {
    name: "update Joan's family name",
    request: { method: "PUT", path: "/Users/{joan}", body: joanMarried },
    needs: { status: [200], contains: { id: "{joan}", name: { familyName: "Murray" }, displayName: "Joan Murray" } },
  },
  {
    name: "unassign Joan: deactivate",
    request: { method: "PUT", path: "/Users/{joan}", body: { ...joanMarried, active: false } },
    needs: { status: [200], contains: { id: "{joan}", active: false } },
  },
  {
    name: "assign Joan again: she is found, though inactive",
    request: { method: "GET", path: '/Users?filter=userName eq "joan.clarke@example.com"&startIndex=1&count=100' },
    needs: one("{joan}", { active: false }),
  },
  {
    name: "assign Joan again: reactivate",
    request: { method: "PUT", path: "/Users/{joan}", body: joanMarried },
    needs: { status: [200], contains: { id: "{joan}", active: true } },
  },
  {
    name: "push a group: is it there?",
    request: { method: "GET", path: '/Groups?filter=displayName eq "Hut 8"&startIndex=1&count=100' },
    needs: none,
  },
  {
    name: "push the group: create it empty",
    request: { method: "POST", path: "/Groups", body: { schemas: [GROUP], displayName: "Hut 8", members: [] } },
    keep: "hut8",
    needs: { status: [201], contains: { displayName: "Hut 8" } },
  },
  {
    name: "push its members, one of them twice",
    request: {
      method: "PUT",
      path: "/Groups/{hut8}",
      body: {
        schemas: [GROUP],
        displayName: "Hut 8",
        members: [
          { value: "{joan}", display: "joan.clarke@example.com" },
          { value: "{joan}", display: "joan.clarke@example.com" },
          { value: "{alan}", display: "alan.turing@example.com" },
        ],
      },
    },
    needs: { status: [200], contains: { id: "{hut8}", members: [{ value: "{joan}" }, { value: "{alan}" }] } },
  },
  {
    name: "import users, in pages of 100",
    request: { method: "GET", path: "/Users?startIndex=1&count=100" },
    needs: { status: [200], contains: { totalResults: 3, startIndex: 1, itemsPerPage: 3 } },
  },
  {
    name: "import groups, in pages of 100",
    request: { method: "GET", path: "/Groups?startIndex=1&count=100" },
    needs: { status: [200], contains: { totalResults: 2, startIndex: 1, itemsPerPage: 2 } },
  },
  {
    name: "unlink the group and delete it",
    request: { method: "DELETE", path: "/Groups/{hut8}" },
    needs: { status: [204] },
  },
  { name: "read the group, which is gone", request: { method: "GET", path: "/Groups/{hut8}" }, needs: missing },
];

const cycle = (client: string, title: string, headers: Cycle["headers"], steps: readonly ClientStep[]): Cycle => ({
  client,
  title,
  headers,
  steps: steps.map((step) => ({ client, ...step })),
});

const OKTA_HEADERS = {
  Accept: "application/scim+json",
  "Content-Type": "application/scim+json; charset=utf-8",
  "User-Agent": "Okta SCIM Client 1.0.0",
};

/** In this order: Okta finds what Entra left behind. */
export const cycles: readonly Cycle[] = [
  cycle(
    "Entra",
    "Entra ID, set up as for SuperOffice",
    { "Content-Type": "application/scim+json; charset=utf-8" },
    entra,
  ),
  cycle("Okta", "Okta, an integration made with its wizard", OKTA_HEADERS, okta),
  cycle("Okta OIN", "Okta, an integration of its network (OIN)", OKTA_HEADERS, oktaChanges),
];
