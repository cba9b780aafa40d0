import { parseFilter } from "../../filter/parser.ts";
import { predicateOf } from "../../filter/predicate.ts";
import { resolveFilter } from "../../filter/resolve.ts";
import type { AttributeType } from "../../schema/attribute.ts";
import type { ResourceObject } from "../../schema/value.ts";
import type { StoredResource } from "../../storage/adapter.ts";
import { chapter } from "../case.ts";
import { mustBe } from "../failure.ts";
import { operatorsOf } from "../generate.ts";
import { WARRANTY } from "../resource-types.ts";
import type { Subject } from "../subject.ts";

const { cases, add } = chapter({ name: "filters", features: ["filter"] });

/** Stores the rows and gives them as the reference predicate must see them. */
async function store(
  subject: Subject,
  type: string,
  rows: readonly ResourceObject[],
): Promise<readonly StoredResource[]> {
  const stored: StoredResource[] = [];
  for (const row of rows) {
    const { id, meta, schemas } = await subject.create(type, row);
    stored.push({ ...row, id, meta, schemas });
  }
  return stored;
}

/** Compares filters with the reference predicate over the same rows. */
async function agree(
  subject: Subject,
  type: string,
  rows: readonly StoredResource[],
  filters: readonly string[],
): Promise<void> {
  for (const filter of filters) {
    const matches = predicateOf(resolveFilter(parseFilter(filter), subject.type(type)));
    const expected = rows.filter(matches).map(({ id }) => id);
    const { resources, totalResults } = await subject.query(type, { filter });
    const label = (ids: readonly string[]) =>
      ids.map((id) => rows.findIndex((row) => row.id === id)).toSorted((a, b) => a - b);
    mustBe(
      label(resources.map(({ id }) => id)),
      label(expected),
      `query by ${filter} must find what the reference predicate finds (rows by number)`,
    );
    mustBe(totalResults, expected.length, `totalResults of ${filter} must count what matches`);
  }
}

/** Values of each type, chosen for what a backend confuses: case, width, composition, order, wildcards, instants, precision. */
const TEXTS = [
  "ab",
  "AB",
  "abc",
  "ä",
  "a\u0308",
  "Ä",
  "straße",
  "STRASSE",
  "İ",
  "i",
  "a_b",
  "a%b",
  "a\\b",
  "",
  "10",
  "9",
  "😀",
  "\uFFFD",
  "null",
];
const TYPES: Readonly<Record<string, readonly unknown[]>> = {
  string: TEXTS,
  decimal: [0, -1, 0.1, 0.30000000000000004, 0.3, 10, 9, 1e21, 1e-7],
  integer: [0, -1, 10, 9, 2147483648, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1],
  dateTime: [
    "2024-01-01T00:00:00Z",
    "2024-01-01T01:00:00+01:00",
    "2024-01-01T00:00:00.5Z",
    "2023-12-31T23:59:59.999Z",
    "2024-01-01T00:00:00.000Z",
  ],
  boolean: [true, false],
  binary: ["QQ==", "QUI=", "qq=="],
  reference: [
    "https://example.com/a",
    "https://EXAMPLE.com/a",
    "https://example.com/A",
    "https://example.com/%7Eu",
    "urn:a:b",
  ],
};

/** Where an attribute of each type stands: simple, several, in a complex attribute, in an extension. */
const PLACES: readonly (readonly [path: string, type: AttributeType, row: (value: unknown) => ResourceObject])[] = [
  ["note", "string", (value) => ({ note: value })],
  ["label", "string", (value) => ({ label: value })],
  ["weight", "decimal", (value) => ({ weight: value })],
  ["amount", "integer", (value) => ({ amount: value })],
  ["built", "dateTime", (value) => ({ built: value })],
  ["retired", "boolean", (value) => ({ retired: value })],
  ["picture", "binary", (value) => ({ picture: value })],
  ["page", "reference", (value) => ({ page: value })],
  ["keywords", "string", (value) => ({ keywords: [value, "zz"] })],
  ["readings", "decimal", (value) => ({ readings: [5, value] })],
  ["checks", "dateTime", (value) => ({ checks: [value, "2020-01-01T00:00:00Z"] })],
  ["spec.maker", "string", (value) => ({ spec: { maker: value } })],
  ["contacts.value", "string", (value) => ({ contacts: [{ value }, { value: "zz", type: "x" }] })],
  [`${WARRANTY}:ends`, "dateTime", (value) => ({ [WARRANTY]: { ends: value } })],
];

