import type { Check } from "../check.ts";
import type { Answer } from "../workbench.ts";
import type { CheckProfile } from "./profile.ts";

/** RFC 7644 has them work, and the draft has them refused or read otherwise. */
const OPPOSED: readonly string[] = [
  "patch/add-pathless-keeps",
  "patch/remove-no-path",
  "patch/replace-complex",
  "patch/replace-pathless",
  "patch/replace-pathless-list",
  "patch/element-whole",
  "patch/extension-pathless",
  "groups/add-pathless",
];

const UNKNOWN_SCHEMA = "urn:example:params:scim:schemas:unknown:2.0:User";

/** One sentence of the draft. */
function asked(number: string, check: Omit<Check, "id" | "level" | "requirements" | "section">, name: string): Check {
  return {
    id: `ietf-interop/${name}`,
    level: "must",
    requirements: [`N-${number}`],
    section: "interoperability profile",
    ...check,
  };
}

function isError(answer: Answer, scimType: string): boolean {
  return answer.status === 400 && answer.body.scimType === scimType;
}

function seen({ status, body }: Answer): string {
  return `${status}${body.scimType === undefined ? "" : ` ${body.scimType}`}`;
}

const extra: readonly Check[] = [
  asked(
    "01",
    {
      title: "A PATCH operation without a path is 400 invalidSyntax.",
      suffers: "A client that keeps to the draft is not told that it sends what the draft forbids.",
      misses: "An operation without a path behind others that have one.",
      async run(bench) {
        const { path } = await bench.user();
        const answer = await bench.patch(path, [{ op: "replace", value: { active: false } }]);
        bench.expect(isError(answer, "invalidSyntax"), seen(answer), "400 invalidSyntax", answer);
      },
    },
    "path-required",
  ),
  asked(
    "02",
    {
      title: "An attribute that no schema of the type defines is 400 invalidSyntax, in a POST and in a PATCH.",
      suffers: "Values are lost without anybody being told.",
      misses: "Unknown sub-attributes, and those of extensions.",
      async run(bench) {
        const created = await bench.post(
          bench.facts.users?.endpoint ?? "/Users",
          bench.newUser({ noSuchAttribute: 1 }),
        );
        bench.expect(isError(created, "invalidSyntax"), `POST: ${seen(created)}`, "400 invalidSyntax", created);
        const { path } = await bench.user();
        const patched = await bench.patch(path, [{ op: "add", path: "noSuchAttribute", value: "x" }]);
        const isRefused = isError(patched, "invalidSyntax") || isError(patched, "invalidPath");
        bench.expect(isRefused, `PATCH: ${seen(patched)}`, "400 invalidSyntax", patched);
      },
    },
    "unknown-attribute",
  ),
  asked(
    "03",
    {
      title: "A URN in schemas that the type does not have is 400 invalidSyntax.",
      suffers: "What a client sends by an extension that is not there is lost without anybody being told.",
      misses: "A URN of another type that the server has.",
      async run(bench) {
        const body = bench.newUser();
        const schemas = [...(body.schemas as string[]), UNKNOWN_SCHEMA];
        const answer = await bench.post(bench.facts.users?.endpoint ?? "/Users", { ...body, schemas });
        bench.expect(isError(answer, "invalidSyntax"), seen(answer), "400 invalidSyntax", answer);
      },
    },
    "unknown-schema",
  ),
  asked(
    "04",
    {
      title: "A replace of a singular complex attribute replaces all of it, and an add merges.",
      suffers: "Parts of a name that was replaced stay, or those that were not touched are lost.",
      misses: "Complex attributes of extensions.",
      async run(bench) {
        bench.needsAttributes("name.givenName", "name.familyName");
        const { path } = await bench.user({ name: { givenName: "Ada", familyName: "Lovelace" } });
        await bench.patch(path, [{ op: "add", path: "name", value: { givenName: "Augusta" } }]);
        const added = await bench.get(path);
        bench.expect(added.body.name?.familyName === "Lovelace", "add took familyName away", "it stays", added);
        await bench.patch(path, [{ op: "replace", path: "name", value: { givenName: "Ada" } }]);
        const replaced = await bench.get(path);
        bench.expect(replaced.body.name?.familyName === undefined, "familyName stayed", "it is gone", replaced);
      },
    },
    "replace-complex",
  ),
  asked(
    "05",
    {
      title: "A path with a filter that names an element instead of a sub-attribute is 400 invalidPath, for a replace.",
      suffers: "Two clients that mean different things by one path are both answered with success.",
      misses: "The same for an add.",
      async run(bench) {
        bench.needsAttributes("emails.type", "emails.value");
        const { path } = await bench.user({ emails: [{ type: "work", value: bench.address() }] });
        const value = { type: "work", value: bench.address() };
        const answer = await bench.patch(path, [{ op: "replace", path: 'emails[type eq "work"]', value }]);
        bench.expect(isError(answer, "invalidPath"), seen(answer), "400 invalidPath", answer);
      },
    },
    "whole-elements",
  ),
  asked(
    "08",
    {
      title: "ServiceProviderConfig has interopProfileConformant: true.",
      suffers: "A client does not know that it can rely on the draft.",
      misses: "A server that announces it and does not keep to it: the other checks find that.",
      async run(bench) {
        const answer = await bench.get("/ServiceProviderConfig");
        const { interopProfileConformant: said } = answer.body;
        bench.expect(said === true, `interopProfileConformant is ${JSON.stringify(said)}`, "it is true", answer);
      },
    },
    "announced",
  ),
  asked(
    "09",
    {
      title: "A name that is taken is 409 uniqueness, in a POST and in a PATCH.",
      suffers: "A client does not know that it has to match the user that is there.",
      misses: "Other attributes that are unique.",
      async run(bench) {
        const one = await bench.user();
        const other = await bench.user();
        const { userName } = one.body;
        const created = await bench.post(bench.facts.users?.endpoint ?? "/Users", bench.newUser({ userName }));
        const patched = await bench.patch(other.path, [{ op: "replace", path: "userName", value: userName }]);
        for (const answer of [created, patched]) {
          const isRight = answer.status === 409 && answer.body.scimType === "uniqueness";
          bench.expect(isRight, seen(answer), "409 uniqueness", answer);
        }
      },
    },
    "uniqueness",
  ),
  asked(
    "11",
    {
      title: "The id of a resource type is its name.",
      suffers: "A client that asks for /ResourceTypes/User finds nothing.",
      misses: "Whether it can be read by that id.",
      async run(bench) {
        const answer = await bench.get("/ResourceTypes");
        const types: readonly { id?: unknown; name?: unknown }[] = answer.body.Resources ?? [];
        const wrong = types.find(({ id, name }) => id !== name);
        bench.expect(wrong === undefined, `the type ${wrong?.name} has the id ${wrong?.id}`, "both are one", answer);
      },
    },
    "type-ids",
  ),
  asked(
    "13",
    {
      title: "The type of emails, phoneNumbers, ims and addresses lists its canonical values.",
      suffers: "A client has to guess which types it may map to.",
      misses: "Whether other values are refused.",
      async run(bench) {
        const { users, schemas } = bench.facts;
        const lists = ["emails", "phoneNumbers", "ims", "addresses"];
        const attributes =
          schemas.get(users?.schema ?? "")?.attributes.filter(({ name }) => lists.includes(name)) ?? [];
        const bare = attributes.find(
          ({ subAttributes }) => subAttributes.find(({ name }) => name === "type")?.canonicalValues.length === 0,
        );
        bench.expect(bare === undefined, `${bare?.name}.type lists none`, "canonicalValues are there");
      },
    },
    "canonical-types",
  ),
  asked(
    "14",
    {
      title: "A filter by an attribute that no schema defines is 400 invalidFilter.",
      suffers: "A slip in a filter finds nobody, and users are created twice.",
      misses: "Unknown sub-attributes.",
      async run(bench) {
        const path = bench.facts.users?.endpoint ?? "/Users";
        const answer = await bench.get(path, { filter: 'noSuchAttribute eq "x"' });
        bench.expect(isError(answer, "invalidFilter"), seen(answer), "400 invalidFilter", answer);
      },
    },
    "unknown-in-filter",
  ),
];

export const ietfInterop: CheckProfile = {
  name: "ietf-interop",
  says: "SCIM 2.0 Interoperability Profile, an Internet-Draft: docs/profiles/ietf-interop.md",
  // What single clients need besides is no part of it.
  levelOf: ({ id, level }) => (OPPOSED.includes(id) || level === "client" ? undefined : level),
  extra,
};
