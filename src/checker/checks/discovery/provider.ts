import type { Check } from "../../check.ts";
import type { Json } from "../../json.ts";
import { expectStatus, needStatus } from "../../judge.ts";
import { answerOf, expectNone, PROVIDER, providerOf } from "./document.ts";

const URN = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
const FLAGS = ["patch", "bulk", "filter", "changePassword", "sort", "etag"] as const;
const SCHEMES = ["oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"];

const isWhole = (value: unknown) => typeof value === "number" && Number.isInteger(value) && value >= 0;
const withoutNumber = (config: Json, names: readonly (readonly [string, string])[]) =>
  names.filter(([group, name]) => !isWhole(config[group]?.[name])).map((path) => path.join("."));

/** `/ServiceProviderConfig`: what the server says that it can do. */
export const provider: readonly Check[] = [
  {
    id: "discovery/provider-is-served",
    title: "GET /ServiceProviderConfig answers 200 with a JSON object.",
    level: "must",
    requirements: ["P-4-01"],
    section: "RFC 7644 §4",
    suffers: "A client cannot learn what the server can do, and has to guess or to be configured by hand.",
    misses: "A document that is served to some callers only.",
    async run(bench) {
      const answer = await answerOf(bench, PROVIDER);
      expectStatus(bench, answer, 200, "The status is 200.");
      bench.expect(answer.isJson, "The body is no JSON object.", "The body is one JSON object.", answer);
    },
  },
  {
    id: "discovery/provider-is-one-object",
    title: "The service provider's configuration is one object, and no list of one.",
    level: "must",
    requirements: ["P-4-01"],
    section: "RFC 7644 §4",
    suffers: "A client looks for patch.supported at the top, does not find it, and believes that PATCH is missing.",
    misses: "A second configuration at another address.",
    async run(bench) {
      const answer = await answerOf(bench, PROVIDER);
      needStatus(bench, answer, 200);
      bench.expect(
        answer.body.Resources === undefined,
        "The body is a list.",
        "The body is the configuration itself.",
        answer,
      );
    },
  },
  {
    id: "discovery/provider-schema",
    title: "The service provider's configuration names its schema.",
    level: "must",
    requirements: ["S-5-01"],
    section: "RFC 7643 §5",
    suffers: "A client that tells documents apart by their schemas does not recognise it.",
    misses: "A schema that is named and not kept to.",
    async run(bench) {
      const { answer, config } = await providerOf(bench);
      const seen = JSON.stringify(config.schemas) ?? "absent";
      const holds = Array.isArray(config.schemas) && config.schemas.includes(URN);
      bench.expect(holds, `schemas is ${seen}.`, `schemas is ["${URN}"].`, answer);
    },
  },
  {
    id: "discovery/provider-flags",
    title: "The configuration says of each feature whether it is supported, as true or false.",
    level: "must",
    requirements: ["S-5-04", "S-5-05", "S-5-06", "S-5-07"],
    section: "RFC 7643 §5",
    suffers: 'A client in a typed language fails to read the document, or takes "false" for true.',
    misses: "A flag that says what is not so; checks of that feature find it.",
    async run(bench) {
      const { answer, config } = await providerOf(bench);
      const wrong = FLAGS.filter((name) => typeof config[name]?.supported !== "boolean");
      expectNone(
        bench,
        answer,
        wrong.map((name) => `${name}.supported`),
        {
          seen: "Missing or no boolean",
          right: "patch, bulk, filter, changePassword, sort and etag each have a boolean supported.",
        },
      );
    },
  },
  {
    id: "discovery/provider-bulk-limits",
    title: "The configuration gives the limits of bulk requests as whole numbers, whether bulk is supported or not.",
    level: "must",
    requirements: ["S-5-05"],
    section: "RFC 7643 §5",
    suffers: "A client cannot split its requests, or fails to read the document at all.",
    misses: "Limits that are stated and not kept; checks of bulk requests find them.",
    async run(bench) {
      const { answer, config } = await providerOf(bench);
      const wrong = withoutNumber(config, [
        ["bulk", "maxOperations"],
        ["bulk", "maxPayloadSize"],
      ]);
      expectNone(bench, answer, wrong, {
        seen: "Missing or no whole number",
        right: "bulk.maxOperations and bulk.maxPayloadSize are whole numbers; they are 0 where bulk is not supported.",
      });
    },
  },
  {
    id: "discovery/provider-max-results",
    title: "The configuration gives the largest number of results of a query as a whole number.",
    level: "must",
    requirements: ["S-5-06"],
    section: "RFC 7643 §5",
    suffers: "A client cannot choose a page size that the server will give it.",
    misses: "A limit that is stated and not kept; checks of paging find it.",
    async run(bench) {
      const { answer, config } = await providerOf(bench);
      expectNone(bench, answer, withoutNumber(config, [["filter", "maxResults"]]), {
        seen: "Missing or no whole number",
        right: "filter.maxResults is a whole number.",
      });
    },
  },
  {
    id: "discovery/provider-authentication",
    title: "The configuration describes how to authenticate: each scheme with a type, a name and a description.",
    level: "must",
    requirements: ["S-5-08"],
    section: "RFC 7643 §5",
    suffers: "A client cannot offer its administrator the way in which the server wants to be called.",
    misses: "A scheme that is described and does not work.",
    async run(bench) {
      const { answer, config } = await providerOf(bench);
      const schemes = config.authenticationSchemes;
      const right = "authenticationSchemes is an array of objects, each with a type, a name and a description.";
      bench.expect(Array.isArray(schemes), "authenticationSchemes is no array.", right, answer);
      const wrong = schemes.flatMap((scheme: Json, place: number) =>
        ["type", "name", "description"]
          .filter((name) => typeof scheme?.[name] !== "string" || scheme[name] === "")
          .map((name) => `authenticationSchemes[${place}].${name}`),
      );
      expectNone(bench, answer, wrong, { seen: "Missing or no text", right });
    },
  },
  {
    id: "discovery/provider-authentication-type",
    title: "The types of authentication are those that the RFC lists.",
    level: "option",
    requirements: ["S-5-08"],
    section: "RFC 7643 §5",
    suffers: "A client does not recognise the scheme and asks a person.",
    misses: "A known type that stands for something else.",
    async run(bench) {
      const { answer, config } = await providerOf(bench);
      const schemes: readonly Json[] = Array.isArray(config.authenticationSchemes) ? config.authenticationSchemes : [];
      const unknown = schemes.map((scheme) => scheme?.type).filter((type) => !SCHEMES.includes(type));
      expectNone(bench, answer, unknown.map(String), {
        seen: "Types of its own",
        right: `The type is one of ${SCHEMES.join(", ")}.`,
      });
    },
  },
  {
    id: "discovery/provider-pagination",
    title: "Where the configuration has pagination, it says of cursors and of indexes whether they are supported.",
    level: "must",
    requirements: ["C-4-01", "C-4-02"],
    section: "RFC 9865 §4",
    suffers: "A client does not know which way of paging to begin with.",
    misses: "A way that is announced and does not work; checks of cursors find it.",
    async run(bench) {
      const { answer, config } = await providerOf(bench);
      if (config.pagination === undefined) bench.skip("The configuration has no pagination, so there are no cursors.");
      const wrong = ["cursor", "index"].filter((name) => typeof config.pagination?.[name] !== "boolean");
      expectNone(
        bench,
        answer,
        wrong.map((name) => `pagination.${name}`),
        {
          seen: "Missing or no boolean",
          right: "pagination.cursor and pagination.index are true or false.",
        },
      );
    },
  },
  {
    id: "discovery/provider-pagination-limits",
    title: "The optional members of pagination have the form that the RFC gives them.",
    level: "must",
    requirements: ["C-4-03"],
    section: "RFC 9865 §4",
    suffers: "A client takes a wrong page size, or gives up a cursor that is still good.",
    misses: "Sizes that are stated and not kept; checks of cursors find them.",
    async run(bench) {
      const { answer, config } = await providerOf(bench);
      const { pagination } = config;
      if (pagination === undefined) bench.skip("The configuration has no pagination, so there are no cursors.");
      const wrong = ["defaultPageSize", "maxPageSize", "cursorTimeout"].filter(
        (name) => pagination[name] !== undefined && !(isWhole(pagination[name]) && pagination[name] > 0),
      );
      const method = pagination.defaultPaginationMethod;
      if (method !== undefined && !["cursor", "index"].includes(method)) wrong.push("defaultPaginationMethod");
      expectNone(
        bench,
        answer,
        wrong.map((name) => `pagination.${name}`),
        {
          seen: "Of another form",
          right: "Sizes and the timeout are whole numbers above 0, and the default method is cursor or index.",
        },
      );
    },
  },
  {
    id: "discovery/provider-meta",
    title: "The configuration's meta says that it is a ServiceProviderConfig, and where it is.",
    level: "should",
    requirements: ["P-4-07"],
    section: "RFC 7643 §5",
    suffers: "A client that reads meta of whatever it is given finds none.",
    misses: "A location that another host answers.",
    async run(bench) {
      const { answer, config } = await providerOf(bench);
      const { resourceType, location } = config.meta ?? {};
      bench.expect(
        resourceType === "ServiceProviderConfig" && typeof location === "string",
        `meta is ${JSON.stringify(config.meta) ?? "absent"}.`,
        'meta.resourceType is "ServiceProviderConfig", and meta.location is its address.',
        answer,
      );
    },
  },
];
