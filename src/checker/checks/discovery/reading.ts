import { LIST, USER } from "../../../client/urns.ts";
import type { Check } from "../../check.ts";
import { expectError, expectStatus, isList, isRefused, isStatus, told } from "../../judge.ts";
import { answerOf, expectNone, listedAt, PROVIDER, providerOf, SCHEMAS, TYPES } from "./document.ts";

const SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema";

/** How `/Schemas` is read, and what parameters do at all three. */
export const reading: readonly Check[] = [
  {
    id: "discovery/schemas-are-listed",
    title: "GET /Schemas answers 200 with a ListResponse.",
    level: "must",
    requirements: ["P-4-02"],
    section: "RFC 7644 §4",
    suffers: "A client does not learn which attributes there are; Entra's wizard offers none to map.",
    misses: "A list that is short of a schema which is used nevertheless; discovery/types-schema-is-served finds it.",
    async run(bench) {
      const answer = await answerOf(bench, SCHEMAS);
      expectStatus(bench, answer, 200, "The status is 200.");
      bench.expect(isList(answer), "The body is no list of resources.", "The body is a ListResponse.", answer);
    },
  },
  {
    id: "discovery/lists-are-list-responses",
    title: "The lists of discovery name the schema of lists, and count what they hold.",
    level: "must",
    requirements: ["P-3.4.2-02", "P-3.4.2-03"],
    section: "RFC 7644 §4",
    suffers: "A client that reads lists by one routine fails at the first document of all.",
    misses: "A wrong schema on lists of users; checks of queries find it.",
    async run(bench) {
      for (const path of [SCHEMAS, TYPES]) {
        const { answer, entries } = await listedAt(bench, path);
        if (!answer.isJson || !isList(answer)) bench.block(`${path} answers with what is no list.`);
        const { schemas, totalResults } = answer.body;
        const named = Array.isArray(schemas) && schemas.includes(LIST);
        bench.expect(named, `${path} has schemas ${JSON.stringify(schemas)}.`, `schemas is ["${LIST}"].`, answer);
        const right = `totalResults is ${entries.length}.`;
        bench.expect(totalResults === entries.length, `${path} has totalResults ${totalResults}.`, right, answer);
      }
    },
  },
  {
    id: "discovery/schemas-one-by-one",
    title: "Each schema can be read by its URN at /Schemas/{urn}.",
    level: "must",
    requirements: ["P-4-03"],
    section: "RFC 7644 §4",
    suffers: "A client that wants one schema is told that there is none.",
    misses: "Schemas beyond the first.",
    async run(bench) {
      const { entries } = await listedAt(bench, SCHEMAS);
      const { id } = entries.find((one) => one.id === USER) ?? entries[0];
      const answer = await bench.get(`${SCHEMAS}/${id}`);
      expectStatus(bench, answer, 200, "The status is 200, and the body is that schema.");
      bench.expect(answer.body.id === id, `id is ${answer.body.id}.`, `id is "${id}", and the body no list.`, answer);
    },
  },
  {
    id: "discovery/schemas-escaped",
    title: "A schema can be read with the colons of its URN percent-encoded.",
    level: "should",
    requirements: ["P-1.2-01", "P-4-03"],
    section: "RFC 7644 §1.2",
    suffers: "A client whose library escapes colons in paths is told that there is no such schema.",
    misses: "Other characters that are escaped; http/escaped-id tries ids.",
    async run(bench) {
      const { entries } = await listedAt(bench, SCHEMAS);
      const answer = await bench.get(`${SCHEMAS}/${encodeURIComponent(String(entries[0].id))}`);
      expectStatus(bench, answer, 200, "The status is 200, as with colons as they are.");
    },
  },
  {
    id: "discovery/schemas-same-twice",
    title: "A schema that is read alone is the same as in the list.",
    level: "should",
    requirements: ["P-4-03"],
    section: "RFC 7644 §4",
    suffers: "Two clients of one server believe in different attributes.",
    misses: "Schemas beyond the first, and differences within an attribute.",
    async run(bench) {
      const { entries } = await listedAt(bench, SCHEMAS);
      const answer = await bench.get(`${SCHEMAS}/${entries[0].id}`);
      if (!isStatus(answer, 200) || !Array.isArray(answer.body.attributes)) bench.block(told(answer));
      const names = (attributes: readonly { name?: unknown }[]) => attributes.map(({ name }) => String(name)).sort();
      const alone = names(answer.body.attributes);
      const listed = names(Array.isArray(entries[0].attributes) ? entries[0].attributes : []);
      const right = `Both have the attributes ${listed.join(", ")}.`;
      bench.expect(alone.join() === listed.join(), `Alone it has ${alone.join(", ")}.`, right, answer);
    },
  },
  {
    id: "discovery/schemas-unknown",
    title: "A schema that is not there is 404.",
    level: "must",
    requirements: ["P-4-03"],
    section: "RFC 7644 §4",
    suffers: "A client that asks for an extension believes that the server has it.",
    misses: "A schema that is there and not known to the list.",
    async run(bench) {
      const answer = await bench.get(`${SCHEMAS}/urn:example:${bench.run}:1.0:Nothing`);
      expectError(bench, answer, { status: 404, right: "The status is 404." });
    },
  },
  {
    id: "discovery/types-unknown",
    title: "A resource type that is not there is 404.",
    level: "must",
    requirements: ["P-4-03"],
    section: "RFC 7644 §4",
    suffers: "A client that asks whether there are groups believes that there are.",
    misses: "A type that is there and not known to the list.",
    async run(bench) {
      const answer = await bench.get(`${TYPES}/Nothing${bench.run}`);
      expectError(bench, answer, { status: 404, right: "The status is 404." });
    },
  },
  {
    id: "discovery/messages-are-no-schemas",
    title: "The schemas of messages are not among /Schemas.",
    level: "must",
    requirements: ["P-3.1-03"],
    section: "RFC 7644 §3.1",
    suffers: "A client takes a message for a kind of resource that it can manage.",
    misses: "A message schema that can be read by its URN alone.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, SCHEMAS);
      const wrong = entries.map(({ id }) => String(id)).filter((id) => /^urn:ietf:params:scim:api:/i.test(id));
      expectNone(bench, answer, wrong, {
        seen: "Schemas of messages",
        right: "Only schemas of resources and their extensions are listed.",
      });
    },
  },
  {
    id: "discovery/schemas-schemas",
    title: "Each schema document names the schema of schemas.",
    level: "must",
    requirements: ["S-7-03"],
    section: "RFC 7643 §7, erratum 8417",
    suffers: "A client that tells documents apart by their schemas does not recognise it.",
    misses: "A schema that is named and not kept to.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, SCHEMAS);
      const wrong = entries.filter(({ schemas }) => !(Array.isArray(schemas) && schemas.includes(SCHEMA)));
      expectNone(
        bench,
        answer,
        wrong.map(({ id }) => String(id)),
        {
          seen: "Without their schema",
          right: `schemas is ["${SCHEMA}"].`,
        },
      );
    },
  },
  {
    id: "discovery/schemas-meta",
    title: "Each schema's meta says that it is a Schema, and where it is.",
    level: "should",
    requirements: ["P-4-07"],
    section: "RFC 7643 §7",
    suffers: "A client cannot follow a schema to its own address.",
    misses: "A location that answers with another document.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, SCHEMAS);
      const wrong = entries.filter(({ meta }) => meta?.resourceType !== "Schema" || typeof meta.location !== "string");
      expectNone(
        bench,
        answer,
        wrong.map(({ id }) => String(id)),
        {
          seen: "Without meta, or with another one",
          right: 'meta.resourceType is "Schema", and meta.location is its address.',
        },
      );
    },
  },
  {
    id: "discovery/paging-is-ignored",
    title: "Discovery lists are whole, whatever count and startIndex say.",
    level: "must",
    requirements: ["P-4-05"],
    section: "RFC 7644 §4",
    suffers: "A client that always pages is given one schema and takes it for all.",
    misses: "sortBy and attributes that are heeded.",
    async run(bench) {
      const { entries } = await listedAt(bench, SCHEMAS);
      if (entries.length < 2) bench.skip("There is one schema only.");
      const answer = await bench.get(SCHEMAS, { count: 1, startIndex: 2 });
      const listed = answer.body.Resources?.length;
      const right = `All ${entries.length} are listed: the parameters are ignored.`;
      bench.expect(listed === entries.length, `It lists ${listed ?? "none"}.`, right, answer);
    },
  },
  ...[PROVIDER, TYPES, SCHEMAS].map(
    (path): Check => ({
      id: `discovery/filter-${path.slice(1).toLowerCase()}`,
      title: `A filter on ${path} is 403.`,
      level: "should",
      requirements: ["P-4-06"],
      section: "RFC 7644 §4",
      suffers: "A client that filters takes the whole document for what it has asked for.",
      misses: "A filter in the body of a search.",
      async run(bench) {
        const plain = await answerOf(bench, path);
        if (!isStatus(plain, 200)) bench.block(told(plain));
        const answer = await bench.get(path, { filter: 'id eq "nothing"' });
        expectError(bench, answer, { status: 403, right: "The status is 403." });
      },
    }),
  ),
  ...[PROVIDER, TYPES, SCHEMAS].flatMap((path) =>
    (["POST", "PUT", "PATCH", "DELETE"] as const).map(
      (method): Check => ({
        id: `discovery/${method.toLowerCase()}-${path.slice(1).toLowerCase()}`,
        title: `${path} is for reading: ${method} is refused.`,
        level: "must",
        requirements: [path === PROVIDER ? "S-5-02" : path === TYPES ? "S-6-01" : "S-7-02"],
        section: path === PROVIDER ? "RFC 7643 §5" : path === TYPES ? "RFC 7643 §6" : "RFC 7643 §7",
        suffers: "A client changes what all others go by, or believes that it has.",
        misses: "A write to one entry of the list.",
        async run(bench) {
          const answer = await bench.ask(method, path, method === "DELETE" ? {} : { body: {} });
          const is = isRefused(answer) || isStatus(answer, 501);
          bench.expect(is, told(answer), "It is refused: 405, 403, 404 or 501.", answer);
        },
      }),
    ),
  ),
  {
    id: "discovery/methods-are-405",
    title: "A method that a discovery endpoint does not have is 405 or 501, with the methods that it has.",
    level: "option",
    requirements: ["P-3.2-03"],
    section: "RFC 9110 §15.5.6",
    suffers: "A person who debugs a client is told that the address is wrong, when it is the method.",
    misses: "An Allow header that lists too much.",
    async run(bench) {
      const answer = await bench.ask("DELETE", PROVIDER);
      expectStatus(bench, answer, [405, 501], "The status is 405.");
      const hasAllow = answer.status === 501 || answer.headers.has("allow");
      bench.expect(hasAllow, "There is no Allow header.", "Allow lists the methods that there are.", answer);
    },
  },
  {
    id: "discovery/plural-configuration",
    title: "The configuration is at /ServiceProviderConfig, in the singular.",
    level: "option",
    requirements: ["P-4-01"],
    section: "RFC 7644 §4",
    suffers: "A client of SCIM 1.1 takes the server for one of its own time.",
    misses: "Other endpoints of SCIM 1.1.",
    async run(bench) {
      await providerOf(bench);
      const answer = await bench.get(`${PROVIDER}s`);
      bench.expect(!isStatus(answer, 200), told(answer), "The plural, which SCIM 1.1 had, is 404.", answer);
    },
  },
  {
    id: "discovery/is-consistent",
    title: "Each schema that is listed belongs to a resource type, as its own or as an extension.",
    level: "should",
    requirements: ["S-7-01", "P-4-08"],
    section: "RFC 7643 §7",
    suffers: "A client offers attributes that no resource can have.",
    misses: "Attributes that are described and not taken.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, SCHEMAS);
      const types = await listedAt(bench, TYPES);
      const used = types.entries.flatMap(({ schema, schemaExtensions }) => [
        schema,
        ...(Array.isArray(schemaExtensions) ? schemaExtensions.map((one) => one?.schema) : []),
      ]);
      const own = /^urn:ietf:params:scim:schemas:core:2\.0:(ServiceProviderConfig|ResourceType|Schema)$/i;
      const loose = entries.map(({ id }) => String(id)).filter((id) => !own.test(id) && !used.includes(id));
      expectNone(bench, answer, loose, { seen: "Of no resource type", right: "Each belongs to a resource type." });
    },
  },
];
