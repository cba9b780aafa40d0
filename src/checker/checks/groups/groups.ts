import type { Check } from "../../check.ts";
import { isSameUri } from "../../compare.ts";
import type { Json } from "../../json.ts";
import { expectStatus, isRefused, needList, told } from "../../judge.ts";
import type { Workbench } from "../../workbench.ts";
import { expectFinds, expectMissesOut, quoted } from "../filters/search.ts";
import { isDone, patched } from "../patch/patched.ts";
import { expectMembers, groupsOf, memberIds, membersOf, newGroup, peopled } from "./peopled.ts";

const section = "RFC 7643 §4.2";

/** The base URL by which the server calls itself; that it is another one than was called is for `http/base-url` to say. */
function baseOf(bench: Workbench, body: Json, path: string): string {
  const location = String(body.meta?.location);
  return location.endsWith(path) ? location.slice(0, -path.length) : bench.facts.baseUrl;
}

/** Groups, their names and how they show their members. */
export const groupChecks: readonly Check[] = [
  {
    id: "groups/name-required",
    title: "A group without a displayName is refused.",
    level: "must",
    requirements: ["S-4.2-01", "R-50"],
    section,
    suffers: "There are groups that nobody can tell apart.",
    misses: "Names of blanks alone.",
    async run(bench) {
      const answer = await bench.post(groupsOf(bench), bench.newGroup({ displayName: undefined }));
      if ([405, 501].includes(answer.status)) bench.skip(`The server lets no client make groups. ${told(answer)}`);
      bench.expect(
        isRefused(answer),
        told(answer, "A group without a displayName"),
        "400 invalidValue: every group has a displayName.",
        answer,
      );
    },
  },
  {
    id: "groups/same-name",
    title: "Two groups may have one name, or the second is refused by 409.",
    level: "option",
    requirements: ["R-50", "Q85"],
    section,
    suffers: "Clients do not know what became of the second.",
    misses: "Names that are the same but for their letter case.",
    async run(bench) {
      const displayName = bench.unique("group");
      await newGroup(bench, [], { displayName });
      const answer = await bench.post(groupsOf(bench), bench.newGroup({ displayName }));
      expectStatus(bench, answer, [201, 409], "201, or 409 uniqueness.", "A second group with the same displayName");
      bench.note(answer.status === 201 ? "Groups may share a name." : "Names of groups are unique.");
    },
  },
  {
    id: "groups/filter-name",
    title: "A group is found by its displayName.",
    level: "must",
    requirements: ["P-3.4.2.2-02", "P-3.4.2.2-06"],
    section: "RFC 7644 §3.4.2.2",
    suffers: "Every client looks a group up before it creates one, and would create it twice.",
    misses: "Two groups of one name, of which both are to be found.",
    async run(bench) {
      const displayName = bench.unique("group");
      const group = await newGroup(bench, [], { displayName });
      await expectFinds(bench, `displayName eq ${quoted(displayName)}`, group, groupsOf(bench));
      await expectMissesOut(bench, `displayName eq ${quoted(`no-${displayName}`)}`, group, groupsOf(bench));
    },
  },
  {
    id: "groups/filter-member",
    title: "The groups of a user are found by members.value.",
    level: "should",
    requirements: ["P-3.4.2.2-30", "P-3.4.2.2-38"],
    section: "RFC 7644 §3.4.2.2",
    suffers: "Clients that ask whether somebody is in a group read all of its members.",
    misses: "Groups within groups.",
    async run(bench) {
      const { group, members, others } = await peopled(bench, 1, 1);
      await expectFinds(bench, `members.value eq ${quoted(String(members[0]?.id))}`, group, groupsOf(bench));
      await expectMissesOut(bench, `members.value eq ${quoted(String(others[0]?.id))}`, group, groupsOf(bench));
    },
  },
  {
    id: "groups/without-members",
    title: "excludedAttributes=members leaves the members out of a read.",
    level: "must",
    requirements: ["P-3.9-03"],
    section: "RFC 7644 §3.9",
    suffers: "Clients that only look whether a group is there read its 100,000 members.",
    misses: "Whether the server reads the members all the same.",
    async run(bench) {
      const { group } = await peopled(bench, 1);
      const answer = await bench.get(group.path, { excludedAttributes: "members" });
      expectStatus(bench, answer, 200, "200, without members.", "A read of a group with excludedAttributes=members");
      bench.expect(membersOf(answer.body).length === 0, "members is shown.", "It is excluded.", answer);
      bench.expect(answer.body.displayName !== undefined, "displayName is missing.", "It is not excluded.", answer);
    },
  },
  {
    id: "groups/list-without-members",
    title: "excludedAttributes=members leaves the members out of a list.",
    level: "must",
    requirements: ["P-3.4.2.5-01", "P-3.9-03", "Q27"],
    section: "RFC 7644 §3.9",
    suffers: "Entra ID asks so for every group it looks up, and waits for its 100,000 members.",
    misses: "Whether the server reads the members all the same.",
    async run(bench) {
      bench.needs("filter");
      const { group } = await peopled(bench, 1);
      const { displayName } = await bench.read(group.path);
      const query = { filter: `displayName eq ${quoted(String(displayName))}`, excludedAttributes: "members" };
      const answer = await bench.get(groupsOf(bench), query);
      const found = needList(bench, answer).find(({ id }) => id === group.id);
      if (found === undefined) bench.block("The group is not found by its name.");
      bench.expect(membersOf(found).length === 0, "members is shown.", "It is excluded.", answer);
    },
  },
  {
    id: "groups/member-ref",
    title: "The $ref of a member, where there is one, is the URI of a resource that is there.",
    level: "must",
    requirements: ["S-4.2-03", "S-2.3.7-03"],
    section,
    suffers: "Clients that follow it end at another account or at none.",
    misses: "Members of other types than users.",
    async run(bench) {
      const { group, members } = await peopled(bench, 1);
      const read = await bench.read(group.path);
      const [shown] = membersOf(read);
      if (typeof shown?.$ref !== "string") bench.skip("The server shows no $ref.");
      const path = String(members[0]?.path);
      const right = `${baseOf(bench, read, group.path)}${path}`;
      const isRight = isSameUri(bench, shown.$ref, path) || isSameUri(bench, shown.$ref, right);
      bench.expect(isRight, `$ref is ${shown.$ref}.`, `It leads to ${right}.`);
    },
  },
  {
    id: "groups/member-type",
    title: "The type of a member, where there is one, is that of the resource.",
    level: "should",
    requirements: ["S-4.2-05"],
    section,
    suffers: "Clients take people for groups.",
    misses: "Members of other types than users.",
    async run(bench) {
      const { group } = await peopled(bench, 1);
      const [shown] = membersOf(await bench.read(group.path));
      if (shown?.type === undefined) bench.skip("The server shows no type.");
      const name = bench.facts.users?.name ?? "User";
      bench.expect(String(shown.type).toLowerCase() === name.toLowerCase(), `type is ${shown.type}.`, `It is ${name}.`);
    },
  },
  {
    id: "groups/rename",
    title: "A new name leaves the members alone.",
    level: "must",
    requirements: ["P-3.5.2.3-03"],
    section: "RFC 7644 §3.5.2.3",
    suffers: "Who renames a group empties it.",
    misses: "Names that another group has.",
    async run(bench) {
      const { group, members } = await peopled(bench, 1);
      const displayName = bench.unique("renamed");
      const body = await patched(bench, group, [{ op: "replace", path: "displayName", value: displayName }]);
      const seen = `displayName is ${JSON.stringify(body.displayName)}.`;
      bench.expect(body.displayName === displayName, seen, `It is ${displayName}.`);
      await expectMembers(bench, group, members);
    },
  },
  {
    id: "groups/put",
    title: "PUT puts the members that it lists in the place of those who were there.",
    level: "must",
    requirements: ["P-3.5.1-01", "P-3.5.1-13"],
    section: "RFC 7644 §3.5.1",
    suffers: "Who is no longer in a group keeps its access, or the change is refused.",
    misses: "Lists of hundreds.",
    async run(bench) {
      const { group, members, others } = await peopled(bench, 2, 1);
      const right = [...others, ...members.slice(1)];
      const body = bench.newGroup({ id: group.id, members: right.map(({ id }) => ({ value: id })) });
      const answer = await bench.put(group.path, body);
      bench.expect(
        isDone(answer),
        told(answer, "A PUT of a group with other members"),
        "200: members come and go by PUT.",
        answer,
      );
      await expectMembers(bench, group, right);
    },
  },
  {
    id: "groups/put-read",
    title: "PUT of a group as it was read keeps its members.",
    level: "must",
    requirements: ["P-3.5.1-01", "P-3.5.1-13"],
    section: "RFC 7644 §3.5.1",
    suffers: "Who changes the name of a group in this way empties it.",
    misses: "Groups whose reads leave members out.",
    async run(bench) {
      const { group, members } = await peopled(bench, 2);
      const answer = await bench.put(group.path, await bench.read(group.path));
      bench.expect(
        isDone(answer),
        told(answer, "A PUT of a group as it was read"),
        "200: it is what the server itself has sent.",
        answer,
      );
      await expectMembers(bench, group, members);
    },
  },
  {
    id: "groups/put-without-members",
    title: "PUT without members empties the group or keeps it, and never half of it.",
    level: "option",
    requirements: ["P-3.5.1-02"],
    section: "RFC 7644 §3.5.1",
    suffers: "Clients do not know who is in the group.",
    misses: "An empty list of members, which empties the group.",
    async run(bench) {
      const { group, members } = await peopled(bench, 2);
      const answer = await bench.put(group.path, bench.newGroup({ members: undefined }));
      bench.expect(
        isDone(answer),
        told(answer, "A PUT of a group without members"),
        "200: members are not required.",
        answer,
      );
      const left = await memberIds(bench, group);
      if (left !== "") await expectMembers(bench, group, members);
      bench.note(left === "" ? "PUT without members empties a group." : "PUT without members keeps them.");
    },
  },
];
