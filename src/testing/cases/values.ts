import { chapter } from "../case.ts";
import { mustHold } from "../content.ts";
import { must, mustBe } from "../failure.ts";
import { WARRANTY } from "../resource-types.ts";

const { cases, add } = chapter({ name: "values" });

/** Values that a store loses or bends easily: each must come back to the letter. */
const VALUES: readonly (readonly [what: string, path: string, value: unknown])[] = [
  ["a string", "User.displayName", "Ada Lovelace"],
  ["an empty string", "Asset.note", ""],
  ["blanks at both ends", "Asset.note", "  two  "],
  ["quotes, backslashes and wildcards", "User.displayName", "O'Brien \"%_\\*?[]{}$1 --; drop table"],
  ["line breaks and control characters", "Asset.note", "a\tb\nc\r\nd\u0001\u007f"],
  ["a composed and a decomposed letter as they were", "Asset.note", "é e\u0301"],
  ["characters beyond the basic plane", "User.displayName", "😀𝒜👩‍👩‍👧"],
  ["text that reads like another type", "Asset.note", "null"],
  ["text of 8,192 characters", "Asset.note", "ä".repeat(8192)],
  ["true", "User.active", true],
  ["false", "User.active", false],
  ["the number 0", "Asset.amount", 0],
  ["a negative number", "Asset.amount", -17],
  ["the largest safe integer", "Asset.amount", Number.MAX_SAFE_INTEGER],
  ["the smallest safe integer", "Asset.amount", Number.MIN_SAFE_INTEGER],
  ["a decimal fraction", "Asset.weight", 0.1],
  ["a decimal of 17 digits", "Asset.weight", 0.30000000000000004],
  ["a very large decimal", "Asset.weight", 1.7976931348623157e308],
  ["a very small decimal", "Asset.weight", 5e-324],
  ["a date with a zone as it was written", "Asset.built", "2024-02-29T23:59:59.123456789+05:30"],
  ["a date without fraction", "Asset.built", "0001-01-01T00:00:00Z"],
  ["binary with padding", "Asset.picture", "SGVsbG8="],
  ["binary of 64 kB", "Asset.picture", "QUJD".repeat(16384)],
  ["a reference", "Asset.page", "https://example.com/a%20b?c=d#e"],
  ["a complex value", "User.name", { givenName: "Ada", familyName: "Lovelace" }],
  [
    "a complex value of every type",
    "Asset.spec",
    {
      maker: "m",
      model: "M",
      weight: 1.5,
      amount: 2,
      tested: false,
      built: "2024-01-01T00:00:00Z",
      picture: "QQ==",
      page: "urn:x:y",
    },
  ],
  ["several strings in their order", "Asset.keywords", ["b", "a", "B", "ä"]],
  ["several decimals in their order", "Asset.readings", [2, 1, 1.5]],
  ["several dates in their order", "Asset.checks", ["2024-01-01T00:00:00Z", "2023-01-01T00:00:00+01:00"]],
  [
    "complex elements in their order",
    "User.emails",
    [
      { value: "b@example.com", type: "work", primary: true },
      { value: "a@example.com", type: "home" },
    ],
  ],
  ["1,000 elements", "Asset.keywords", Array.from({ length: 1000 }, (_, index) => `k${index}`)],
  ["elements without a value", "Asset.contacts", [{ type: "work" }, { display: "d", primary: false }]],
  ["an externalId", "User.externalId", "Ext-1"],
  ["an attribute of an extension", `Asset.${WARRANTY}:ends`, "2030-01-01T00:00:00Z"],
  ["a complex attribute of an extension", `Asset.${WARRANTY}:terms`, { text: "none", months: 24 }],
  [
    "several values of an extension's attribute",
    `Asset.${WARRANTY}:insurers`,
    [{ value: "a", type: "x" }, { value: "b" }],
  ],
];

