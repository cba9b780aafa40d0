import { usersOf } from "../../attributes.ts";
import { created, replaced, replacement, stored } from "../../bodies.ts";
import type { Check } from "../../check.ts";
import { valueAt } from "../../compare.ts";
import { expectMade, expectStatus, isList, isStatus, needStatus, told } from "../../judge.ts";

/** id and externalId. @see RFC 7643 §3.1 */
export const identifiers: readonly Check[] = [
  {
    id: "common/id",
    title: "Every user has an id, a text that is not empty.",
    level: "must",
    requirements: ["S-3.1-04"],
    section: "RFC 7643 §3.1",
    suffers: "A client cannot find again what it has made, and makes it a second time.",
    misses: "Resources of other types without an id.",
    async run(bench) {
      const body = bench.newUser();
      const answer = await bench.post(usersOf(bench), body);
      needStatus(bench, answer, [201, 200]);
      const read = answer.isJson ? answer.body : await stored(bench, answer);
      const holds = typeof read.id === "string" && read.id !== "";
      bench.expect(holds, `id is ${JSON.stringify(read.id) ?? "absent"}.`, "id is a text that is not empty.", answer);
    },
  },
  {
    id: "common/id-is-the-servers",
    title: "The server chooses the id: one that a client sends with a create is ignored.",
    level: "must",
    requirements: ["S-3.1-07", "P-3.3-01"],
    section: "RFC 7643 §3.1",
    suffers: "A client overwrites or shadows the resource of another one.",
    misses: "An id that is taken from a PUT; replace/id-in-body finds it.",
    async run(bench) {
      const id = bench.unique("id");
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), id });
      expectMade(bench, answer, "The create succeeds, and the id in it is ignored.");
      bench.expect(answer.body.id !== id, "The id is the client's.", "The id is one of the server's own.", answer);
    },
  },
  {
    id: "common/id-stays",
    title: "The id of a user stays when its userName changes.",
    level: "must",
    requirements: ["S-3.1-06"],
    section: "RFC 7643 §3.1",
    suffers: "A client loses a person whenever that person's name changes, and makes them again.",
    misses: "An id that changes with another attribute, or after a time.",
    async run(bench) {
      const made = await bench.user();
      const { id } = await bench.read(made.path);
      const answer = await bench.put(made.path, bench.newUser());
      needStatus(bench, answer, [200, 201, 204]);
      const read = await bench.get(made.path);
      bench.expect(isStatus(read, 200), told(read), "The user is found by the same id as before.", answer, read);
      bench.expect(read.body.id === id, `The id is ${read.body.id}.`, `The id is still ${id}.`, answer, read);
    },
  },
  {
    id: "common/id-is-not-reused",
    title: "The id of a deleted user is not given to another one, even of the same name.",
    level: "must",
    requirements: ["S-3.1-06"],
    section: "RFC 7643 §3.1",
    suffers: "What a client remembers of one person is applied to another.",
    misses: "An id that is used again after more than one create.",
    async run(bench) {
      const made = await bench.user();
      needStatus(bench, await bench.delete(made.path), 204);
      const again = await bench.post(usersOf(bench), bench.newUser({ userName: valueAt(made.body, "userName") }));
      // That the name is still taken is for delete/name-is-free to say.
      const answer = again.status === 409 ? await created(bench, {}) : again;
      needStatus(bench, answer, [201, 200]);
      bench.expect(answer.body.id !== made.id, `The id is ${made.id} again.`, "The id is a new one.", answer);
    },
  },
  {
    id: "common/id-without-bulk-id",
    title: "No id has the text bulkId in it.",
    level: "must",
    requirements: ["S-3.1-08"],
    section: "RFC 7643 §3.1",
    suffers: "A reference within a bulk request is taken for one to another resource.",
    misses: "Ids of resources beyond the first hundred.",
    async run(bench) {
      const answer = await bench.get(usersOf(bench), { count: 100 });
      if (!isList(answer)) bench.block(told(answer));
      const ids: readonly string[] = (answer.body.Resources ?? []).map(({ id }: { id?: unknown }) => String(id));
      const wrong = ids.find((id) => id.includes("bulkId"));
      bench.expect(wrong === undefined, `An id is ${wrong}.`, "An id does not contain bulkId.", answer);
    },
  },
  {
    id: "common/id-of-one-type-only",
    title: "No user has the id of a group.",
    level: "must",
    requirements: ["S-3.1-05"],
    section: "RFC 7643 §3.1",
    suffers: "A member of a group is a person or another group, and a client cannot tell which.",
    misses: "Ids beyond the first hundred of each type.",
    async run(bench) {
      bench.needsGroups();
      await bench.user();
      await bench.group();
      const ids = async (path: string) => {
        const { Resources = [] } = await bench.read(path, { count: 100 });
        return Resources.map(({ id }: { id?: unknown }) => id);
      };
      const users = await ids(usersOf(bench));
      const groups: readonly unknown[] = await ids(bench.facts.groups?.endpoint ?? "/Groups");
      const both = groups.find((id) => users.includes(id));
      bench.expect(both === undefined, `${both} is a user and a group.`, "Ids are unique over all resources.");
    },
  },
  {
    id: "common/id-is-exact",
    title: "An id is found in its own letter case only.",
    level: "should",
    requirements: ["S-3.1-09", "P-3.4.1-03"],
    section: "RFC 7643 §3.1",
    suffers: "Two ids that differ in letter case alone stand for one resource.",
    misses: "A filter by id that ignores letter case.",
    async run(bench) {
      const made = await bench.user();
      const other = made.id === made.id.toUpperCase() ? made.id.toLowerCase() : made.id.toUpperCase();
      if (other === made.id) bench.skip("The ids of the server have no letters.");
      const answer = await bench.get(`${usersOf(bench)}/${encodeURIComponent(other)}`);
      expectStatus(bench, answer, 404, "There is no resource with this id: id is caseExact.");
    },
  },
  {
    id: "common/external-id",
    title: "externalId is kept as the client sent it, letter case included.",
    level: "must",
    requirements: ["S-3.1-01", "S-3.1-13", "S-7-09"],
    section: "RFC 7643 §3.1",
    suffers: "A client does not recognise its own people, and makes them a second time.",
    misses: "An externalId that is kept and cannot be filtered by.",
    async run(bench) {
      const externalId = `AbC-${bench.unique("Ext")}`;
      const answer = await created(bench, { externalId });
      const seen = valueAt(await stored(bench, answer), "externalId");
      bench.expect(seen === externalId, `It is ${JSON.stringify(seen) ?? "absent"}.`, `externalId is "${externalId}".`);
    },
  },
  {
    id: "common/external-id-can-change",
    title: "externalId can be changed by a client.",
    level: "must",
    requirements: ["S-3.1-13"],
    section: "RFC 7643 §3.1",
    suffers: "A client that takes over the people of another one cannot mark them as its own.",
    misses: "An externalId that PUT changes and PATCH does not.",
    async run(bench) {
      const made = await bench.user({ externalId: bench.unique("first") });
      if (valueAt(made.body, "externalId") === undefined) bench.block("The first externalId is not kept.");
      const externalId = bench.unique("second");
      const seen = valueAt(await replaced(bench, made, replacement(bench, made, { externalId })), "externalId");
      bench.expect(seen === externalId, `It is ${JSON.stringify(seen) ?? "absent"}.`, `externalId is "${externalId}".`);
    },
  },
  {
    id: "common/external-id-is-the-clients",
    title: "The server never sets an externalId itself.",
    level: "must",
    requirements: ["S-3.1-10", "S-3.1-14"],
    section: "RFC 7643 §3.1",
    suffers: "A client takes a person for one of another system.",
    misses: "An externalId that is set later on.",
    async run(bench) {
      const answer = await created(bench, { externalId: undefined });
      const seen = valueAt(await stored(bench, answer), "externalId") ?? undefined;
      bench.expect(seen === undefined, `externalId is ${JSON.stringify(seen)}.`, "There is none.");
    },
  },
  {
    id: "common/external-id-twice",
    title: "Two users may have the same externalId.",
    level: "should",
    requirements: ["S-3.1-12", "R-56"],
    section: "RFC 7643 §3.1",
    suffers: "A client that moves people between two sources is refused the second of them.",
    misses: "A server that has taken the second and lost the first.",
    async run(bench) {
      const externalId = bench.unique("shared");
      await created(bench, { externalId });
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), externalId });
      expectMade(bench, answer, "It is taken: keeping externalId unique is the client's affair.");
    },
  },
];
