import { ENTERPRISE } from "../../../client/urns.ts";
import { clearableText, factOf, freeText, isPlain, needAttribute, sampleOf } from "../../attributes.ts";
import { replaced, replacement } from "../../bodies.ts";
import type { Check } from "../../check.ts";
import { differences, isUnassigned, valueAt } from "../../compare.ts";
import type { Json } from "../../json.ts";
import { expectError, expectStatus, isRefused, isStatus, needStatus, told } from "../../judge.ts";
import type { Answer, Made, Workbench } from "../../workbench.ts";

const section = "RFC 7644 §3.5.1";
const shown = (value: Json) => JSON.stringify(value) ?? "absent";

/** Sends the user back as it was read; a body of the client's own, as a client does that changes one thing. */
async function putBack(bench: Workbench, made: Made): Promise<{ read: Json; answer: Answer; after: Json }> {
  const read = await bench.read(made.path);
  const answer = await bench.put(made.path, read);
  expectStatus(
    bench,
    answer,
    [200, 201, 204],
    "It is taken: it is what the server itself has sent.",
    "A PUT of what was read",
  );
  return { read, answer, after: await bench.read(made.path) };
}

/** What a PUT does to values. @see RFC 7644 §3.5.1 */
export const values: readonly Check[] = [
  {
    id: "replace/changes",
    title: "A PUT replaces what it provides.",
    level: "must",
    requirements: ["P-3.5.1-01", "S-7-12"],
    section,
    suffers: "A person's new name never arrives.",
    misses: "Attributes of other kinds than text.",
    async run(bench) {
      const name = freeText(bench);
      const made = await bench.user({ [name]: bench.unique("before") });
      const value = bench.unique("after");
      const seen = valueAt(await replaced(bench, made, replacement(bench, made, { [name]: value })), name);
      bench.expect(seen === value, `${name} is ${shown(seen)}.`, `${name} is "${value}".`);
    },
  },
  {
    id: "replace/renames",
    title: "A PUT can change userName.",
    level: "must",
    requirements: ["P-3.5.1-01", "S-7-12"],
    section,
    suffers: "A person who has married keeps the old name.",
    misses: "A userName that changes in letter case alone; replace/renames-in-case looks at it.",
    async run(bench) {
      if ((factOf(bench, "userName")?.mutability ?? "readWrite") !== "readWrite")
        bench.skip("The schema says that userName cannot be changed.");
      const made = await bench.user();
      const body = bench.newUser();
      const seen = valueAt(await replaced(bench, made, body), "userName");
      bench.expect(seen === body.userName, `userName is ${shown(seen)}.`, `userName is "${body.userName}".`);
    },
  },
  {
    id: "replace/renames-in-case",
    title: "A user is not in conflict with itself: letter case of its userName can be changed.",
    level: "should",
    requirements: ["P-3.5.1-10", "S-4.1.1-03"],
    section,
    suffers: "A name in the wrong letter case can never be put right.",
    misses: "A new letter case that is taken and not kept, as it may be.",
    async run(bench) {
      const made = await bench.user();
      const userName = String(valueAt(made.body, "userName")).toUpperCase();
      const answer = await bench.put(made.path, { ...replacement(bench, made), userName });
      expectStatus(bench, answer, [200, 201, 204], "The status is 200.", "A PUT of a user");
    },
  },
  {
    id: "replace/omitted",
    title: "A PUT clears what it leaves out, or keeps it; it does not break.",
    level: "option",
    requirements: ["P-3.5.1-02", "R-18"],
    section,
    suffers: "A client cannot take an attribute away by leaving it out.",
    misses: "Lists that are left out.",
    async run(bench) {
      const name = freeText(bench);
      const made = await bench.user({ [name]: bench.unique(name) });
      const after = await replaced(bench, made, { ...replacement(bench, made), [name]: undefined });
      const right = "It is cleared; keeping it is legal as well.";
      bench.expect(isUnassigned(valueAt(after, name)), `${name} is kept.`, right);
    },
  },
  {
    id: "replace/null",
    title: "A PUT with null clears the attribute.",
    level: "must",
    requirements: ["P-3.5.1-04", "S-2.5-02"],
    section: "RFC 7643 §2.5",
    suffers: "A title that a person no longer has stays for ever.",
    misses: "null in elements of lists.",
    async run(bench) {
      const name = clearableText(bench);
      const made = await bench.user({ [name]: bench.unique(name) });
      const after = await replaced(bench, made, replacement(bench, made, { [name]: null }));
      bench.expect(isUnassigned(valueAt(after, name)), `${name} is kept.`, "It is unassigned.");
    },
  },
  {
    id: "replace/empty-list",
    title: "A PUT with an empty list clears the list.",
    level: "must",
    requirements: ["P-3.5.1-04", "S-2.5-02"],
    section: "RFC 7643 §2.5",
    suffers: "A role that was taken from a person stays.",
    misses: "A list of elements that are null.",
    async run(bench) {
      const list = needAttribute(
        bench,
        "list that may be empty",
        (fact) => fact.multiValued && !fact.required && isPlain(fact) && fact.type !== "binary",
      );
      const value = list.fact.name === "emails" ? [{ value: bench.address("list") }] : sampleOf(bench, list.fact);
      const made = await bench.user(list.with(value));
      const after = await replaced(bench, made, replacement(bench, made, list.with([])));
      bench.expect(isUnassigned(list.of(after)), `${list.path} is ${shown(list.of(after))}.`, "It is empty or absent.");
    },
  },
  {
    id: "replace/list-is-replaced",
    title: "A PUT of a list replaces the whole list.",
    level: "must",
    requirements: ["P-3.5.1-01"],
    section,
    suffers: "An address that a person no longer has is written to for ever.",
    misses: "Elements that differ in a sub-attribute alone.",
    async run(bench) {
      bench.needsAttributes("emails.value", "emails.type");
      const [first, second] = [bench.address("first"), bench.address("second")];
      const made = await bench.user({ emails: [{ value: first, type: "work" }] });
      const body = replacement(bench, made, { emails: [{ value: second, type: "work" }] });
      const emails = valueAt(await replaced(bench, made, body), "emails");
      const seen = (Array.isArray(emails) ? emails : []).map((one: Json) => one?.value).join(", ");
      bench.expect(seen === second, `The addresses are ${seen || "none"}.`, `It is ${second} alone.`);
    },
  },
  {
    id: "replace/what-was-read-loses-nothing",
    title: "A PUT of what was read changes and loses nothing.",
    level: "must",
    requirements: ["P-3.5.1-01", "P-3.5.1-07", "P-3.5.1-11"],
    section,
    suffers: "A client that reads, changes one thing and writes back loses other things: Okta works so.",
    misses: "What no answer shows, such as a password.",
    async run(bench) {
      const { read, after } = await putBack(bench, await bench.user());
      const wrong = differences({ ...read, meta: null }, { ...after, meta: null });
      bench.expect(wrong.length === 0, `${wrong.join(", ")} differ.`, "All is as it was.");
    },
  },
  {
    id: "replace/without-change",
    title: "A PUT that changes nothing leaves lastModified and version as they are.",
    level: "option",
    requirements: ["P-3.5.1-11", "R-67"],
    section,
    suffers: "A client that asks for what has changed is sent everybody, every night.",
    misses: "A change of a part that no answer shows.",
    async run(bench) {
      const { read, after } = await putBack(bench, await bench.user());
      const names = ["lastModified", "version"].filter((name) => read.meta?.[name] !== after.meta?.[name]);
      const seen = `${names.map((name) => `meta.${name}`).join(", ")} have changed.`;
      bench.expect(names.length === 0, seen, "Nothing has changed, and meta says so.");
    },
  },
  {
    id: "replace/read-only-is-ignored",
    title: "readOnly attributes in a PUT are ignored.",
    level: "must",
    requirements: ["P-3.5.1-07", "S-7-11", "S-2-01"],
    section,
    suffers: "A client that writes back what it has read is refused, or changes what only the server knows.",
    misses: "Other attributes than meta.",
    async run(bench) {
      const made = await bench.user();
      const meta = { resourceType: "Nothing", created: "1999-01-01T00:00:00Z" };
      const answer = await bench.put(made.path, { ...replacement(bench, made), meta });
      expectStatus(
        bench,
        answer,
        [200, 201, 204],
        "The PUT succeeds, and meta in it is ignored.",
        "A PUT with meta in it",
      );
      const after = await bench.read(made.path);
      const holds = after.meta?.resourceType !== "Nothing" && after.meta?.created !== meta.created;
      bench.expect(holds, `meta is ${shown(after.meta)}.`, "meta is the server's own.", answer);
    },
  },
  {
    id: "replace/id-in-body",
    title: "An id in the body of a PUT is ignored: the address says which user is meant.",
    level: "must",
    requirements: ["P-3.5.1-07", "R-17"],
    section,
    suffers: "A client overwrites another person, or is refused for what it has read.",
    misses: "The id of another user that is there.",
    async run(bench) {
      const made = await bench.user();
      const id = bench.unique("id");
      const answer = await bench.put(made.path, { ...replacement(bench, made), id });
      expectStatus(
        bench,
        answer,
        [200, 201, 204],
        "The PUT succeeds, and the id in it is ignored.",
        "A PUT with another id in the body",
      );
      const after = await bench.get(made.path);
      const holds = isStatus(after, 200) && after.body.id !== id;
      bench.expect(holds, told(after), `The user still has the id ${made.id}.`, answer, after);
    },
  },
  {
    id: "replace/without-required",
    title: "A PUT without userName is refused.",
    level: "must",
    requirements: ["P-3.5.1-08", "S-4.1.1-01"],
    section,
    suffers: "An account loses its name, and nobody can log in to it.",
    misses: "A PUT that sets it to null.",
    async run(bench) {
      const made = await bench.user();
      const answer = await bench.put(made.path, { ...replacement(bench, made), userName: undefined });
      bench.expect(
        isRefused(answer),
        told(answer, "A PUT without a userName"),
        "The status is 400: userName is required.",
        answer,
      );
    },
  },
  {
    id: "replace/refused-changes-nothing",
    title: "A PUT that is refused changes nothing.",
    level: "must",
    requirements: ["S-2.3-02", "P-3.1-04"],
    section,
    suffers: "Half of a change is there, and the client believes that none of it is.",
    misses: "A change that shows only later.",
    async run(bench) {
      const name = freeText(bench);
      const made = await bench.user({ [name]: bench.unique("before") });
      const before = await bench.read(made.path);
      const body = { ...replacement(bench, made), [name]: bench.unique("after"), userName: null };
      const answer = await bench.put(made.path, body);
      if (!isRefused(answer)) bench.block(told(answer));
      const wrong = differences(before, await bench.read(made.path));
      bench.expect(wrong.length === 0, `${wrong.join(", ")} have changed.`, "All is as it was.", answer);
    },
  },
  {
    id: "replace/immutable",
    title: "A PUT with another value of an immutable attribute is refused, and the value stays.",
    level: "should",
    requirements: ["P-3.5.1-05", "S-7-13"],
    section,
    suffers: "What must never change is changed by a slip.",
    misses: "Other attributes than the first that is immutable.",
    async run(bench) {
      const one = needAttribute(bench, "immutable attribute", (fact) => fact.mutability === "immutable");
      const value = sampleOf(bench, one.fact);
      const made = await bench.user(one.with(value));
      const answer = await bench.put(made.path, replacement(bench, made, one.with(sampleOf(bench, one.fact))));
      if (JSON.stringify(value) === JSON.stringify(sampleOf(bench, one.fact))) bench.skip("It has one value only.");
      expectError(bench, answer, {
        status: 400,
        scimType: "mutability",
        right: "It is 400 mutability.",
        what: "A PUT that changes an immutable attribute",
      });
    },
  },
  {
    id: "replace/immutable-stays",
    title: "An immutable attribute keeps its value through a PUT that has it or leaves it out.",
    level: "must",
    requirements: ["P-3.5.1-06", "S-7-13"],
    section,
    suffers: "What must never change is lost by a write that did not speak of it.",
    misses: "Other attributes than the first that is immutable.",
    async run(bench) {
      const one = needAttribute(bench, "immutable attribute", (fact) => fact.mutability === "immutable");
      const value = sampleOf(bench, one.fact);
      const made = await bench.user(one.with(value));
      for (const sent of [value, undefined]) {
        const after = one.of(await replaced(bench, made, replacement(bench, made, one.with(sent))));
        bench.expect(!isUnassigned(after), `${one.path} is gone.`, "It is as it was.");
      }
    },
  },
  {
    id: "replace/extension",
    title: "A PUT replaces the attributes of an extension.",
    level: "must",
    requirements: ["P-3.5.1-01", "P-3.5.1-12"],
    section,
    suffers: "A person's new department never arrives.",
    misses: "An extension that a PUT leaves out.",
    async run(bench) {
      bench.needsAttributes(`${ENTERPRISE}:department`);
      const made = await bench.user({ [ENTERPRISE]: { department: bench.unique("before") } });
      if (valueAt(made.body, ENTERPRISE, "department") === undefined) bench.block("The first department is not kept.");
      const department = bench.unique("after");
      const after = await replaced(bench, made, replacement(bench, made, { [ENTERPRISE]: { department } }));
      const seen = valueAt(after, ENTERPRISE, "department");
      bench.expect(seen === department, `department is ${shown(seen)}.`, `It is "${department}".`);
    },
  },
  {
    id: "replace/order-of-keys",
    title: "The order of the members of a body makes no difference.",
    level: "must",
    requirements: ["S-2.3.8-01"],
    section: "RFC 7643 §2.3.8",
    suffers: "A client whose library sorts names is refused.",
    misses: "Order within elements.",
    async run(bench) {
      const made = await bench.user();
      const body = Object.fromEntries(Object.entries(replacement(bench, made)).reverse());
      const answer = await bench.put(made.path, body);
      needStatus(bench, await bench.put(made.path, replacement(bench, made)), [200, 201, 204]);
      bench.expect(isStatus(answer, 200, 204), told(answer), "It is taken as in any other order.", answer);
    },
  },
];
