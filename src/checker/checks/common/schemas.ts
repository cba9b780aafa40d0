import { ENTERPRISE } from "../../../client/urns.ts";
import { userSchemaOf, usersOf } from "../../attributes.ts";
import { created, stored } from "../../bodies.ts";
import type { Check } from "../../check.ts";
import { isUnassigned, valueAt } from "../../compare.ts";
import { expectMade, expectStatus, isRefused } from "../../judge.ts";
import type { Workbench } from "../../workbench.ts";

const isSameUrn = (one: unknown, other: string) => String(one).toLowerCase() === other.toLowerCase();
const hasEnterprise = (bench: Workbench) =>
  bench.facts.users?.extensions.some(({ schema }) => isSameUrn(schema, ENTERPRISE)) === true;

/** The attribute `schemas` of resources. @see RFC 7643 §3 */
export const namedSchemas: readonly Check[] = [
  {
    id: "common/schemas",
    title: "Every user names its schema.",
    level: "must",
    requirements: ["S-2.1-03", "S-3-01", "S-3.3-01"],
    section: "RFC 7643 §3",
    suffers: "A client in a typed language does not know what it has been given.",
    misses: "Entries of lists without schemas; common/schemas-in-lists finds them.",
    async run(bench) {
      const urn = userSchemaOf(bench);
      const { schemas: seen } = await bench.read((await bench.user()).path);
      const holds = Array.isArray(seen) && seen.some((one) => isSameUrn(one, urn));
      bench.expect(holds, `schemas is ${JSON.stringify(seen) ?? "absent"}.`, `schemas has "${urn}" in it.`);
    },
  },
  {
    id: "common/schemas-in-lists",
    title: "Each entry of a list names its schema.",
    level: "must",
    requirements: ["S-2.1-03"],
    section: "RFC 7643 §3",
    suffers: "A client in a typed language skips the entries that it cannot read.",
    misses: "Entries beyond the first ten.",
    async run(bench) {
      await bench.user();
      const { Resources = [] } = await bench.read(usersOf(bench), { count: 10 });
      const wrong = Resources.filter(
        ({ schemas }: { schemas?: unknown }) => !Array.isArray(schemas) || schemas.length === 0,
      );
      bench.expect(wrong.length === 0, `${wrong.length} entries have no schemas.`, "Each entry has its schemas.");
    },
  },
  {
    id: "common/schemas-of-the-type",
    title: "A resource names only schemas of its type, none of them twice.",
    level: "must",
    requirements: ["S-3-02", "S-3-03"],
    section: "RFC 7643 §3",
    suffers: "A client looks for attributes that are not there.",
    misses: "A schema that is named and has no data; common/schemas-follow-the-data finds it.",
    async run(bench) {
      const { users } = bench.facts;
      const known = [userSchemaOf(bench), ...(users?.extensions ?? []).map(({ schema }) => schema)];
      const { schemas: seen } = await bench.read((await bench.user()).path);
      if (!Array.isArray(seen)) bench.block("The user has no schemas.");
      const wrong = seen.filter(
        (one: unknown, place: number) => !known.some((urn) => isSameUrn(one, urn)) || seen.indexOf(one) !== place,
      );
      bench.expect(
        wrong.length === 0,
        `It names ${wrong.join(", ")}.`,
        `Only ${known.join(", ")} are named, each once.`,
      );
    },
  },
  {
    id: "common/schemas-unknown",
    title: "A schema that the type does not have is refused or left out.",
    level: "must",
    requirements: ["S-3-02"],
    section: "RFC 7643 §3",
    suffers: "A client believes that the server has kept what it has dropped.",
    misses: "Attributes under that schema that are kept.",
    async run(bench) {
      const urn = `urn:example:${bench.run}:1.0:Nothing`;
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), schemas: [userSchemaOf(bench), urn] });
      if (isRefused(answer)) return;
      expectMade(bench, answer, "It is 201 without that schema, or 400.");
      const { schemas: seen } = await stored(bench, answer);
      bench.expect(!seen?.includes(urn), "It is named in the resource.", "It is not named.", answer);
    },
  },
  {
    id: "common/schemas-of-another-type",
    title: "A body that names only the schema of another type is refused.",
    level: "must",
    requirements: ["S-3.3-01"],
    section: "RFC 7643 §3.3",
    suffers: "A group that is sent to the wrong address becomes a person.",
    misses: "A wrong schema beside the right one.",
    async run(bench) {
      bench.needsGroups();
      const { groups, schemas: documents } = bench.facts;
      if (groups === undefined || !documents.has(groups.schema))
        return bench.skip("Groups have no schema that is known.");
      const schemas = [groups.schema];
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), schemas });
      expectStatus(bench, answer, 400, "The status is 400: schemas has the base schema of the type at least.");
    },
  },
  {
    id: "common/schemas-twice",
    title: "A schema that a client names twice is named once in the resource.",
    level: "must",
    requirements: ["S-3-03"],
    section: "RFC 7643 §3",
    suffers: "A client that reads schemas into a set, or into a key of a table, fails.",
    misses: "Doubles that come to be by PATCH.",
    async run(bench) {
      const urn = userSchemaOf(bench);
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), schemas: [urn, urn] });
      if (isRefused(answer)) return;
      expectMade(bench, answer, "It is 201, or 400.");
      const { schemas: seen = [] } = await stored(bench, answer);
      bench.expect(new Set(seen).size === seen.length, `schemas is ${seen.join(", ")}.`, "Each is there once.", answer);
    },
  },
  {
    id: "common/schemas-in-any-order",
    title: "The order of schemas makes no difference.",
    level: "must",
    requirements: ["S-3-04"],
    section: "RFC 7643 §3",
    suffers: "A client that names the extension first is refused.",
    misses: "An order that matters to PUT alone.",
    async run(bench) {
      if (!hasEnterprise(bench)) bench.skip("Users do not have the enterprise extension.");
      const body = {
        ...bench.newUser(),
        schemas: [ENTERPRISE, userSchemaOf(bench)],
        [ENTERPRISE]: { department: "d" },
      };
      const answer = await bench.post(usersOf(bench), body);
      expectMade(bench, answer, "It is taken, whichever schema stands first.");
    },
  },
  {
    id: "common/schemas-in-any-case",
    title: "URNs of schemas are read in any letter case.",
    level: "option",
    requirements: ["S-3-05"],
    section: "RFC 7643 §3",
    suffers: "A client that writes them in another letter case is refused.",
    misses: "Letter case in paths and filters.",
    async run(bench) {
      const schemas = [userSchemaOf(bench).toUpperCase()];
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), schemas });
      expectMade(bench, answer, "It is taken: URNs are compared without letter case.");
    },
  },
  {
    id: "common/schemas-missing",
    title: "A body without schemas is refused, or taken for what its endpoint holds.",
    level: "should",
    requirements: ["S-3-01", "R-37"],
    section: "RFC 7643 §3",
    suffers: "A client that forgets them is answered by a fault, and tries again for ever.",
    misses: "A PUT without schemas.",
    async run(bench) {
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), schemas: undefined });
      expectStatus(bench, answer, [201, 200, 400], "It is 400, or 201 where the server is lenient.");
      bench.note(answer.status === 201 ? "The server infers a missing schemas." : "The server asks for schemas.");
    },
  },
  {
    id: "common/schemas-follow-the-data",
    title: "A resource names an extension only where it has data of it.",
    level: "option",
    requirements: ["S-3-08"],
    section: "RFC 7643 §3",
    suffers: "A client looks for data that is not there.",
    misses: "An extension that is not named although it has data.",
    async run(bench) {
      const { users } = bench.facts;
      const optional = (users?.extensions ?? []).filter(({ required }) => !required).map(({ schema }) => schema);
      if (optional.length === 0) bench.skip("Users have no optional extension.");
      const answer = await created(bench, Object.fromEntries(optional.map((urn) => [urn, undefined])));
      const body = await stored(bench, answer);
      const loose = optional.filter((urn) => body.schemas?.includes(urn) && body[urn] === undefined);
      bench.expect(loose.length === 0, `It names ${loose.join(", ")}.`, "Only what has data is named.", answer);
    },
  },
  {
    id: "common/unassigned-is-one-state",
    title: "null, an empty list and nothing at all are one state.",
    level: "must",
    requirements: ["S-2.5-01"],
    section: "RFC 7643 §2.5",
    suffers: "A client that clears an attribute by null is refused, or stores a null that others stumble over.",
    misses: "The same in PUT and PATCH.",
    async run(bench) {
      bench.needsAttributes("nickName", "phoneNumbers");
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), nickName: null, phoneNumbers: [] });
      expectMade(bench, answer, "It is taken as if they were not there.");
      const body = await stored(bench, answer);
      const names = ["nickName", "phoneNumbers"].filter((name) => !isUnassigned(valueAt(body, name)));
      bench.expect(names.length === 0, `It has ${names.join(" and ")}.`, "It has neither.", answer);
    },
  },
];