for (const [path, type, row] of PLACES) {
  for (const operator of operatorsOf({ type })) {
    add(
      `${path} ${operator} gives what the reference predicate gives, for values that backends confuse [P-3.4.2.2-02]`,
      async (subject) => {
        const values = TYPES[type] ?? [];
        const rows = await store(subject, "Asset", [...values.map(row), {}]);
        const operands = type === "string" ? [...values, "b", "B", "%", "_", "a", "\\", "A\u0308"] : values;
        const filters = operands.map((value) => `${path} ${operator} ${JSON.stringify(value)}`);
        await agree(subject, "Asset", rows, filters);
        await agree(
          subject,
          "Asset",
          rows,
          filters.slice(0, 3).map((filter) => `not (${filter})`),
        );
      },
      { needs: [`Asset.${path}`] },
    );
  }
  add(
    `${path} pr, eq null and ne null tell missing values from present ones [P-3.4.2.2-13 P-3.4.2.2-27]`,
    async (subject) => {
      const rows = await store(subject, "Asset", [...(TYPES[type] ?? []).map(row), {}, {}]);
      const filters = [`${path} pr`, `${path} eq null`, `${path} ne null`];
      await agree(subject, "Asset", rows, [...filters, ...filters.map((filter) => `not (${filter})`)]);
    },
    { needs: [`Asset.${path}`] },
  );
}

const USERS: readonly ResourceObject[] = [
  {
    userName: "ada",
    displayName: "Ada",
    active: true,
    emails: [
      { value: "ada@example.com", type: "work", primary: true },
      { value: "home@example.org", type: "home" },
    ],
  },
  {
    userName: "Bob",
    active: false,
    emails: [
      { value: "bob@example.com", type: "home" },
      { value: "bob@example.org", type: "work" },
    ],
  },
  { userName: "eve_1", displayName: "", name: { givenName: "Eve" } },
  { userName: "ＦＵＬＬ", displayName: "ÄÖ", emails: [{ type: "work" }] },
  { userName: "ömer", externalId: "X1", name: { familyName: "eve" }, emails: [{ value: "", type: "other" }] },
];

/** Filters on users, by what they are about. */
const USER_FILTERS: readonly (readonly [what: string, filters: readonly string[]])[] = [
  [
    "user names are compared by their key: width, case, composition",
    [
      'userName eq "ADA"',
      'userName eq "full"',
      'userName eq "O\u0308MER"',
      'userName sw "ö"',
      'userName co "_"',
      'userName ew "B"',
      'userName ne "ada"',
      'userName gt "b"',
      'userName le "bob"',
    ],
  ],
  [
    "id and externalId are case exact",
    [
      'externalId eq "x1"',
      'externalId eq "X1"',
      'externalId ne "X1"',
      "externalId pr",
      'id eq "nobody"',
      "id pr",
      "not (id pr)",
    ],
  ],
  [
    "a comparison with a missing value is false, `ne` of it is true [P-3.4.2.2-08]",
    [
      'displayName ne "Ada"',
      'displayName eq ""',
      'not (displayName eq "Ada")',
      'not (displayName ne "Ada")',
      "active ne true",
      "active eq false",
      "not (active eq true)",
      'displayName lt "zzz"',
      'not (displayName lt "zzz")',
    ],
  ],
  [
    "and, or and not combine, to any depth [P-3.4.2.2-17]",
    [
      'active eq true and displayName eq "ada"',
      "active eq true or active eq false",
      "not (active eq true or displayName pr)",
      "not (active eq true and displayName pr)",
      "not (not (active eq true))",
      '(active eq true or userName sw "e") and not (displayName eq "")',
      'not (not (userName eq "ada") and not (active eq false))',
    ],
  ],
  [
    "sub-attributes of a single complex attribute",
    [
      'name.givenName eq "eve"',
      'name.familyName eq "EVE"',
      "name pr",
      "not (name pr)",
      'name.givenName ne "eve"',
      "name.familyName eq null",
    ],
  ],
  [
    "a multi-valued attribute matches by any of its values [P-3.4.2.2-30]",
    [
      'emails.value co "example.org"',
      'emails.type eq "work"',
      'emails.value ne "ada@example.com"',
      'not (emails.value co "example")',
      "emails pr",
      "not (emails pr)",
      "emails.value pr",
      "emails.primary eq true",
      "emails.primary eq false",
      'emails co "bob"',
      "emails.value eq null",
    ],
  ],
  [
    "a value path matches within one element, never across elements [P-3.4.2.2-22]",
    [
      'emails[type eq "work" and value co "example.com"]',
      'emails[type eq "home" and value co "example.org"]',
      'emails[type eq "work" and primary eq true]',
      "emails[primary eq false]",
      "emails[value pr]",
      "emails[not (value pr)]",
      'not (emails[type eq "work"])',
      'emails[type eq "work" or value sw "home"]',
      'emails[not (type eq "work") and value pr]',
      'emails[type ne "work"]',
      "emails[value eq null]",
    ],
  ],
  [
    "comparing with what storage cannot hold matches nothing, and is no error",
    ['userName eq "a\\u0000b"', 'displayName co "\\u0000"', 'userName ne "a\\u0000b"', 'emails.value sw "\\u0000"'],
  ],
  [
    "wildcards and quotes are characters like others",
    [
      'userName co "%"',
      'userName sw "eve_"',
      'userName sw "eve%"',
      'displayName eq "\\u0027"',
      'userName co "\\\\"',
      'displayName co "\\u0027 or 1=1 --"',
      'userName ew "_1"',
    ],
  ],
  [
    "an empty operand is contained in every text",
    ['userName co ""', 'displayName sw ""', 'displayName ew ""', 'displayName co ""', 'emails.value co ""'],
  ],
  [
    "many terms are no problem",
    [
      Array.from({ length: 200 }, (_, index) => `userName eq "${index % 2 ? `u${index}` : "ada"}"`).join(" or "),
      Array.from({ length: 200 }, () => "userName pr").join(" and "),
      `${"not (".repeat(20)}userName eq "ada"${")".repeat(20)}`,
    ],
  ],
];

