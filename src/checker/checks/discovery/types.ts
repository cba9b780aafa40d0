import type { Check } from "../../check.ts";
import { absolute, isSameUri } from "../../compare.ts";
import type { Json } from "../../json.ts";
import { expectStatus, isList, told } from "../../judge.ts";
import { answerOf, expectNone, listedAt, SCHEMAS, TYPES } from "./document.ts";

const URN = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const isText = (value: unknown) => typeof value === "string" && value !== "";
const twice = (values: readonly unknown[]) => values.filter((one, place) => values.indexOf(one) !== place).map(String);

/** `/ResourceTypes`: what there is, and where. */
export const types: readonly Check[] = [
  {
    id: "discovery/types-are-listed",
    title: "GET /ResourceTypes answers 200 with a ListResponse.",
    level: "must",
    requirements: ["P-4-04"],
    section: "RFC 7644 §4",
    suffers: "A client does not learn which kinds of resources there are, and where.",
    misses: "A list that is short of a type which is served nevertheless.",
    async run(bench) {
      const answer = await answerOf(bench, TYPES);
      expectStatus(bench, answer, 200, "The status is 200.");
      bench.expect(isList(answer), "The body is no list of resources.", "The body is a ListResponse.", answer);
    },
  },
  {
    id: "discovery/types-name",
    title: "Each resource type has a name, and no two have the same.",
    level: "must",
    requirements: ["S-6-02"],
    section: "RFC 7643 §6",
    suffers: "A client cannot tell by meta.resourceType what it has been given.",
    misses: "A name that resources do not carry; common/meta-resource-type finds it.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, TYPES);
      const names = entries.map(({ name }) => name);
      bench.expect(names.every(isText), "A resource type has no name.", "Each has a name.", answer);
      expectNone(bench, answer, twice(names), { seen: "Names that two have", right: "Each name is there once." });
    },
  },
  {
    id: "discovery/types-schemas",
    title: "Each resource type document names the schema of resource types.",
    level: "must",
    requirements: ["S-6-01"],
    section: "RFC 7643 §6",
    suffers: "A client that tells documents apart by their schemas does not recognise it.",
    misses: "A schema that is named and not kept to.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, TYPES);
      const wrong = entries.filter(({ schemas }) => !(Array.isArray(schemas) && schemas.includes(URN)));
      expectNone(
        bench,
        answer,
        wrong.map(({ name }) => String(name)),
        {
          seen: "Without their schema",
          right: `schemas is ["${URN}"].`,
        },
      );
    },
  },
  {
    id: "discovery/types-endpoint",
    title: "Each resource type has an endpoint, and no two have the same.",
    level: "must",
    requirements: ["S-6-03"],
    section: "RFC 7643 §6",
    suffers: "A client does not know where to send its resources.",
    misses: "An endpoint that is named and not served; discovery/types-endpoint-answers finds it.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, TYPES);
      const endpoints = entries.map(({ endpoint }) => endpoint);
      bench.expect(endpoints.every(isText), "A resource type has no endpoint.", "Each has an endpoint.", answer);
      expectNone(bench, answer, twice(endpoints), { seen: "Endpoints of two types", right: "Each is there once." });
    },
  },
  {
    id: "discovery/types-endpoint-answers",
    title: "The endpoint of each resource type is served below the base URL.",
    level: "must",
    requirements: ["S-6-03", "P-4-08"],
    section: "RFC 7643 §6",
    suffers: "A client that goes by the document asks an address that is not there.",
    misses: "Types beyond the first five, and endpoints that can be read and not written.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, TYPES);
      for (const { name, endpoint } of entries.slice(0, 5)) {
        if (!isText(endpoint)) continue;
        const tried = await bench.get(absolute(bench, endpoint), { count: 1 });
        const is = ![404, 410].includes(tried.status);
        bench.expect(is, `${name}: ${told(tried)}`, "The endpoint answers.", answer, tried);
      }
    },
  },
  {
    id: "discovery/types-schema-is-served",
    title: "The schema of each resource type is one that /Schemas lists.",
    level: "must",
    requirements: ["S-6-04", "S-7-01"],
    section: "RFC 7643 §6",
    suffers: "A client reads the resource type and finds no word about its attributes.",
    misses: "A schema that is served and says the wrong things.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, TYPES);
      const schemas = await listedAt(bench, SCHEMAS);
      const known = schemas.entries.map(({ id }) => String(id).toLowerCase());
      const wrong = entries.map(({ schema }) => String(schema)).filter((urn) => !known.includes(urn.toLowerCase()));
      expectNone(bench, answer, wrong, { seen: "Not among /Schemas", right: "Each is the id of a schema there." });
    },
  },
  {
    id: "discovery/types-extensions-array",
    title: "The extensions of a resource type are an array, or absent.",
    level: "must",
    requirements: ["S-6-06"],
    section: "RFC 7643 §6",
    suffers: "A client in a typed language fails to read the document.",
    misses: "An extension that is used and not listed.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, TYPES);
      const wrong = entries.filter(
        ({ schemaExtensions }) => schemaExtensions !== undefined && !Array.isArray(schemaExtensions),
      );
      expectNone(
        bench,
        answer,
        wrong.map(({ name }) => String(name)),
        {
          seen: "schemaExtensions that is no array",
          right: "schemaExtensions is an array, or is left out.",
        },
      );
    },
  },
  {
    id: "discovery/types-extensions",
    title: "Each extension of a resource type names a schema that /Schemas lists, and says whether it is required.",
    level: "must",
    requirements: ["S-6-05"],
    section: "RFC 7643 §6",
    suffers: "A client does not know the attributes of the extension, or whether it may leave it out.",
    misses: "An extension that is said to be optional and is asked for.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, TYPES);
      const schemas = await listedAt(bench, SCHEMAS);
      const known = schemas.entries.map(({ id }) => String(id).toLowerCase());
      const extensions: readonly Json[] = entries.flatMap(({ schemaExtensions: list }) =>
        Array.isArray(list) ? list : [],
      );
      const wrong = extensions.filter(
        (one) => typeof one?.required !== "boolean" || !known.includes(String(one.schema).toLowerCase()),
      );
      expectNone(
        bench,
        answer,
        wrong.map((one) => String(one?.schema)),
        {
          seen: "Without a boolean required, or not among /Schemas",
          right: "Each has a schema of /Schemas and a boolean required.",
        },
      );
    },
  },
  {
    id: "discovery/types-one-by-one",
    title: "Each resource type can be read by its name at /ResourceTypes/{name}.",
    level: "must",
    requirements: ["P-4-03"],
    section: "RFC 7644 §4",
    suffers: "A client that asks for the type of users alone is told that there is none.",
    misses: "Types beyond the first.",
    async run(bench) {
      const { entries } = await listedAt(bench, TYPES);
      const [{ id, name }] = entries;
      const answer = await bench.get(`${TYPES}/${encodeURIComponent(String(id ?? name))}`);
      expectStatus(bench, answer, 200, "The status is 200, and the body is that resource type.");
      bench.expect(answer.body.name === name, `name is ${answer.body.name}.`, `name is "${name}".`, answer);
    },
  },
  {
    id: "discovery/types-id",
    title: "The id of a resource type is its name.",
    level: "client",
    requirements: ["S-6-09"],
    section: "RFC 7643 §6",
    clients: ["sailpoint", "cyberark"],
    suffers: "SailPoint and CyberArk read /ResourceTypes/User, and find nothing where the id is another.",
    misses: "A type whose id is right and which cannot be read by it.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, TYPES);
      const wrong = entries.filter(({ id, name }) => id !== undefined && id !== name);
      expectNone(
        bench,
        answer,
        wrong.map(({ id, name }) => `${name} has ${id}`),
        {
          seen: "Other ids",
          right: "The id is the name, or is left out.",
        },
      );
    },
  },
  {
    id: "discovery/types-meta",
    title: "Each resource type's meta says that it is a ResourceType, and where it is.",
    level: "should",
    requirements: ["P-4-07"],
    section: "RFC 7643 §6",
    suffers: "A client cannot follow a resource type to its own address.",
    misses: "A location that answers with another document.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, TYPES);
      const wrong = entries.filter(
        ({ id, name, meta }) =>
          meta?.resourceType !== "ResourceType" || !isSameUri(bench, String(meta.location), `${TYPES}/${id ?? name}`),
      );
      expectNone(
        bench,
        answer,
        wrong.map(({ name }) => String(name)),
        {
          seen: "Without meta, or with another one",
          right: 'meta.resourceType is "ResourceType", and meta.location is its address.',
        },
      );
    },
  },
  {
    id: "discovery/types-user",
    title: "Users are served at /Users, by the schema of users.",
    level: "client",
    requirements: ["S-4.1-01"],
    section: "RFC 7643 §4.1",
    clients: ["entra", "okta", "google", "onelogin", "jumpcloud"],
    suffers: "Identity providers send users to /Users, without looking into /ResourceTypes.",
    misses: "Users that are announced and cannot be created.",
    async run(bench) {
      const answer = await bench.get("/Users", { count: 1 });
      expectStatus(bench, answer, 200, "GET /Users answers 200.");
    },
  },
];
