import { ENTERPRISE } from "../../../client/urns.ts";
import { freeText, usersOf } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { valueAt } from "../../compare.ts";
import { expectStatus, told } from "../../judge.ts";
import { addressed, addressesOf } from "../addressed.ts";
import { expectFinds, isNamed, needsAnd, quoted, search } from "../filters/search.ts";
import { expectMembers, groupsOf, peopled } from "../groups/peopled.ts";
import { expectValue, isDone, patchedAsClientsDo } from "../patch/patched.ts";
import { elements, person, personWith } from "../people.ts";
import { extensionText } from "../texts.ts";

const clients = ["entra"];
const section = "RFC 7644 §3.5.2";

/** What Entra ID sends, and needs done. */
export const entraChecks: readonly Check[] = [
  {
    id: "clients/entra-connection",
    title: "A user whom nobody knows, looked up by a random id, is a list of none.",
    level: "client",
    requirements: ["P-3.4.2-06", "Q15"],
    section: "RFC 7644 §3.4.2",
    clients,
    suffers: "Entra ID's test of the connection fails, and the application cannot be set up.",
    misses: "Lookups of groups.",
    async run(bench) {
      const { answer, ids } = await search(bench, `userName eq "${crypto.randomUUID()}"`);
      expectStatus(bench, answer, 200, "200, and a list of none.");
      bench.expect(ids.length === 0, "Somebody is found.", "Nobody has this name.", answer);
    },
  },
  {
    id: "clients/entra-op-case",
    title: "Add, Replace and Remove are read as add, replace and remove.",
    level: "client",
    requirements: ["P-3.5.2-04", "R-1", "Q51"],
    section,
    clients,
    suffers: "No change of Entra ID arrives.",
    misses: "Other letter case of the names of messages.",
    async run(bench) {
      const name = freeText(bench);
      const user = await person(bench);
      await patchedAsClientsDo(bench, user, [{ op: "Add", path: name, value: "Clerk" }]);
      const body = await patchedAsClientsDo(bench, user, [{ op: "Replace", path: name, value: "Engineer" }]);
      expectValue(bench, name, body[name], "Engineer");
      const gone = await patchedAsClientsDo(bench, user, [{ op: "Remove", path: name }]);
      bench.expect(gone[name] === undefined || gone[name] === null, `${name} is still there.`, "It is removed.");
    },
  },
  {
    id: "clients/entra-active-text",
    title: 'active is false behind a PATCH to the text "False".',
    level: "client",
    requirements: ["R-54", "Q52"],
    section,
    clients,
    suffers: "Who has left the company keeps an account that is open.",
    misses: "Booleans in the elements of lists.",
    async run(bench) {
      bench.needsAttributes("active");
      const user = await personWith(bench, { active: true });
      const body = await patchedAsClientsDo(bench, user, [{ op: "Replace", path: "active", value: "False" }]);
      expectValue(bench, "active", body.active, false);
    },
  },
  {
    id: "clients/entra-soft-delete",
    title: "Who is deactivated is read and found, and can be made active again.",
    level: "client",
    requirements: ["S-4.1.1-10", "Q31", "Q112"],
    section: "RFC 7643 §4.1.1",
    clients: ["entra", "okta"],
    suffers: "Who comes back is not found, is created again, and that is refused since the name is taken.",
    misses: "A user who was deactivated long ago and moved elsewhere.",
    async run(bench) {
      bench.needsAttributes("active");
      const user = await personWith(bench, { active: true });
      const body = await patchedAsClientsDo(bench, user, [{ op: "replace", path: "active", value: false }]);
      expectValue(bench, "active", body.active, false);
      await expectFinds(bench, isNamed(user), user);
      const again = await patchedAsClientsDo(bench, user, [{ op: "replace", path: "active", value: true }]);
      expectValue(bench, "active", again.active, true);
    },
  },
  {
    id: "clients/remove-value-list",
    title: "remove of members with a list takes these out, and no others.",
    level: "client",
    requirements: ["P-3.5.2.2-08", "R-2", "Q73"],
    section: "RFC 7644 §3.5.2.2",
    clients: ["entra", "onelogin", "jumpcloud", "authentik"],
    suffers: "One who leaves a group empties it, or never leaves.",
    misses: "Lists of hundreds.",
    async run(bench) {
      const { group, members } = await peopled(bench, 2);
      const value = [{ value: members[0]?.id }];
      await patchedAsClientsDo(bench, group, [{ op: "Remove", path: "members", value }]);
      await expectMembers(bench, group, members.slice(1));
    },
  },
  {
    id: "clients/entra-element-made",
    title: "replace of the part of an element that is not there makes the element that the filter describes.",
    level: "client",
    requirements: ["P-3.5.2.1-09", "R-5", "R-6", "Q54"],
    section: "RFC 7644 §3.5.2.3",
    clients,
    suffers: "A first work address, or a first phone number, never arrives.",
    misses: "The same by add.",
    async run(bench) {
      const user = await addressed(bench);
      const value = bench.address("other");
      const body = await patchedAsClientsDo(bench, user, [
        { op: "Replace", path: 'emails[type eq "other"].value', value },
      ]);
      const made = elements(body.emails).find((one) => one.value === value);
      expectValue(bench, "The type of the new address", made?.type, "other");
      expectValue(bench, "emails", addressesOf(body), [user.work, user.home, value].sort().join(" "));
    },
  },
  {
    id: "clients/entra-dotted-key",
    title: "A key with a dot in a value without a path is a path.",
    level: "client",
    requirements: ["P-3.5.2.1-03", "R-14", "Q56"],
    section: "RFC 7644 §3.5.2.1",
    clients,
    suffers: "Names do not arrive, or there is an attribute that is called name.familyName.",
    misses: "Keys with a filter in brackets.",
    async run(bench) {
      bench.needsAttributes("name.familyName", "name.givenName");
      const user = await personWith(bench, { name: { givenName: "Ada", familyName: "Check" } });
      const body = await patchedAsClientsDo(bench, user, [{ op: "Replace", value: { "name.familyName": "Lovelace" } }]);
      expectValue(bench, "name.familyName", body.name?.familyName, "Lovelace");
      expectValue(bench, "name.givenName", body.name?.givenName, "Ada");
    },
  },
  {
    id: "clients/entra-urn-key",
    title: "A key with the URN of an extension in a value without a path is a path.",
    level: "client",
    requirements: ["P-3.5.2.1-03", "R-14", "Q57"],
    section: "RFC 7644 §3.5.2.1",
    clients,
    suffers: "Departments and employee numbers do not arrive.",
    misses: "Parts of complex attributes of an extension.",
    async run(bench) {
      const { urn, name } = extensionText(bench);
      const user = await person(bench);
      const body = await patchedAsClientsDo(bench, user, [{ op: "Add", value: { [`${urn}:${name}`]: "42" } }]);
      expectValue(bench, `${urn}:${name}`, valueAt(body, urn, name), "42");
    },
  },
  {
    id: "clients/entra-manager-text",
    title: "A manager that is set to an id alone is that of the id.",
    level: "client",
    requirements: ["R-55", "Q59"],
    section,
    clients,
    suffers: "Nobody has a manager.",
    misses: "A manager of an empty text, which takes him away.",
    async run(bench) {
      bench.needsAttributes(`${ENTERPRISE}:manager.value`);
      const [user, boss] = [await person(bench), await person(bench)];
      const body = await patchedAsClientsDo(bench, user, [
        { op: "Add", path: `${ENTERPRISE}:manager`, value: boss.id },
      ]);
      expectValue(bench, "manager.value", valueAt(body, ENTERPRISE, "manager", "value"), boss.id);
    },
  },
  {
    id: "clients/entra-primary-text",
    title: 'The text "True" is true where a boolean belongs in an element.',
    level: "client",
    requirements: ["R-54", "Q37"],
    section: "RFC 7644 §3.3",
    clients,
    suffers: "Nobody can be created.",
    misses: "Other booleans.",
    async run(bench) {
      bench.needsAttributes("emails.value", "emails.primary");
      const emails = [{ value: bench.address(), type: "work", primary: "True" }];
      const answer = await bench.post(usersOf(bench), bench.newUser({ emails }));
      expectStatus(bench, answer, 201, "201, with a primary address.");
      const { emails: kept } = await bench.read(`${usersOf(bench)}/${encodeURIComponent(answer.body.id)}`);
      expectValue(bench, "emails.primary", elements(kept)[0]?.primary, true);
    },
  },
  {
    id: "clients/entra-match-by-element",
    title: 'A filter `emails[type eq "work"].value eq "…"` finds who has this address.',
    level: "client",
    requirements: ["P-3.4.2.2-23", "R-29", "Q17"],
    section: "RFC 7644 §3.4.2.2",
    clients,
    suffers: "Where people are matched by their address nobody is found, and everybody is created again.",
    misses: "Other operators behind the brackets.",
    async run(bench) {
      const user = await addressed(bench);
      const { answer, ids } = await search(bench, `emails[type eq "work"].value eq ${quoted(user.work)}`);
      const right = "200, and who has this address: Entra ID sends it so.";
      bench.expect(ids.includes(user.id), `${told(answer)} The user is not found.`, right, answer);
    },
  },
  {
    id: "clients/members-eq",
    title: 'A filter `id eq "…" and members eq "…"` finds the group if the user is in it.',
    level: "client",
    requirements: ["P-3.4.2.2-31", "Q23"],
    section: "RFC 7644 §3.4.2.2",
    clients: ["entra", "aws"],
    suffers: "Entra ID does not see who is in a group, and adds everybody again.",
    misses: "`members.value`, which groups/filter-member tries.",
    async run(bench) {
      const { group, members, others } = await peopled(bench, 1, 1);
      await needsAnd(bench, others[0] ?? (await person(bench)));
      const isIn = (id: unknown) => `id eq ${quoted(group.id)} and members eq ${quoted(String(id))}`;
      await expectFinds(bench, isIn(members[0]?.id), group, groupsOf(bench));
      const { ids } = await search(bench, isIn(others[0]?.id), groupsOf(bench));
      bench.expect(ids.length === 0, "The group is found for who is not in it.", "Nothing is found.");
    },
  },
  {
    id: "clients/change-name",
    title: "A userName can be changed.",
    level: "client",
    requirements: ["S-7-12", "Q48"],
    section: "RFC 7643 §4.1.1",
    clients: ["entra", "okta"],
    suffers: "Who marries keeps the old login name, and the client tries to change it for ever.",
    misses: "The change by PUT.",
    async run(bench) {
      const user = await person(bench);
      const { userName } = bench.newUser();
      const body = await patchedAsClientsDo(bench, user, [{ op: "Replace", path: "userName", value: userName }]);
      expectValue(bench, "userName", String(body.userName).toLowerCase(), String(userName).toLowerCase());
    },
  },
  {
    id: "clients/unknown-beside",
    title: "An unknown attribute beside a known one does not stop the PATCH.",
    level: "client",
    requirements: ["R-37", "R-37a", "Q69"],
    section,
    clients: ["entra", "onelogin"],
    suffers: "One attribute too many in the mapping, and no change of anybody arrives.",
    misses: "Unknown attributes in the elements of lists.",
    async run(bench) {
      const name = freeText(bench);
      const user = await person(bench);
      const answer = await bench.patch(user.path, [
        { op: "Add", path: name, value: "Engineer" },
        { op: "Add", path: "urn:example:unknown:2.0:User:noSuchAttribute", value: "x" },
      ]);
      bench.expect(isDone(answer), told(answer), "A success: what the server does not know it leaves out.", answer);
      expectValue(bench, name, (await bench.read(user.path))[name], "Engineer");
    },
  },
];
