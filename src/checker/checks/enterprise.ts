import { ENTERPRISE } from "../../client/urns.ts";
import { usersOf } from "../attributes.ts";
import { created, replaced, replacement, stored } from "../bodies.ts";
import type { Check } from "../check.ts";
import { absolute, isUnassigned, valueAt } from "../compare.ts";
import type { Json } from "../json.ts";
import { expectMade, expectNoFault, expectStatus, isRefused, isStatus, needStatus, told } from "../judge.ts";

const section = "RFC 7643 §4.3";
const shown = (value: Json) => JSON.stringify(value) ?? "absent";
const TEXTS = ["employeeNumber", "costCenter", "organization", "division", "department"];

/** The enterprise extension. @see RFC 7643 §4.3 */
export const enterprise: readonly Check[] = [
  {
    id: "enterprise/is-kept",
    title: "The texts of the enterprise extension are kept, under its URN.",
    level: "must",
    requirements: ["S-4.3-01", "S-3-07"],
    section,
    suffers: "Departments and cost centers never arrive.",
    misses: "Attributes that the server's own schema of the extension lacks.",
    async run(bench) {
      const names = TEXTS.filter((name) => bench.hasAttribute(`${ENTERPRISE}:${name}`));
      if (names.length === 0) bench.skip("Users do not have the enterprise extension.");
      const sent = Object.fromEntries(names.map((name) => [name, bench.unique(name)]));
      const seen = valueAt(await stored(bench, await created(bench, { [ENTERPRISE]: sent })), ENTERPRISE);
      const lost = names.filter((name) => valueAt(seen, name) !== sent[name]);
      bench.expect(lost.length === 0, `Lost or changed: ${lost.join(", ")}.`, "All are as they were sent.");
    },
  },
  {
    id: "enterprise/is-named",
    title: "A user with data of the extension names it in schemas.",
    level: "must",
    requirements: ["S-3-08", "S-3-02"],
    section: "RFC 7643 §3",
    suffers: "A client that goes by schemas does not look into the extension.",
    misses: "An extension that is named without data; common/schemas-follow-the-data finds it.",
    async run(bench) {
      bench.needsAttributes(`${ENTERPRISE}:department`);
      const body = await stored(bench, await created(bench, { [ENTERPRISE]: { department: bench.unique("d") } }));
      if (valueAt(body, ENTERPRISE, "department") === undefined) bench.block("The department is not kept.");
      const holds = body.schemas?.some((one: unknown) => String(one).toLowerCase() === ENTERPRISE.toLowerCase());
      bench.expect(holds === true, `schemas is ${shown(body.schemas)}.`, `It has "${ENTERPRISE}" in it.`);
    },
  },
  {
    id: "enterprise/without-its-name",
    title: "Data of the extension is taken, or refused, where schemas does not name it.",
    level: "should",
    requirements: ["S-3-09"],
    section: "RFC 7643 §3.3",
    suffers: "What a client sends is dropped without a word.",
    misses: "The same in PUT.",
    async run(bench) {
      bench.needsAttributes(`${ENTERPRISE}:department`);
      const department = bench.unique("department");
      const schemas = [bench.facts.users?.schema];
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), schemas, [ENTERPRISE]: { department } });
      if (isRefused(answer)) return bench.note("An extension must be named in schemas.");
      expectMade(bench, answer, "It is 201, or 400.");
      const seen = valueAt(await stored(bench, answer), ENTERPRISE, "department");
      bench.expect(seen === department, `department is ${shown(seen)}.`, "It is kept, or refused.", answer);
    },
  },
  {
    id: "enterprise/urn-in-any-case",
    title: "The URN of the extension is read in any letter case.",
    level: "must",
    requirements: ["S-2.1-02"],
    section: "RFC 7643 §2.1",
    suffers: "What a client sends is dropped without a word.",
    misses: "Letter case of the URN in paths and filters.",
    async run(bench) {
      bench.needsAttributes(`${ENTERPRISE}:department`);
      const department = bench.unique("department");
      const answer = await created(bench, { [ENTERPRISE]: undefined, [ENTERPRISE.toUpperCase()]: { department } });
      const seen = valueAt(await stored(bench, answer), ENTERPRISE, "department");
      bench.expect(seen === department, `department is ${shown(seen)}.`, `department is "${department}".`, answer);
    },
  },
  {
    id: "enterprise/not-at-the-root",
    title: "Attributes of the extension are not among those of the user itself.",
    level: "must",
    requirements: ["S-3-07"],
    section: "RFC 7643 §3",
    suffers: "A client finds the department in two places, and changes the wrong one.",
    misses: "Attributes of other extensions.",
    async run(bench) {
      bench.needsAttributes(`${ENTERPRISE}:department`);
      const body = await stored(bench, await created(bench, { [ENTERPRISE]: { department: bench.unique("d") } }));
      const base = bench.facts.schemas.get(bench.facts.users?.schema ?? "")?.attributes ?? [];
      if (base.some(({ name }) => name === "department")) bench.skip("The base schema has a department of its own.");
      bench.expect(body.department === undefined, "department is at the root.", "It is under the URN alone.");
    },
  },
  {
    id: "enterprise/not-on-groups",
    title: "A group does not take the extension of users.",
    level: "should",
    requirements: ["S-3.3-04"],
    section: "RFC 7643 §3.3",
    suffers: "Groups have departments that no schema describes.",
    misses: "Extensions of the server's own.",
    async run(bench) {
      bench.needsGroups();
      if (bench.facts.groups?.extensions.some(({ schema }) => schema === ENTERPRISE)) bench.skip("Groups have it.");
      const sent = { ...bench.newGroup(), [ENTERPRISE]: { department: "d" } };
      const answer = await bench.post(bench.facts.groups?.endpoint ?? "/Groups", sent);
      if (isRefused(answer)) return;
      expectMade(bench, answer, "It is 201 without it, or 400.");
      bench.expect(isUnassigned(valueAt(answer.body, ENTERPRISE)), "It is kept.", "It is left out.", answer);
    },
  },
  {
    id: "enterprise/manager",
    title: "A manager is kept by the id of a user.",
    level: "must",
    requirements: ["S-4.3-02", "S-4.3-03"],
    section,
    suffers: "Nobody's manager arrives.",
    misses: "A manager who is changed by PATCH.",
    async run(bench) {
      bench.needsAttributes(`${ENTERPRISE}:manager.value`);
      const boss = await bench.user();
      const sent = { department: bench.unique("department"), manager: { value: boss.id } };
      const answer = await created(bench, { [ENTERPRISE]: sent });
      const body = await stored(bench, answer);
      const isLost = isUnassigned(valueAt(body, ENTERPRISE)) && bench.hasAttribute(`${ENTERPRISE}:department`);
      if (isLost) bench.block("Nothing of the extension is kept.");
      const seen = valueAt(body, ENTERPRISE, "manager", "value");
      bench.expect(seen === boss.id, `manager.value is ${shown(seen)}.`, `manager.value is "${boss.id}".`, answer);
    },
  },
  {
    id: "enterprise/manager-reference",
    title: "The $ref of a manager leads to the manager.",
    level: "must",
    requirements: ["S-2.3.7-03", "S-2.3.7-02", "S-4.3-02"],
    section: "RFC 7643 §2.3.7",
    suffers: "A client that follows references ends up nowhere.",
    misses: "References to managers who are gone.",
    async run(bench) {
      bench.needsAttributes(`${ENTERPRISE}:manager.value`);
      const boss = await bench.user();
      const answer = await created(bench, { [ENTERPRISE]: { manager: { value: boss.id } } });
      const link = valueAt(await stored(bench, answer), ENTERPRISE, "manager", "$ref");
      if (typeof link !== "string") return bench.skip("The server gives no $ref.");
      const read = await bench.get(absolute(bench, link.replace(/^(\.\.\/)+/, "/")));
      const holds = isStatus(read, 200) && valueAt(read.body, "userName") === valueAt(boss.body, "userName");
      bench.expect(holds, `$ref is ${link}. ${told(read)}`, "It answers with the manager.", answer, read);
    },
  },
  {
    id: "enterprise/manager-display-name",
    title: "displayName of a manager is the server's: one that a client sends is ignored.",
    level: "must",
    requirements: ["S-4.3-02", "P-3.3-01"],
    section,
    suffers: "A manager has a name that is not theirs.",
    misses: "A name that a PATCH sets.",
    async run(bench) {
      bench.needsAttributes(`${ENTERPRISE}:manager.value`);
      const boss = await bench.user();
      const displayName = bench.unique("made-up");
      const sent = { ...bench.newUser(), [ENTERPRISE]: { manager: { value: boss.id, displayName } } };
      const answer = await bench.post(usersOf(bench), sent);
      expectMade(bench, answer, "It is 201, and displayName is ignored.");
      const seen = valueAt(await stored(bench, answer), ENTERPRISE, "manager", "displayName");
      bench.expect(seen !== displayName, "The client's name is kept.", "It is the manager's own, or absent.", answer);
    },
  },
  {
    id: "enterprise/manager-is-removed",
    title: "A PUT with null for the manager takes the manager away.",
    level: "must",
    requirements: ["P-3.5.1-04", "S-2.5-02"],
    section: "RFC 7643 §2.5",
    suffers: "People report for ever to somebody who has left.",
    misses: "A manager who is removed by PATCH.",
    async run(bench) {
      bench.needsAttributes(`${ENTERPRISE}:manager.value`);
      const boss = await bench.user();
      const made = await bench.user({ [ENTERPRISE]: { manager: { value: boss.id } } });
      const after = await replaced(bench, made, replacement(bench, made, { [ENTERPRISE]: { manager: null } }));
      const seen = valueAt(after, ENTERPRISE, "manager");
      bench.expect(isUnassigned(seen), `manager is ${shown(seen)}.`, "There is none.");
    },
  },
  {
    id: "enterprise/unknown-manager",
    title: "A manager who is not there is refused or taken, and is no fault.",
    level: "should",
    requirements: ["S-2.3.7-05", "R-80"],
    section: "RFC 7643 §2.3.7",
    suffers: "A client that sends people before their managers is told that the server is down.",
    misses: "A reference that is taken and dropped.",
    async run(bench) {
      bench.needsAttributes(`${ENTERPRISE}:manager.value`);
      const manager = { value: `nobody-${bench.run}` };
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), [ENTERPRISE]: { manager } });
      expectNoFault(bench, answer, "An unknown manager");
      bench.note(isRefused(answer) ? "An unknown manager is refused." : "An unknown manager is taken.");
    },
  },
  {
    id: "enterprise/manager-who-leaves",
    title: "A user whose manager is deleted can be read and written.",
    level: "should",
    requirements: ["P-3.6-02", "S-2.3.7-05"],
    section: "RFC 7644 §3.6",
    suffers: "Everybody who reported to a person who has left can no longer be changed.",
    misses: "A manager who is deleted while the user is written.",
    async run(bench) {
      bench.needsAttributes(`${ENTERPRISE}:manager.value`);
      const boss = await bench.user();
      const made = await bench.user({ [ENTERPRISE]: { manager: { value: boss.id } } });
      needStatus(bench, await bench.delete(boss.path), [200, 202, 204]);
      const read = await bench.get(made.path);
      expectStatus(bench, read, 200, "The user can be read.");
      const answer = await bench.put(made.path, replacement(bench, made, { [ENTERPRISE]: { department: "d" } }));
      expectStatus(bench, answer, [200, 201, 204], "The user can be written.");
    },
  },
];
