import { factOf } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { expectStatus, told } from "../../judge.ts";
import { idsOf as foundIds, quoted, search } from "../filters/search.ts";
import { expectPatchRefused, isDone, patched } from "../patch/patched.ts";
import { elements, personWith } from "../people.ts";
import { expectMembers, groupsOf, membersOf, newGroup, peopled } from "./peopled.ts";

const section = "RFC 7643 §4.2";

/** What becomes of memberships, and what users show of them. */
export const userGroupChecks: readonly Check[] = [
  {
    id: "groups/nested",
    title: "A group may be a member of a group, or is refused.",
    level: "option",
    requirements: ["S-4.2-04", "Q106"],
    section,
    suffers: "Who is in the inner group has no access, and the client believes it.",
    misses: "Whether people of the inner group have the access of the outer one.",
    async run(bench) {
      const inner = await newGroup(bench, []);
      const body = bench.newGroup({ members: [{ value: inner.id, type: "Group" }] });
      const answer = await bench.post(groupsOf(bench), body);
      if (answer.status !== 201) {
        bench.expect(answer.status < 500, told(answer), "201, or a refusal.", answer);
        bench.skip("The server refuses groups in groups.");
      }
      const outer = await bench.read(`${groupsOf(bench)}/${answer.body.id}`);
      const isThere = membersOf(outer).some(({ value }) => value === inner.id);
      bench.expect(
        isThere,
        "The inner group was dropped in silence.",
        "It is a member, or the request is refused.",
        answer,
      );
    },
  },
  {
    id: "groups/user-deleted",
    title: "Who is deleted is in no group.",
    level: "should",
    requirements: ["P-3.6-06", "Q107"],
    section: "RFC 7644 §3.6",
    suffers: "Clients see members who are not there, and removals of them fail.",
    misses: "Groups within groups.",
    async run(bench) {
      const { group, members } = await peopled(bench, 2);
      const answer = await bench.delete(String(members[0]?.path));
      if (answer.status !== 204) bench.block(told(answer));
      await expectMembers(bench, group, members.slice(1));
    },
  },
  {
    id: "groups/deleted",
    title: "Deleting a group deletes nobody in it.",
    level: "must",
    requirements: ["P-3.6-01", "P-3.4.1-01"],
    section: "RFC 7644 §3.6",
    suffers: "Who removes a group removes its people.",
    misses: "What else hangs on a group.",
    async run(bench) {
      const { group, members } = await peopled(bench, 1);
      const answer = await bench.delete(group.path);
      if (answer.status !== 204) bench.block(told(answer));
      expectStatus(
        bench,
        await bench.get(String(members[0]?.path)),
        200,
        "200: the user is still there.",
        "A read of a member of the group that was deleted",
      );
    },
  },
  {
    id: "groups/inactive-member",
    title: "Who is deactivated stays in the group.",
    level: "client",
    requirements: ["Q87"],
    section: "RFC 7643 §4.1.1",
    clients: ["entra", "okta"],
    suffers: "Who comes back from leave has lost every access, and the client believes that it is all there.",
    misses: "Users who are deactivated by PUT.",
    async run(bench) {
      bench.needsAttributes("active");
      const { group, members } = await peopled(bench, 1);
      const answer = await bench.patch(String(members[0]?.path), [{ op: "replace", path: "active", value: false }]);
      if (!isDone(answer)) bench.block(told(answer));
      await expectMembers(bench, group, members);
    },
  },
  {
    id: "groups/of-user",
    title: "A user's groups names the groups that she is in, by their ids.",
    level: "should",
    requirements: ["S-4.1.2-11"],
    section: "RFC 7643 §4.1.2",
    suffers: "Clients that read a person's groups believe that she has none.",
    misses: "Groups within groups, which are indirect.",
    async run(bench) {
      if (factOf(bench, "groups") === undefined) bench.skip("The schema of users has no groups.");
      const { group, members, others } = await peopled(bench, 1, 1);
      const { groups } = await bench.read(String(members[0]?.path));
      const isThere = elements(groups).some(({ value }) => value === group.id);
      bench.expect(isThere, "groups does not name the group.", "She is in it.");
      const of = elements((await bench.read(String(others[0]?.path))).groups);
      bench.expect(!of.some(({ value }) => value === group.id), "groups names a group of others.", "She is not in it.");
    },
  },
  {
    id: "groups/of-user-left",
    title: "A user's groups no longer names a group that she has left.",
    level: "must",
    requirements: ["S-4.1.2-10", "S-4.1.2-11"],
    section: "RFC 7643 §4.1.2",
    suffers: "Who has lost an access seems to have it.",
    misses: "Groups that are deleted.",
    async run(bench) {
      if (factOf(bench, "groups") === undefined) bench.skip("The schema of users has no groups.");
      const { group, members } = await peopled(bench, 1);
      // Who keeps what was read once shows it still.
      const before = elements((await bench.read(String(members[0]?.path))).groups);
      if (!before.some(({ value }) => value === group.id)) bench.block("A user's groups does not name the group.");
      await patched(bench, group, [{ op: "remove", path: `members[value eq ${quoted(String(members[0]?.id))}]` }]);
      const of = elements((await bench.read(String(members[0]?.path))).groups);
      bench.expect(!of.some(({ value }) => value === group.id), "groups still names the group.", "She has left it.");
    },
  },
  {
    id: "groups/of-user-read-only",
    title: "A PATCH of a user's groups is refused, since it is readOnly.",
    level: "must",
    requirements: ["S-4.1.2-10", "P-3.5.2-09"],
    section: "RFC 7643 §4.1.2",
    suffers: "Clients believe that somebody is in a group, and she is not.",
    misses: "groups in a POST or a PUT, where it is ignored.",
    async run(bench) {
      if (factOf(bench, "groups") === undefined) bench.skip("The schema of users has no groups.");
      if (bench.hasAttribute("groups")) bench.skip("The server announces that clients may write it.");
      const [user, group] = [await personWith(bench, {}), await newGroup(bench, [])];
      const operations = [{ op: "add", path: "groups", value: [{ value: group.id }] }];
      await expectPatchRefused(bench, user, operations, "400 mutability: membership is changed in the group.");
    },
  },
  {
    id: "groups/filter-of-user",
    title: "Users are found by the group that they are in.",
    level: "option",
    requirements: ["P-3.4.2.2-38"],
    section: "RFC 7644 §3.4.2.2",
    suffers: "Clients that ask who is in a group get others.",
    misses: "Groups within groups.",
    async run(bench) {
      if (factOf(bench, "groups") === undefined) bench.skip("The schema of users has no groups.");
      const { group, members, others } = await peopled(bench, 1, 1);
      const { answer } = await search(bench, `groups.value eq ${quoted(group.id)}`);
      if (answer.status !== 200) bench.skip("The server does not filter by groups, which it derives.");
      const ids = foundIds(answer);
      bench.expect(ids.includes(String(members[0]?.id)), "Who is in it is not found.", "She is found.", answer);
      bench.expect(!ids.includes(String(others[0]?.id)), "Who is not in it is found.", "She is not found.", answer);
    },
  },
];
