import { ENTERPRISE, GROUP, USER } from "../../../client/urns.ts";
import type { Check } from "../../check.ts";
import type { Json } from "../../json.ts";
import type { Answer, Workbench } from "../../workbench.ts";
import { described, expectNone, listedAt, SCHEMAS, TYPES } from "../discovery/document.ts";
import { CORE, TYPES as KINDS } from "./core.ts";

interface Document {
  readonly answer: Answer;
  readonly schema: Json;
  find(path: string): Json;
}

/** One schema of those that are listed; ends the check as skipped where it is not among them. */
async function documentOf(bench: Workbench, urn: string): Promise<Document> {
  const { answer, entries } = await listedAt(bench, SCHEMAS);
  const schema = entries.find(({ id }) => String(id).toLowerCase() === urn.toLowerCase());
  if (schema === undefined) bench.skip(`/Schemas does not have ${urn}.`);
  const all = described([schema]);
  const find = (path: string) => all.find((one) => one.path.toLowerCase() === path.toLowerCase())?.attribute;
  return { answer, schema, find };
}

/** What must be said of one attribute of a core schema, where the server has it. */
interface Said extends Omit<Check, "run"> {
  readonly urn: string;
  readonly path: string;
  readonly is: Readonly<Record<string, unknown>>;
}

const said: readonly Said[] = [
  {
    id: "schemas/user-name",
    title: "userName is required and unique.",
    level: "must",
    requirements: ["S-4.1.1-01", "S-4.1.1-02", "S-8.7.1-01"],
    section: "RFC 7643 §4.1.1",
    suffers: "A client sends users without a name, or chooses another attribute to match by.",
    misses: "A userName that is described so and not held to it; create/conflict finds it.",
    urn: USER,
    path: "userName",
    is: { required: true, uniqueness: ["server", "global"] },
  },
  {
    id: "schemas/user-name-case",
    title: "userName has no letter case.",
    level: "must",
    requirements: ["S-4.1.1-03"],
    section: "RFC 7643 §4.1.1",
    suffers: "A client takes Ann and ann for two people.",
    misses: "A userName that is described so and compared exactly; create/conflict-in-other-case finds it.",
    urn: USER,
    path: "userName",
    is: { caseExact: [false, undefined] },
  },
  {
    id: "schemas/password",
    title: "password is writeOnly and never returned.",
    level: "must",
    requirements: ["S-4.1.1-11", "S-4.1.1-12"],
    section: "RFC 7643 §4.1.1",
    suffers: "A client compares passwords that it reads with those that it has, and writes them again and again.",
    misses: "A password that is described so and returned; passwords/never-returned finds it.",
    urn: USER,
    path: "password",
    is: { mutability: "writeOnly", returned: "never" },
  },
  {
    id: "schemas/user-groups",
    title: "groups of a user is readOnly.",
    level: "must",
    requirements: ["S-4.1.2-10"],
    section: "RFC 7643 §4.1.2",
    suffers: "A client puts people into groups by writing users, and nobody is in them.",
    misses: "Groups that are described so and written all the same.",
    urn: USER,
    path: "groups",
    is: { mutability: "readOnly" },
  },
  {
    id: "schemas/group-display-name",
    title: "displayName of a group is required.",
    level: "should",
    requirements: ["S-4.2-01", "R-50"],
    section: "RFC 7643 §4.2, erratum 5368",
    suffers: "A client creates groups without a name.",
    misses: "A displayName that is described so and not asked for.",
    urn: GROUP,
    path: "displayName",
    is: { required: true },
  },
  {
    id: "schemas/members-value",
    title: "The value of a member is immutable.",
    level: "must",
    requirements: ["S-4.2-02"],
    section: "RFC 7643 §4.2",
    suffers: "A client changes a member into another one, in place, and is refused.",
    misses: "A value that is described so and changed in place.",
    urn: GROUP,
    path: "members.value",
    is: { mutability: "immutable" },
  },
  {
    id: "schemas/manager-display-name",
    title: "displayName of a manager is readOnly.",
    level: "must",
    requirements: ["S-4.3-02"],
    section: "RFC 7643 §4.3",
    suffers: "A client writes names of managers that are the server's to know.",
    misses: "A name that is described so and stored; enterprise/manager-display-name finds it.",
    urn: ENTERPRISE,
    path: "manager.displayName",
    is: { mutability: "readOnly" },
  },
];

