import { USER } from "../../../client/urns.ts";
import { freeText, usersOf } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { expectList, expectStatus, told } from "../../judge.ts";
import { expectFinds, isNamed } from "../filters/search.ts";
import { expectMembers, groupsOf, newGroup, peopled } from "../groups/peopled.ts";
import { expectValue, isDone, patchedAsClientsDo } from "../patch/patched.ts";
import { person, personWith } from "../people.ts";

/** What Okta and other clients send, and need done. */
export const otherClientChecks: readonly Check[] = [
  {
    id: "clients/okta-deactivate",
    title: "replace without a path of active alone deactivates.",
    level: "client",
    requirements: ["P-3.5.2.3-01", "Q88"],
    section: "RFC 7644 §3.5.2.3",
    clients: ["okta"],
    suffers: "Who has left the company keeps an account that is open, or loses everything else.",
    misses: "Deactivating by PUT.",
    async run(bench) {
      bench.needsAttributes("active");
      const name = freeText(bench);
      const user = await personWith(bench, { active: true, [name]: "Engineer" });
      const body = await patchedAsClientsDo(bench, user, [{ op: "replace", value: { active: false } }]);
      expectValue(bench, "active", body.active, false);
      expectValue(bench, name, body[name], "Engineer");
    },
  },
  {
    id: "clients/okta-rename-group",
    title: "A group is renamed by a value without a path that has its id beside the name.",
    level: "client",
    requirements: ["P-3.5.2.3-02", "R-15", "Q77", "Q83"],
    section: "RFC 7644 §3.5.2.3",
    clients: ["okta"],
    suffers: "No group of Okta can be renamed, or it is emptied.",
    misses: "An id that is another one.",
    async run(bench) {
      const { group, members } = await peopled(bench, 1);
      const displayName = bench.unique("renamed");
      const body = await patchedAsClientsDo(bench, group, [{ op: "replace", value: { id: group.id, displayName } }]);
      expectValue(bench, "displayName", body.displayName, displayName);
      await expectMembers(bench, group, members);
    },
  },
  {
    id: "clients/okta-create",
    title: "A new user may come with an empty list of groups.",
    level: "client",
    requirements: ["P-3.3-01", "Q40"],
    section: "RFC 7644 §3.3",
    clients: ["okta"],
    suffers: "Okta cannot create anybody.",
    misses: "Groups that are not empty.",
    async run(bench) {
      const answer = await bench.post(usersOf(bench), bench.newUser({ groups: [] }));
      expectStatus(bench, answer, 201, "201: groups is readOnly, and ignored.");
    },
  },
  {
    id: "clients/okta-put-read",
    title: "PUT with the id, meta and groups in the body, as they were read, is a success.",
    level: "client",
    requirements: ["P-3.5.1-07", "Q40"],
    section: "RFC 7644 §3.5.1",
    clients: ["okta", "keycloak"],
    suffers: "Okta reads, changes and writes back: no change of it arrives.",
    misses: "Another id than that of the URL.",
    async run(bench) {
      const name = freeText(bench);
      const user = await personWith(bench, { [name]: "Clerk" });
      const answer = await bench.put(user.path, { ...user.body, [name]: "Engineer" });
      expectStatus(bench, answer, 200, "200: what is readOnly is ignored.");
      expectValue(bench, name, (await bench.read(user.path))[name], "Engineer");
    },
  },
  {
    id: "clients/okta-numbers",
    title: "A list has totalResults, startIndex and itemsPerPage as numbers, and Resources, always.",
    level: "client",
    requirements: ["P-3.4.2-04", "P-3.4.2-05", "Q26"],
    section: "RFC 7644 §3.4.2",
    clients: ["okta", "entra"],
    suffers: "Okta's test of a new connection fails.",
    misses: "Lists that find nothing.",
    async run(bench) {
      await person(bench);
      const answer = await bench.get(usersOf(bench), { startIndex: 1, count: 2 });
      expectList(bench, answer);
      bench.expect(Array.isArray(answer.body.Resources), "Resources is no list.", "It is a list.", answer);
      for (const name of ["totalResults", "startIndex", "itemsPerPage"]) {
        const value = answer.body[name];
        bench.expect(Number.isInteger(value), `${name} is ${JSON.stringify(value)}.`, "It is a whole number.", answer);
      }
    },
  },
  {
    id: "clients/empty-list",
    title: "A list of none has Resources as an empty list.",
    level: "client",
    requirements: ["P-3.4.2-04", "R-20", "Q26"],
    section: "RFC 7644 §3.4.2",
    clients: ["entra", "okta"],
    suffers: "Clients that look into Resources without asking whether it is there break.",
    misses: "Pages past the end.",
    async run(bench) {
      bench.needs("filter");
      const filter = `userName eq "${bench.unique("nobody")}"`;
      const answer = await bench.get(usersOf(bench), { filter });
      if (answer.status !== 200) bench.block(told(answer));
      bench.expect(Array.isArray(answer.body.Resources), "Resources is missing.", "It is [].", answer);
    },
  },
  {
    id: "clients/member-twice",
    title: "A member who is listed twice is in the group once.",
    level: "client",
    requirements: ["Q80", "S-2.4-09"],
    section: "RFC 7643 §2.4",
    clients: ["okta"],
    suffers: "Who is removed once stays in the group.",
    misses: "Members who differ in their type.",
    async run(bench) {
      const { group, others } = await peopled(bench, 0, 1);
      const value = [...others, ...others].map(({ id }) => ({ value: id }));
      await patchedAsClientsDo(bench, group, [{ op: "add", path: "members", value }]);
      await expectMembers(bench, group, others);
    },
  },
  {
    id: "clients/unknown-attribute",
    title: "A new user may have attributes that the server does not know.",
    level: "client",
    requirements: ["P-3.1-05", "R-37", "Q39"],
    section: "RFC 7644 §3.3",
    clients: ["entra", "google", "onelogin"],
    suffers: "One attribute too many in the mapping, and nobody is created.",
    misses: "Unknown attributes in PUT.",
    async run(bench) {
      const answer = await bench.post(usersOf(bench), bench.newUser({ noSuchAttribute: "x" }));
      expectStatus(bench, answer, 201, "201: what the server does not know it leaves out.");
    },
  },
  {
    id: "clients/unknown-urn",
    title: "A new user may list a URN that the server does not know, beside that of users.",
    level: "client",
    requirements: ["R-37", "Q41", "Q99"],
    section: "RFC 7643 §3",
    clients: ["entra", "google"],
    suffers: "Clients that always list their own extension cannot create anybody.",
    misses: "Unknown URNs alone.",
    async run(bench) {
      const schemas = [bench.facts.users?.schema ?? USER, "urn:example:params:scim:schemas:unknown:2.0:User"];
      const answer = await bench.post(usersOf(bench), bench.newUser({ schemas }));
      expectStatus(bench, answer, 201, "201: what the server does not know it leaves out.");
    },
  },
  {
    id: "clients/null-values",
    title: "null in a new user is a value that is not there.",
    level: "client",
    requirements: ["P-3.3-03", "S-2.5-01", "Q38"],
    section: "RFC 7643 §2.5",
    clients: ["entra", "onelogin", "gitlab"],
    suffers: "Clients whose JSON library writes null for what is absent cannot create anybody.",
    misses: "null in lists.",
    async run(bench) {
      const name = freeText(bench);
      const answer = await bench.post(usersOf(bench), bench.newUser({ [name]: null }));
      expectStatus(bench, answer, 201, "201: null is unassigned.");
    },
  },
  {
    id: "clients/ping-inactive",
    title: "A user may be created who is not active.",
    level: "client",
    requirements: ["S-4.1.1-10"],
    section: "RFC 7643 §4.1.1",
    clients: ["ping"],
    suffers: "Accounts that are prepared for later are open at once.",
    misses: "Whether the account can be used.",
    async run(bench) {
      bench.needsAttributes("active");
      const user = await person(bench, { active: false });
      expectValue(bench, "active", (await bench.read(user.path)).active, false);
    },
  },
  {
    id: "clients/read-after-write",
    title: "What is written is read and found by the next request.",
    level: "client",
    requirements: ["Q91"],
    section: "RFC 7644 §3.1",
    clients: ["jumpcloud", "okta", "entra"],
    suffers: "Clients that look for what they have just made do not find it, and make it again.",
    misses: "Delays that only a server under load has.",
    async run(bench) {
      const user = await person(bench);
      expectStatus(bench, await bench.get(user.path), 200, "200: it was made by the request before.");
      if (bench.has("filter")) await expectFinds(bench, isNamed(user), user);
    },
  },
  {
    id: "clients/list-groups",
    title: "All groups can be read page by page, without a filter.",
    level: "client",
    requirements: ["Q103", "P-3.4.2.4-02"],
    section: "RFC 7644 §3.4.2",
    clients: ["onelogin", "sailpoint"],
    suffers: "OneLogin and SailPoint do not learn which groups there are.",
    misses: "Pages behind the first.",
    async run(bench) {
      await newGroup(bench, []);
      const found = expectList(bench, await bench.get(groupsOf(bench), { startIndex: 1, count: 5 }));
      bench.expect(found.length > 0, "The list is empty.", "There is a group.");
    },
  },
  {
    id: "clients/list-bare",
    title: "A list without any parameter is answered.",
    level: "client",
    requirements: ["P-3.4.2.4-04", "Q34", "Q35"],
    section: "RFC 7644 §3.4.2",
    clients: ["authentik", "google", "cyberark"],
    suffers: "Clients that leave paging to the server cannot read at all.",
    misses: "How many a page has.",
    async run(bench) {
      await person(bench);
      const found = expectList(bench, await bench.get(usersOf(bench)));
      bench.expect(found.length > 0, "The list is empty.", "There is a user.");
    },
  },
  {
    id: "clients/members-by-ref",
    title: "A member may have its $ref, type and display beside the value, as the server shows them.",
    level: "client",
    requirements: ["R-51", "R-51a", "Q79"],
    section: "RFC 7643 §4.2",
    clients: ["entra", "okta", "keycloak"],
    suffers: "Clients that send back what they have read cannot add anybody.",
    misses: "A $ref that leads elsewhere.",
    async run(bench) {
      const { group, others } = await peopled(bench, 0, 1);
      const [user] = others;
      const $ref = `${bench.facts.baseUrl}${user?.path}`;
      const value = [{ value: user?.id, $ref, type: "User", display: user?.userName }];
      const answer = await bench.patch(group.path, [{ op: "add", path: "members", value }]);
      bench.expect(isDone(answer), told(answer), "A success: the value says who it is.", answer);
      await expectMembers(bench, group, others);
    },
  },
  {
    id: "clients/external-id-shared",
    title: "Two users may have one externalId, since it is the client's.",
    level: "client",
    requirements: ["S-3.1-12", "R-56", "Q36"],
    section: "RFC 7643 §3.1",
    clients: ["entra"],
    suffers: "Where two sources feed one directory, the second cannot create anybody.",
    misses: "externalIds of groups.",
    async run(bench) {
      const externalId = bench.unique("external");
      await person(bench, { externalId });
      const answer = await bench.post(usersOf(bench), bench.newUser({ externalId }));
      expectStatus(bench, answer, 201, "201: the server does not keep it unique.");
    },
  },
];
