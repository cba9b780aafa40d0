import { factOf, userSchemaOf } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { needList } from "../../judge.ts";
import { person, personWith } from "../people.ts";
import { extensionText } from "../texts.ts";
import { expectFinds, expectMissesOut, isNamed, needsAnd, needsEq, quoted, search } from "./search.ts";

const section = "RFC 7644 §3.10";

/** How attributes are named in filters. */
export const nameChecks: readonly Check[] = [
  {
    id: "filter/attribute-case",
    title: "Names of attributes have no letter case in a filter.",
    level: "must",
    requirements: ["P-3.4.2.2-03", "P-3.10-01"],
    section: "RFC 7644 §3.4.2.2",
    suffers: "Clients that write `username` or `UserName` find nobody, and create everybody again.",
    misses: "Names in other letter case behind brackets.",
    async run(bench) {
      const user = await person(bench);
      await needsEq(bench, user);
      for (const name of ["username", "USERNAME", "UserName"])
        await expectFinds(bench, `${name} eq ${quoted(user.userName)}`, user);
    },
  },
  {
    id: "filter/operator-case",
    title: "Operators and keywords have no letter case.",
    level: "must",
    requirements: ["P-3.4.2.2-04"],
    section: "RFC 7644 §3.4.2.2",
    suffers: "Ping and Entra ID, which write EQ and And, are refused.",
    misses: "Other letter case of operators that few clients send.",
    async run(bench) {
      const user = await person(bench);
      await needsAnd(bench, user);
      await expectFinds(bench, `userName EQ ${quoted(user.userName)}`, user);
      await expectFinds(bench, `userName Eq ${quoted(user.userName)} AND userName PR`, user);
      await expectFinds(bench, `${isNamed(user)} And NOT (id eq "no-${user.id}") Or id eq "no-${user.id}"`, user);
    },
  },
  {
    id: "filter/urn-name",
    title: "An attribute may be named with the URN of its schema in front, dots and colons in it and all.",
    level: "must",
    requirements: ["P-3.4.2.2-28", "P-3.10-02"],
    section,
    suffers: "Clients that name attributes in full, as the schema lists them, are refused.",
    misses: "URNs that are the beginning of another URN.",
    async run(bench) {
      const user = await person(bench);
      await needsEq(bench, user);
      const urn = userSchemaOf(bench);
      await expectFinds(bench, `${urn}:userName eq ${quoted(user.userName)}`, user);
      await expectMissesOut(bench, `${urn}:userName eq ${quoted(`no-${user.userName}`)}`, user);
    },
  },
  {
    id: "filter/urn-case",
    title: "The URN in front of an attribute has no letter case.",
    level: "must",
    requirements: ["P-3.10-01"],
    section,
    suffers: "Clients that write the last part of the URN as `user` are refused.",
    misses: "URNs of extensions in another letter case.",
    async run(bench) {
      const user = await person(bench);
      await needsEq(bench, user);
      await expectFinds(bench, `${userSchemaOf(bench).toUpperCase()}:USERNAME eq ${quoted(user.userName)}`, user);
    },
  },
  {
    id: "filter/sub-attribute",
    title: "A part of a complex attribute is named behind a dot.",
    level: "must",
    requirements: ["P-3.4.2.2-31"],
    section: "RFC 7644 §3.4.2.2",
    suffers: "People cannot be found by their family name.",
    misses: "Parts of complex attributes other than the name.",
    async run(bench) {
      bench.needsAttributes("name.familyName");
      const familyName = bench.unique("family");
      const user = await personWith(bench, { name: { givenName: "Ada", familyName } });
      await expectFinds(bench, `name.familyName eq ${quoted(familyName)}`, user);
      await expectMissesOut(bench, `name.givenName eq ${quoted(familyName)}`, user);
    },
  },
  {
    id: "filter/extension",
    title: "An attribute of an extension is found by its URN.",
    level: "must",
    requirements: ["P-3.4.2.2-28"],
    section,
    suffers: "Clients that match people by employee number find nobody, and create everybody again.",
    misses: "Extensions other than the first that has a text.",
    async run(bench) {
      const { urn, name } = extensionText(bench);
      const value = bench.unique("extension");
      const user = await personWith(bench, { [urn]: { [name]: value } });
      await expectFinds(bench, `${urn}:${name} eq ${quoted(value)}`, user);
      await expectMissesOut(bench, `${urn}:${name} eq ${quoted(`no-${value}`)}`, user);
    },
  },
  {
    id: "filter/unknown-attribute",
    title: "A filter by an attribute that users do not have is refused, or finds nobody.",
    level: "should",
    requirements: ["P-3.4.2.1-05", "R-35"],
    section: "RFC 7644 §3.4.2.1",
    suffers:
      "A slip in the name of an attribute answers with everybody, and what the client does next is done to the wrong one.",
    misses: "A slip under `not`, which a server that takes it for no value answers by everybody.",
    async run(bench) {
      const user = await person(bench);
      const { answer, ids } = await search(bench, `noSuchAttribute eq ${quoted(user.userName)}`);
      if (answer.status === 400) return;
      needList(bench, answer);
      const right = "400 invalidFilter, or a list of nobody: no user has a value there.";
      bench.expect(
        ids.length === 0,
        `A filter by an attribute that there is not finds ${ids.length} users.`,
        right,
        answer,
      );
      bench.note("A filter by an unknown attribute is answered by an empty list.");
    },
  },
  {
    id: "filter/id",
    title: "The id can be filtered by.",
    level: "should",
    requirements: ["P-3.4.2.2-38"],
    section: "RFC 7644 §3.4.2.2",
    suffers: "Entra ID asks whether a member is in a group by `id eq … and members eq …`, and is told nothing.",
    misses: "Ids with characters that a filter must escape.",
    async run(bench) {
      const user = await person(bench);
      await needsEq(bench, user);
      await expectFinds(bench, `id eq ${quoted(user.id)}`, user);
      await expectMissesOut(bench, `id eq "no-${user.id}"`, user);
    },
  },
  {
    id: "filter/external-id",
    title: "The externalId can be filtered by.",
    level: "should",
    requirements: ["P-3.4.2.2-38"],
    section: "RFC 7643 §3.1",
    suffers: "Clients that know people by their own key find nobody, and create everybody again.",
    misses: "Two resources of one externalId, of which both are to be found.",
    async run(bench) {
      const externalId = bench.unique("external");
      const user = await personWith(bench, { externalId });
      await expectFinds(bench, `externalId eq ${quoted(externalId)}`, user);
      await expectMissesOut(bench, `externalId eq ${quoted(`no-${externalId}`)}`, user);
    },
  },
  {
    id: "filter/resource-type",
    title: "meta.resourceType can be filtered by at an endpoint.",
    level: "should",
    requirements: ["P-3.4.2.2-38", "S-3.1-17"],
    section: "RFC 7644 §3.4.2.2",
    suffers: "Clients that use one filter for all endpoints are refused.",
    misses: "Another letter case of the name, which the attribute tells apart.",
    async run(bench) {
      const user = await person(bench);
      await needsAnd(bench, user);
      const name = bench.facts.users?.name ?? "User";
      await expectFinds(bench, `${isNamed(user)} and meta.resourceType eq ${quoted(name)}`, user);
      await expectMissesOut(bench, `${isNamed(user)} and meta.resourceType eq "NoSuchType"`, user);
    },
  },
  {
    id: "filter/schemas",
    title: "schemas can be filtered by.",
    level: "option",
    requirements: ["P-3.4.2.2-35"],
    section: "RFC 7644 §3.4.2.2",
    suffers: "Clients cannot ask for the users that an extension applies to.",
    misses: "Users whose extension is listed and empty.",
    async run(bench) {
      const user = await person(bench);
      await needsAnd(bench, user);
      const filter = `${isNamed(user)} and schemas eq ${quoted(userSchemaOf(bench))}`;
      const { answer, ids } = await search(bench, filter);
      if (answer.status !== 200) bench.skip("The server does not filter by schemas, which it may choose.");
      bench.expect(ids.includes(user.id), `\`${filter}\` does not find the user.`, "Its schemas has that URN.", answer);
      await expectMissesOut(bench, `${isNamed(user)} and schemas eq "urn:example:none"`, user);
    },
  },
  {
    id: "filter/bare-extension-name",
    title: "An attribute of an extension without its URN is no attribute, or is that of the extension.",
    level: "option",
    requirements: ["P-3.10-03", "R-62"],
    section,
    suffers: "A filter that leaves the URN out answers with everybody.",
    misses: "Two extensions that have an attribute of one name.",
    async run(bench) {
      const { urn, name } = extensionText(bench);
      if (factOf(bench, name) !== undefined) bench.skip(`Users have ${name} in their core schema too.`);
      const user = await personWith(bench, { [urn]: { [name]: bench.unique("bare") } });
      const { answer, ids } = await search(bench, `${name} eq ${quoted(bench.unique("nobody"))}`);
      if (answer.status !== 200) return;
      const right = "400 invalidFilter, or those whose extension has that value.";
      bench.expect(!ids.includes(user.id), `\`${name} eq …\` finds a user of another ${name}.`, right, answer);
    },
  },
];