async function judge(bench: Workbench, { urn, path, is }: Said): Promise<void> {
  const { answer, find } = await documentOf(bench, urn);
  const attribute = find(path);
  if (attribute === undefined) bench.skip(`The schema has no ${path}.`);
  for (const [name, wanted] of Object.entries(is)) {
    const legal = [wanted].flat();
    const right = `${name} is ${legal.filter((one) => one !== undefined).join(" or ")}.`;
    bench.expect(legal.includes(attribute[name]), `${name} is ${attribute[name] ?? "left out"}.`, right, answer);
  }
}

/** What `/Schemas` says of schemas as a whole, and of the core attributes. @see RFC 7643 §8.7.1 */
export const documents: readonly Check[] = [
  {
    id: "schemas/id",
    title: "Each schema has its URI as id, and no two have the same.",
    level: "must",
    requirements: ["S-7-03", "S-10.2-01"],
    section: "RFC 7643 §7",
    suffers: "A client cannot tell which schema a resource means.",
    misses: "A URI that belongs to somebody else.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, SCHEMAS);
      const ids = entries.map(({ id }) => String(id));
      const right = "id is the URI of the schema, once in the list.";
      const wrong = ids.filter((id, place) => !/^[a-z][a-z0-9+.-]*:\S+$/i.test(id) || ids.indexOf(id) !== place);
      expectNone(bench, answer, wrong, { seen: "No URI, or there twice", right });
    },
  },
  {
    id: "schemas/attributes-array",
    title: "Each schema lists its attributes in an array.",
    level: "must",
    requirements: ["S-7-03"],
    section: "RFC 7643 §7",
    suffers: "A client finds nothing to map.",
    misses: "An array that is short of some.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, SCHEMAS);
      const wrong = entries.filter(({ attributes }) => !Array.isArray(attributes)).map(({ id }) => String(id));
      expectNone(bench, answer, wrong, { seen: "Without an array", right: "attributes is an array." });
    },
  },
  {
    id: "schemas/unique-names",
    title: "No two attributes of one object have the same name, in whatever letter case.",
    level: "must",
    requirements: ["S-2.1-01", "S-2.1-06"],
    section: "RFC 7643 §2.1",
    suffers: "A client cannot say which of the two it means.",
    misses: "Two keys in a resource; create/twin-keys looks at those.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, SCHEMAS);
      const all = described(entries).map(({ schema, path }) => `${schema}:${path}`.toLowerCase());
      expectNone(
        bench,
        answer,
        all.filter((one, place) => all.indexOf(one) !== place),
        { seen: "There twice", right: "Each name is there once; letter case makes no difference." },
      );
    },
  },
  {
    id: "schemas/core-types",
    title: "Core attributes have the types of the RFC, and are lists where they are there.",
    level: "must",
    requirements: ["S-8.7.1-01", "S-3.3-02"],
    section: "RFC 7643 §8.7.1",
    suffers:
      "A client that knows users by the standard sends one text where this server wants a list, or the other way round.",
    misses: "Other characteristics than type and multiValued.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, SCHEMAS);
      const wrong = described(entries).filter(({ schema, path, attribute }) => {
        const [type, multiValued = false] = CORE[schema]?.[path] ?? [];
        return (
          type !== undefined &&
          KINDS.includes(attribute.type) &&
          (attribute.type !== type || (attribute.multiValued ?? false) !== multiValued)
        );
      });
      expectNone(
        bench,
        answer,
        wrong.map(({ path }) => path),
        {
          seen: "Redefined",
          right: "The attributes of the standard are as the standard has them; others belong into an extension.",
        },
      );
    },
  },
  {
    id: "schemas/extensions-are-apart",
    title: "No extension redefines an attribute of the core schema.",
    level: "should",
    requirements: ["S-3.3-03"],
    section: "RFC 7643 §3.3",
    suffers: "A client finds two attributes of one name, and writes the wrong one.",
    misses: "An attribute of another name with the same meaning.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, SCHEMAS);
      const types = await listedAt(bench, TYPES);
      const own = (urn: unknown) =>
        described(entries.filter(({ id }) => id === urn)).filter(({ depth }) => depth === 0);
      const wrong = types.entries.flatMap(({ schema, schemaExtensions: list }) => {
        const base = own(schema).map(({ path }) => path.toLowerCase());
        return (Array.isArray(list) ? list : [])
          .flatMap((one) => own(one?.schema))
          .filter(({ path }) => base.includes(path.toLowerCase()))
          .map(({ schema: urn, path }) => `${urn}:${path}`);
      });
      expectNone(bench, answer, wrong, { seen: "In both", right: "An extension adds, and redefines nothing." });
    },
  },
  {
    id: "schemas/common-attributes",
    title: "Where a schema lists id, externalId or meta, it describes them as the RFC does.",
    level: "should",
    requirements: ["S-3.1-03"],
    section: "RFC 7643 §3.1",
    suffers: "A client believes that it may choose ids.",
    misses: "Schemas that leave them out, as they may.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, SCHEMAS);
      const wanted: Readonly<Record<string, string>> = { id: "readOnly", meta: "readOnly", externalId: "readWrite" };
      const wrong = described(entries.filter(({ id }) => [USER, GROUP].includes(id))).filter(
        ({ path, attribute: { mutability } }) =>
          wanted[path] !== undefined && mutability !== undefined && mutability !== wanted[path],
      );
      expectNone(
        bench,
        answer,
        wrong.map(({ schema, path }) => `${schema} ${path}`),
        {
          seen: "Of another mutability",
          right: "id and meta are readOnly, externalId is readWrite.",
        },
      );
    },
  },
  {
    id: "schemas/exact-by-nature",
    title: "References and binary values are said to be compared exactly.",
    level: "option",
    requirements: ["S-2.3.6-04", "S-2.3.7-04", "R-27"],
    section: "RFC 7643 §2.3.6",
    suffers: "A client takes two certificates for one.",
    misses: "Comparisons that are done another way.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, SCHEMAS);
      const wrong = described(entries).filter(
        ({ attribute: { type, caseExact } }) => (type === "reference" || type === "binary") && caseExact === false,
      );
      expectNone(
        bench,
        answer,
        wrong.map(({ path }) => path),
        {
          seen: "With caseExact false, as the RFC prints it",
          right: "caseExact is true or left out.",
        },
      );
    },
  },
  {
    id: "schemas/primary-is-boolean",
    title: "primary is a boolean wherever it is a sub-attribute.",
    level: "must",
    requirements: ["S-2.4-02"],
    section: "RFC 7643 §2.4",
    suffers: "A client that marks the primary address is refused.",
    misses: "A primary that is described so and answered as text; types/json-in-answers finds it.",
    async run(bench) {
      const { answer, entries } = await listedAt(bench, SCHEMAS);
      const wrong = described(entries).filter(
        ({ path, attribute: { type } }) => path.endsWith(".primary") && type !== "boolean",
      );
      expectNone(
        bench,
        answer,
        wrong.map(({ path }) => path),
        {
          seen: "Of another type",
          right: "The type of primary is boolean.",
        },
      );
    },
  },
  ...said.map((one): Check => {
    const { urn: _, path: __, is: ___, ...check } = one;
    return { ...check, run: (bench) => judge(bench, one) };
  }),
];
