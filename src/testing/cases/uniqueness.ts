import type { ResourceObject } from "../../schema/value.ts";
import { chapter } from "../case.ts";
import { mustBeUnchanged } from "../content.ts";
import { must, mustBe, mustRefuse, outcomeOf } from "../failure.ts";
import { WARRANTY } from "../resource-types.ts";
import type { Subject } from "../subject.ts";

const { cases, add } = chapter({ name: "uniqueness" });

/** How a unique attribute is given a value. */
interface Unique {
  readonly type: string;
  readonly path: string;
  readonly with: (value: string) => ResourceObject;
}

const userName: Unique = { type: "User", path: "userName", with: (value) => ({ userName: value }) };
const tag: Unique = { type: "Asset", path: "tag", with: (value) => ({ tag: value }) };
const login: Unique = { type: "Asset", path: "login", with: (value) => ({ login: value }) };
const serial: Unique = { type: "Asset", path: "serial", with: (value) => ({ serial: value }) };
const codes: Unique = { type: "Asset", path: "codes", with: (value) => ({ codes: [`${value}+`, value] }) };
const ports: Unique = { type: "Asset", path: "ports.value", with: (value) => ({ ports: [{ value, floor: 1 }] }) };
const model: Unique = { type: "Asset", path: "spec.model", with: (value) => ({ spec: { model: value } }) };
const number: Unique = {
  type: "Asset",
  path: `${WARRANTY}:number`,
  with: (value) => ({ [WARRANTY]: { number: value } }),
};

/** Two spellings of one comparison key. `lower()` of a database finds the first alone. */
const SAME: readonly (readonly [Unique, string, string, string])[] = [
  [userName, "ADMIN", "admin", "letter case"],
  [userName, "Ä", "a\u0308", "letter case and composition"],
  [userName, "ADMİN", "admi\u0307n", "the Turkish dotted I, decomposed in lower case"],
  [userName, "ａｄｍｉｎ", "ADMIN", "full width"],
  [userName, "\u212Aelvin", "kelvin", "the Kelvin sign"],
  [userName, "Ω", "\u2126", "the Ohm sign"],
  [tag, "Tag-1", "tAG-1", "letter case"],
  [tag, "ÅNGSTRÖM", "a\u030Angstro\u0308m", "letter case and composition"],
  [tag, "ΣΊΣΥΦΟΣ", "σίσυφος", "Greek letter case"],
  [login, "ＢＯ", "bo", "full width"],
  [serial, "é", "e\u0301", "composition"],
  [codes, "CODE", "code", "letter case of one value among several"],
  [ports, "North", "NORTH", "letter case of a sub-attribute"],
  [model, "M-1", "M-1", "nothing, in a single complex attribute"],
  [number, "W-1", "w-1", "letter case of an extension's attribute"],
];

for (const [unique, left, right, what] of SAME) {
  add(
    `${unique.path} ${left} and ${right} are one value (they differ in ${what}), for create and replace [G-3 S-7-22]`,
    async (subject) => {
      const { type, path } = unique;
      const first = await subject.create(type, unique.with(left));
      const rule = `a value of ${path} whose comparison key is taken must be refused with uniqueness()`;
      await mustRefuse(subject.create(type, unique.with(right)), "uniqueness", rule, path);
      const second = await subject.create(type, unique.with("something-else"));
      await mustRefuse(subject.replace(type, second.id, unique.with(right)), "uniqueness", rule, path);
      await mustBeUnchanged(subject, type, second, "a refused replace must write nothing");
      await mustBeUnchanged(subject, type, first, "a refused write must leave the holder of the value alone");
      const own = await outcomeOf(subject.replace(type, first.id, unique.with(right)));
      must(
        own.error === undefined,
        "a resource must be able to change the spelling of its own unique value",
        "it was refused",
      );
    },
    { needs: [`${unique.type}.${unique.path}`] },
  );
}

/** Values with keys of their own, which a database's case folding or collation takes for the same. */
const DIFFERENT: readonly (readonly [Unique, string, string])[] = [
  [userName, "straße", "STRASSE"],
  [userName, "ADMİN", "admin"],
  [userName, "ﬁnn", "finn"],
  [userName, "ſam", "sam"],
  [userName, "resume", "résumé"],
  [userName, "o", "ø"],
  [tag, "ａ", "a"],
  [tag, "a", "a "],
  [serial, "X", "x"],
  [serial, "1", "01"],
  [model, "M", "m"],
];

for (const [unique, left, right] of DIFFERENT) {
  add(
    `${unique.path} ${JSON.stringify(left)} and ${JSON.stringify(right)} are two values [S-7-22]`,
    async (subject) => {
      const { type, path } = unique;
      await subject.create(type, unique.with(left));
      const second = await outcomeOf(subject.create(type, unique.with(right)));
      must(
        second.error === undefined,
        `values of ${path} with different comparison keys must both be kept`,
        `the second one was refused: ${String(second.error)}`,
      );
    },
    { needs: [`${unique.type}.${unique.path}`] },
  );
}

add(
  "of many creates at once with one userName in many spellings exactly one wins, the others get uniqueness [G-3]",
  async (subject) => {
    for (const spellings of [
      ["bo", "BO", "Bo", "bO", "ＢＯ", "ｂｏ", "Ｂo", "bＯ"],
      ["é", "e\u0301", "É", "E\u0301", "é", "e\u0301", "É", "E\u0301"],
    ]) {
      const outcomes = await Promise.all(
        spellings.map((value) => outcomeOf(subject.create("User", { userName: value }))),
      );
      mustBe(
        outcomes.filter(({ error }) => error === undefined).length,
        1,
        "of creates at once with one comparison key exactly one must succeed",
      );
      for (const { error } of outcomes)
        if (error !== undefined)
          await mustRefuse(
            Promise.reject(error),
            "uniqueness",
            "the losers of a uniqueness race must get uniqueness(), never another error",
          );
    }
    mustBe((await subject.query("User")).totalResults, 2, "exactly the winners must be stored");
  },
  { needs: ["User.userName"] },
);