for (const [what, filters] of USER_FILTERS) {
  add(what, async (subject) => agree(subject, "User", await store(subject, "User", USERS), filters), {
    needs: [
      "User.userName",
      "User.displayName",
      "User.active",
      "User.externalId",
      "User.name.givenName",
      "User.name.familyName",
      "User.emails.primary",
    ],
  });
}

add(
  "meta.created and meta.lastModified are compared as instants [P-3.4.2.2-38]",
  async (subject) => {
    const first = await subject.create("User", { userName: "a" }, { at: "2026-01-01T00:00:00.000Z" });
    const second = await subject.create("User", { userName: "b" }, { at: "2026-01-02T00:00:00.000Z" });
    await subject.replace("User", first.id, { userName: "c" }, { at: "2026-01-03T00:00:00.000Z" });
    mustBe(
      await subject.find("User", 'meta.created gt "2026-01-01T12:00:00Z"'),
      [second.id],
      "meta.created must be filtered as an instant",
    );
    mustBe(
      await subject.find("User", 'meta.lastModified gt "2026-01-03T00:30:00+01:00"'),
      [first.id],
      "meta.lastModified must be filtered as an instant",
    );
    mustBe(
      await subject.find("User", 'meta.created eq "2026-01-02T01:00:00+01:00"'),
      [second.id],
      "equal instants in other zones must be equal",
    );
    mustBe(
      (await subject.find("User", 'meta.resourceType eq "User"')).length,
      2,
      "meta.resourceType must be filtered like any attribute",
    );
  },
  { needs: ["User.userName"] },
);

add(
  "each resource is found by its id",
  async (subject) => {
    const rows = await store(subject, "User", USERS.slice(0, 3));
    for (const { id } of rows) {
      mustBe(await subject.find("User", `id eq "${id}"`), [id], "query by id eq must find the resource");
      mustBe(
        await subject.find("User", `not (id eq "${id}") and id ne "${id}"`).then((ids) => ids.length),
        2,
        "query by id ne must find all others",
      );
    }
  },
  { needs: ["User.userName", "User.emails.primary", "User.active"] },
);

add(
  "schemas is compared as a list of URNs [P-3.4.2.2-35]",
  async (subject) => {
    const urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    const plain = await subject.create("User", { userName: "a" });
    const extended = await subject.create("User", { userName: "b", [urn]: { department: "d" } });
    mustBe(
      await subject.find("User", `schemas eq "${urn}"`),
      [extended.id],
      "schemas eq must find the resources that have the extension",
    );
    mustBe(
      await subject.find("User", `not (schemas eq "${urn}")`),
      [plain.id],
      "not (schemas eq) must find the resources that lack the extension",
    );
    mustBe(
      await subject.find("User", `${urn}:department eq "D"`),
      [extended.id],
      "attributes of an extension must be filtered",
    );
  },
  { needs: ["User.urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"] },
);

export { cases as filters };
