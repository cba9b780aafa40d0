import type { Check } from "../../check.ts";
import { told } from "../../judge.ts";
import { isDone, patched } from "../patch/patched.ts";
import { person } from "../people.ts";
import { expectMembers, memberIds, newGroup, peopled } from "./peopled.ts";

const add = "RFC 7644 §3.5.2.1";
const remove = "RFC 7644 §3.5.2.2";
const replace = "RFC 7644 §3.5.2.3";

/** Who is in a group, and how that is changed. */
export const membershipChecks: readonly Check[] = [
  {
    id: "groups/create-with-members",
    title: "A group is made with the members that are sent along.",
    level: "must",
    requirements: ["S-4.2-03", "Q111"],
    section: "RFC 7643 §4.2",
    suffers: "Everybody in a new group is left out, and has no access.",
    misses: "Groups of hundreds, which losses/large-group tries.",
    async run(bench) {
      const members = [await person(bench), await person(bench)];
      await expectMembers(bench, await newGroup(bench, members), members);
    },
  },
  {
    id: "groups/add-member",
    title: "add puts a member beside those who are there.",
    level: "must",
    requirements: ["P-3.5.2.1-06"],
    section: add,
    suffers: "Who joins a group throws everybody else out, or does not get in.",
    misses: "Groups of hundreds.",
    async run(bench) {
      const { group, members, others } = await peopled(bench, 1, 1);
      const value = others.map(({ id }) => ({ value: id }));
      await patched(bench, group, [{ op: "add", path: "members", value }]);
      await expectMembers(bench, group, [...members, ...others]);
    },
  },
  {
    id: "groups/add-to-empty",
    title: "add puts members into a group that has none, several at once.",
    level: "must",
    requirements: ["P-3.5.2.1-04", "P-3.5.2.1-06"],
    section: add,
    suffers: "Nobody gets into a new group, or one of several.",
    misses: "Groups that have been emptied.",
    async run(bench) {
      const members = [await person(bench), await person(bench)];
      const group = await newGroup(bench, []);
      const value = members.map(({ id }) => ({ value: id }));
      await patched(bench, group, [{ op: "add", path: "members", value }]);
      await expectMembers(bench, group, members);
    },
  },
  {
    id: "groups/add-pathless",
    title: "add without a path puts members beside those who are there.",
    level: "must",
    requirements: ["P-3.5.2.1-02", "P-3.5.2.1-06"],
    section: add,
    suffers: "Who joins a group throws everybody else out, or does not get in.",
    misses: "Other attributes in the same value.",
    async run(bench) {
      const { group, members, others } = await peopled(bench, 1, 1);
      const value = { members: others.map(({ id }) => ({ value: id })) };
      await patched(bench, group, [{ op: "add", value }]);
      await expectMembers(bench, group, [...members, ...others]);
    },
  },
  {
    id: "groups/add-present",
    title: "Adding a member who is there is a success, and leaves one of her.",
    level: "should",
    requirements: ["P-3.5.2.1-08", "Q78"],
    section: add,
    suffers: "Clients that repeat a request double members, or are told of an error and stop.",
    misses: "A member who is listed twice in one request.",
    async run(bench) {
      const { group, members } = await peopled(bench, 1);
      const value = members.map(({ id }) => ({ value: id }));
      await patched(bench, group, [{ op: "add", path: "members", value }]);
      await expectMembers(bench, group, members);
    },
  },
  {
    id: "groups/remove-member",
    title: "remove by a filter takes one member out, and no other.",
    level: "must",
    requirements: ["P-3.5.2.2-04", "Q74"],
    section: remove,
    suffers: "Who leaves a group takes everybody else along, or keeps the access.",
    misses: "Groups of hundreds.",
    async run(bench) {
      const { group, members } = await peopled(bench, 2);
      const path = `members[value eq ${JSON.stringify(members[0]?.id)}]`;
      await patched(bench, group, [{ op: "remove", path }]);
      await expectMembers(bench, group, members.slice(1));
    },
  },
  {
    id: "groups/remove-several",
    title: "Several members are taken out by one request of several operations.",
    level: "must",
    requirements: ["P-3.5.2.2-04", "P-3.5.2-18"],
    section: remove,
    suffers: "Of several who leave, one does.",
    misses: "Hundreds of operations.",
    async run(bench) {
      const { group, members } = await peopled(bench, 3);
      const gone = members.slice(0, 2);
      const operations = gone.map(({ id }) => ({ op: "remove", path: `members[value eq ${JSON.stringify(id)}]` }));
      await patched(bench, group, operations);
      await expectMembers(bench, group, members.slice(2));
    },
  },
  {
    id: "groups/remove-absent",
    title: "Removing somebody who is not in the group is a success, and changes nothing.",
    level: "should",
    requirements: ["P-3.5.2.2-06", "Q78", "R-11"],
    section: remove,
    suffers: "Clients that repeat a removal are told of an error, and Entra ID puts the job into quarantine.",
    misses: "A group that has no members at all.",
    async run(bench) {
      const { group, members, others } = await peopled(bench, 1, 1);
      const path = `members[value eq ${JSON.stringify(others[0]?.id)}]`;
      await patched(bench, group, [{ op: "remove", path }]);
      await expectMembers(bench, group, members);
    },
  },
  {
    id: "groups/remove-all",
    title: "remove of all members empties the group.",
    level: "must",
    requirements: ["P-3.5.2.2-03"],
    section: remove,
    suffers: "Everybody keeps an access that was taken from all.",
    misses: "A value beside the path, which clients/remove-value-list tries.",
    async run(bench) {
      const { group } = await peopled(bench, 2);
      await patched(bench, group, [{ op: "remove", path: "members" }]);
      await expectMembers(bench, group, []);
    },
  },
  {
    id: "groups/replace-members",
    title: "replace of the members puts others in their place.",
    level: "must",
    requirements: ["P-3.5.2.3-04"],
    section: replace,
    suffers: "Who is no longer in a group keeps its access.",
    misses: "Lists of hundreds.",
    async run(bench) {
      const { group, members, others } = await peopled(bench, 2, 1);
      const right = [...members.slice(1), ...others];
      const value = right.map(({ id }) => ({ value: id }));
      await patched(bench, group, [{ op: "replace", path: "members", value }]);
      await expectMembers(bench, group, right);
    },
  },
  {
    id: "groups/replace-by-none",
    title: "replace of the members by an empty list empties the group.",
    level: "must",
    requirements: ["P-3.5.2.3-04", "S-2.5-02", "Q76"],
    section: replace,
    suffers: "Everybody keeps an access that was taken from all.",
    misses: "null in the place of the list.",
    async run(bench) {
      const { group } = await peopled(bench, 2);
      await patched(bench, group, [{ op: "replace", path: "members", value: [] }]);
      await expectMembers(bench, group, []);
    },
  },
  {
    id: "groups/add-and-remove",
    title: "One PATCH may add one member and remove another.",
    level: "must",
    requirements: ["P-3.5.2-18"],
    section: "RFC 7644 §3.5.2",
    suffers: "A group ends as the client has not described it.",
    misses: "The same member added and removed.",
    async run(bench) {
      const { group, members, others } = await peopled(bench, 2, 1);
      await patched(bench, group, [
        { op: "add", path: "members", value: others.map(({ id }) => ({ value: id })) },
        { op: "remove", path: `members[value eq ${JSON.stringify(members[0]?.id)}]` },
      ]);
      await expectMembers(bench, group, [...members.slice(1), ...others]);
    },
  },
  {
    id: "groups/refused-whole",
    title: "A PATCH of a group that was refused has changed no member.",
    level: "must",
    requirements: ["P-3.5.2-21"],
    section: "RFC 7644 §3.5.2",
    suffers: "Half of a change is done, and the client takes it for not done.",
    misses: "What a server changes in the users.",
    async run(bench) {
      const { group, members, others } = await peopled(bench, 1, 1);
      const answer = await bench.patch(group.path, [
        { op: "add", path: "members", value: others.map(({ id }) => ({ value: id })) },
        { op: "replace", path: "id", value: "other" },
      ]);
      if (isDone(answer)) bench.block("The server does not refuse to change the id.");
      await expectMembers(bench, group, members);
    },
  },
  {
    id: "groups/member-immutable",
    title: "Who a member is cannot be changed, since parts of members are immutable.",
    level: "must",
    requirements: ["S-4.2-02", "P-3.5.2-10", "R-51"],
    section: "RFC 7643 §4.2",
    suffers: "A membership passes to somebody else, and no log of memberships says so.",
    misses: "Other parts of members than their value.",
    async run(bench) {
      const { group, members, others } = await peopled(bench, 1, 1);
      const path = `members[value eq ${JSON.stringify(members[0]?.id)}].value`;
      const answer = await bench.patch(group.path, [{ op: "replace", path, value: others[0]?.id }]);
      bench.expect(answer.status >= 400 && answer.status < 500, told(answer), "400 mutability: it is refused.", answer);
      if (answer.body.scimType !== "mutability") bench.note(`It is refused for another reason. ${told(answer)}`);
      await expectMembers(bench, group, members);
    },
  },
  {
    id: "groups/unknown-member",
    title: "A member who does not exist is refused, left out or kept, and breaks nothing.",
    level: "option",
    requirements: ["S-2.3.7-05", "R-80", "Q94"],
    section: "RFC 7643 §2.3.7",
    suffers: "One account that is missing stops a whole group.",
    misses: "A member who is deleted while the request is under way.",
    async run(bench) {
      const { group, members } = await peopled(bench, 1);
      const value = [{ value: `no-such-${bench.run}` }];
      const answer = await bench.patch(group.path, [{ op: "add", path: "members", value }]);
      bench.expect(answer.status < 500, told(answer), "400 invalidValue, or a success.", answer);
      const ids = await memberIds(bench, group);
      bench.expect(ids.includes(String(members[0]?.id)), "The other member is gone.", "Who was there stays.", answer);
      bench.note(
        isDone(answer) ? "A member who does not exist is not refused." : "A member who does not exist is refused.",
      );
    },
  },
];