for (const [what, path, value] of VALUES) {
  add(
    `${what} in ${path} comes back to the letter, from create, get, query and replace`,
    async (subject) => {
      const dot = path.indexOf(".");
      const [type, name] = [path.slice(0, dot), path.slice(dot + 1)];
      const colon = name.lastIndexOf(":");
      const own = colon === -1 ? { [name]: value } : { [name.slice(0, colon)]: { [name.slice(colon + 1)]: value } };
      const attributes = { ...(type === "User" ? { userName: "u" } : {}), ...own };
      const created = await subject.create(type, attributes);
      mustHold(subject, type, created, attributes, `create must give back ${what} as written`);
      mustHold(subject, type, await subject.get(type, created.id), attributes, `get must give ${what} as written`);
      const [found] = (await subject.query(type)).resources;
      mustHold(subject, type, found, attributes, `query must give ${what} as written`);
      const other = await subject.create(type, type === "User" ? { userName: "v" } : {});
      await subject.remove(type, created.id);
      const replaced = await subject.replace(type, other.id, attributes);
      mustHold(subject, type, replaced, attributes, `replace must give back ${what} as written`);
      mustHold(subject, type, await subject.get(type, other.id), attributes, `replace must store ${what} as written`);
    },
    { needs: [type(path), path] },
  );
}

function type(path: string): string {
  const name = path.slice(0, path.indexOf("."));
  return name === "User" ? "User.userName" : name;
}

add(
  "5,000 elements of a collection come back, each of them once",
  async (subject) => {
    const parts = Array.from({ length: 5000 }, (_, index) => ({ value: `p${index}`, amount: index }));
    const created = await subject.create("Asset", { parts });
    mustHold(subject, "Asset", created, { parts }, "create must give back every element of a collection");
    mustHold(subject, "Asset", await subject.get("Asset", created.id), { parts }, "get must give every element");
  },
  { needs: ["Asset.parts"] },
);

add(
  "an attribute that was never set is absent, neither null nor an empty list",
  async (subject) => {
    const { id } = await subject.create("User", { userName: "u" });
    const found = await subject.read("User", id);
    for (const [name, value] of Object.entries(found)) {
      const isEmpty = value === null || value === undefined || (Array.isArray(value) && value.length === 0);
      must(!isEmpty, "get must leave out what has no value", `it gave ${name}: ${JSON.stringify(value)}`);
    }
  },
  { needs: ["User.userName"] },
);

add(
  "a value that begins with a control character names its element of a collection like any other",
  async (subject) => {
    const rule = "an element of a collection must be kept and found by whatever value it has";
    const parts = [{ value: "\u0001a", amount: 1 }, { value: "\tb" }, { value: "\u0002\u0001a" }, { value: "a" }];
    const created = await subject.create("Asset", { parts });
    mustHold(subject, "Asset", await subject.get("Asset", created.id), { parts }, rule);
    if (subject.capabilities.filter === true) {
      const gone = 'parts.value eq "\\u0001" or parts.value eq "\\u0002\\tb" or parts.value ew "\\u0001"';
      mustBe(await subject.find("Asset", gone), [], `${rule}, and not by another`);
      for (const value of ["\u0001a", "\tb", "\u0002\u0001a"])
        mustBe(await subject.find("Asset", `parts[value eq ${JSON.stringify(value)}]`), [created.id], rule);
      mustBe(await subject.find("Asset", 'parts.value sw "\\tb" and not (parts.value sw "b")'), [created.id], rule);
    }
    const fewer = parts.slice(1);
    mustHold(subject, "Asset", await subject.replace("Asset", created.id, { parts: fewer }), { parts: fewer }, rule);
    if (subject.storage.applyDelta === undefined) return;
    await subject.delta("Asset", created.id, "parts", { add: [{ value: "\u0001a" }], remove: ["\tb", "b"] });
    const changed = [{ value: "\u0001a" }, ...fewer.slice(1)];
    mustHold(subject, "Asset", await subject.get("Asset", created.id), { parts: changed }, rule);
  },
  { needs: ["Asset.parts"] },
);

export { cases as values };