add(
  "of a create and a replace at once that want one userName exactly one wins [G-3]",
  async (subject) => {
    for (let round = 0; round < 5; round++) {
      const { id } = await subject.create("User", { userName: `from${round}` });
      const wanted = `wanted${round}`;
      const outcomes = await Promise.all([
        outcomeOf(subject.create("User", { userName: wanted })),
        outcomeOf(subject.replace("User", id, { userName: wanted.toUpperCase() })),
      ]);
      mustBe(
        outcomes.filter(({ error }) => error === undefined).length,
        1,
        "of two writes at once that want one unique value exactly one must succeed",
      );
      const holders = (await subject.query("User")).resources.filter(
        (user) => String(user.userName).toLowerCase() === wanted,
      );
      mustBe(holders.length, 1, "a unique value must have one holder");
    }
  },
  { needs: ["User.userName"] },
);

add(
  "of many replaces at once that want one userName exactly one wins [G-3]",
  async (subject) => {
    const users = await Promise.all(
      Array.from({ length: 6 }, (_, index) => subject.create("User", { userName: `from${index}` })),
    );
    const outcomes = await Promise.all(
      users.map(({ id }) => outcomeOf(subject.replace("User", id, { userName: "wanted" }))),
    );
    mustBe(
      outcomes.filter(({ error }) => error === undefined).length,
      1,
      "of replaces at once that want one unique value exactly one must succeed",
    );
  },
  { needs: ["User.userName"] },
);

add(
  "a unique value is free at once for others when its holder lets it go",
  async (subject) => {
    const { id } = await subject.create("User", { userName: "ada" });
    await subject.replace("User", id, { userName: "eve" });
    const second = await subject.create("User", { userName: "Ada" });
    await subject.replace("User", second.id, { userName: "bob" });
    await subject.replace("User", id, { userName: "ada" });
    mustBe((await subject.read("User", id)).userName, "ada", "a freed unique value must be free");
  },
  { needs: ["User.userName"] },
);

add(
  "a refused write leaves its other unique values free [G-4]",
  async (subject) => {
    await subject.create("Asset", { tag: "taken" });
    await mustRefuse(
      subject.create("Asset", { serial: "S", codes: ["c"], tag: "TAKEN" }),
      "uniqueness",
      "a taken value must be refused",
      "tag",
    );
    const after = await outcomeOf(subject.create("Asset", { serial: "S", codes: ["c"] }));
    must(
      after.error === undefined,
      "a refused create must not keep its other unique values",
      `they are taken: ${String(after.error)}`,
    );
  },
  { needs: ["Asset.tag", "Asset.serial", "Asset.codes"] },
);

add(
  "a value may stand twice in one resource",
  async (subject) => {
    const ports = [
      { value: "north", floor: 1 },
      { value: "NORTH", floor: 2 },
    ];
    const outcome = await outcomeOf(subject.create("Asset", { ports }));
    must(
      outcome.error === undefined,
      "uniqueness is among resources, not within one",
      `it was refused: ${String(outcome.error)}`,
    );
  },
  { needs: ["Asset.ports"] },
);

add(
  "many resources may lack a unique attribute",
  async (subject) => {
    await subject.create("Asset", {});
    const second = await outcomeOf(subject.create("Asset", {}));
    must(
      second.error === undefined,
      "a missing value must not count as a value that is taken",
      "the second resource was refused",
    );
  },
  { needs: ["Asset.tag"] },
);

add(
  "attributes that are not unique may repeat [S-7-21 S-3.1-12]",
  async (subject) => {
    const attributes = { displayName: "same", externalId: "same" };
    await subject.create("User", { userName: "a", ...attributes });
    const second = await outcomeOf(subject.create("User", { userName: "b", ...attributes }));
    must(
      second.error === undefined,
      "externalId and displayName are not unique",
      `a second resource was refused: ${String(second.error)}`,
    );
  },
  { needs: ["User.userName", "User.displayName"] },
);

add(
  "ends at the tenant [S-7-22]",
  async (subject: Subject) => {
    await subject.create("User", { userName: "ada" });
    const other = await outcomeOf(subject.create("User", { userName: "ada" }, { context: await subject.tenant() }));
    must(
      other.error === undefined,
      "uniqueness must end at the tenant",
      `another tenant's create was refused: ${String(other.error)}`,
    );
  },
  { needs: ["User.userName"], features: ["tenants"] },
);

add(
  "of a global attribute spans the tenants, and frees the value with its holder [S-7-23]",
  async (subject) => {
    const license = `L-${subject.token}`;
    const other = await subject.tenant();
    const { id } = await subject.create("Asset", { license });
    await mustRefuse(
      subject.create("Asset", { license }, { context: other }),
      "uniqueness",
      "a global value that another tenant has must be refused",
      "license",
    );
    await subject.remove("Asset", id);
    const after = await outcomeOf(subject.create("Asset", { license }, { context: other }));
    must(
      after.error === undefined,
      "a deleted resource must free its global value",
      `it is taken: ${String(after.error)}`,
    );
  },
  { needs: ["Asset.license"], features: ["tenants"] },
);

export { cases as uniqueness };
