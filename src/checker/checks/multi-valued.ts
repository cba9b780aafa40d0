import { usersOf } from "../attributes.ts";
import { created, replaced, replacement, stored } from "../bodies.ts";
import type { Check } from "../check.ts";
import { valueAt } from "../compare.ts";
import type { Json } from "../json.ts";
import { expectMade, expectNoFault, expectStatus, isFault, isRefused, told } from "../judge.ts";
import type { Workbench } from "../workbench.ts";

const section = "RFC 7643 §2.4";
const shown = (value: Json) => JSON.stringify(value) ?? "absent";

/** What is kept of the addresses that a create has; `undefined` where they are refused. */
async function emails(bench: Workbench, sent: (bench: Workbench) => unknown): Promise<readonly Json[] | undefined> {
  const answer = await bench.post(usersOf(bench), { ...bench.newUser(), emails: sent(bench) });
  if (isRefused(answer)) return undefined;
  expectMade(bench, answer, "It is 201, or 400.");
  const seen = valueAt(await stored(bench, answer), "emails");
  return Array.isArray(seen) ? seen : [];
}

const primaries = (list: readonly Json[]) => list.filter((one) => one?.primary === true).length;

/** Attributes of many values. @see RFC 7643 §2.4 */
export const multiValued: readonly Check[] = [
  {
    id: "multi-valued/all-are-kept",
    title: "All values of a list are kept.",
    level: "must",
    requirements: ["S-2.4-01", "S-7-12"],
    section,
    suffers: "A person's second address is lost without a word.",
    misses: "Lists of more than two values.",
    async run(bench) {
      bench.needsAttributes("emails.value", "emails.type");
      const values = [bench.address("one"), bench.address("two")];
      const sent = values.map((value, place) => ({ value, type: place === 0 ? "work" : "home" }));
      const seen = await emails(bench, () => sent);
      if (seen === undefined) return bench.skip("The server takes no two addresses.");
      const right = `Both are there: ${values.join(", ")}.`;
      bench.expect(
        values.every((value) => seen.some((one) => one?.value === value)),
        shown(seen),
        right,
      );
    },
  },
  {
    id: "multi-valued/is-an-array",
    title: "A list of one value is an array.",
    level: "must",
    requirements: ["S-2.4-01"],
    section,
    suffers: "A client fails to read the people who have one address.",
    misses: "Lists of other types.",
    async run(bench) {
      bench.needsAttributes("emails.value");
      const answer = await created(bench, { emails: [{ value: bench.address("one") }] });
      const seen = valueAt(await stored(bench, answer), "emails");
      bench.expect(Array.isArray(seen), `emails is ${shown(seen)}.`, "emails is an array of objects.", answer);
    },
  },
  {
    id: "multi-valued/one-primary",
    title: "Two primary values are refused, or one of them is primary then.",
    level: "must",
    requirements: ["S-2.4-03", "R-52"],
    section,
    suffers: "Two clients write to two different addresses of one person.",
    misses: "Two primary values that come to be by PATCH.",
    async run(bench) {
      bench.needsAttributes("emails.value", "emails.primary", "emails.type");
      const seen = await emails(bench, () => [
        { value: bench.address("one"), type: "work", primary: true },
        { value: bench.address("two"), type: "home", primary: true },
      ]);
      if (seen !== undefined)
        bench.expect(primaries(seen) <= 1, `${primaries(seen)} are primary.`, "At most one is primary.");
    },
  },
  {
    id: "multi-valued/one-primary-after-replace",
    title: "After a PUT with two primary values at most one is primary.",
    level: "must",
    requirements: ["S-2.4-03", "R-52"],
    section,
    suffers: "Two clients write to two different addresses of one person.",
    misses: "Two primary values that come to be by PATCH.",
    async run(bench) {
      bench.needsAttributes("emails.value", "emails.primary", "emails.type");
      const made = await bench.user();
      const sent = ["work", "home"].map((type) => ({ value: bench.address(type), type, primary: true }));
      const answer = await bench.put(made.path, replacement(bench, made, { emails: sent }));
      if (isFault(answer)) bench.block(told(answer));
      const seen = valueAt(await bench.read(made.path), "emails") ?? [];
      bench.expect(primaries(seen) <= 1, `${primaries(seen)} are primary.`, "At most one is primary.", answer);
    },
  },
  {
    id: "multi-valued/primary-is-kept",
    title: "The mark primary is kept, on the value that has it and on no other.",
    level: "must",
    requirements: ["S-2.4-02", "S-7-12"],
    section,
    suffers: "Mail goes to an address that the person does not read.",
    misses: "Marks in other lists.",
    async run(bench) {
      bench.needsAttributes("emails.value", "emails.primary");
      const value = bench.address("primary");
      const first = { value, type: "work", primary: true };
      const two = await emails(bench, () => [first, { value: bench.address("other"), type: "home" }]);
      // A server may hold one address alone.
      const seen = two ?? (await emails(bench, () => [{ value, primary: true }]));
      const one = seen?.find((email) => email?.value === value);
      const right = `${value} is primary, and no other address is.`;
      bench.expect(one?.primary === true, `The mark is lost: emails is ${shown(seen)}.`, right);
      bench.expect(primaries(seen ?? []) === 1, `Another address is marked too: emails is ${shown(seen)}.`, right);
    },
  },
  {
    id: "multi-valued/type-is-kept",
    title: "The type of a value is kept, in its letter case or in that of the schema.",
    level: "must",
    requirements: ["S-2.4-02", "S-2.4-08"],
    section,
    suffers: "A client that looks for the address at work finds none, and adds it again at every run.",
    misses: "Types in other lists.",
    async run(bench) {
      bench.needsAttributes("emails.value", "emails.type");
      const value = bench.address("typed");
      const seen = await emails(bench, () => [{ value, type: "work" }]);
      const one = seen?.find((email) => email?.value === value);
      bench.expect(/^work$/i.test(one?.type ?? ""), `emails is ${shown(seen)}.`, 'The type is "work".');
    },
  },
  {
    id: "multi-valued/other-types",
    title: "A type that the schema does not suggest is taken.",
    level: "should",
    requirements: ["S-2.3.1-03", "S-7-07"],
    section: "RFC 7643 §7",
    suffers: "A client with words of its own is refused.",
    misses: "Types that are taken and not kept.",
    async run(bench) {
      bench.needsAttributes("emails.value", "emails.type");
      const sent = { ...bench.newUser(), emails: [{ value: bench.address("other"), type: "vacation" }] };
      const answer = await bench.post(usersOf(bench), sent);
      expectStatus(bench, answer, [201, 200, 400], "It is 201; refusing it with 400 is legal as well.");
      if (isRefused(answer)) bench.note("Types beyond the canonical ones are refused.");
    },
  },
  {
    id: "multi-valued/same-twice",
    title: "The same value of the same type is not there twice.",
    level: "should",
    requirements: ["S-2.4-09"],
    section,
    suffers: "A list grows at every run of a client.",
    misses: "Values that PATCH adds again.",
    async run(bench) {
      bench.needsAttributes("emails.value", "emails.type");
      const value = bench.address("same");
      const seen = await emails(bench, () => [
        { value, type: "work" },
        { value, type: "work" },
      ]);
      if (seen === undefined) return;
      const count = seen.filter((one) => one?.value === value).length;
      bench.expect(count <= 1, `It is there ${count} times.`, "It is there once, or refused.");
    },
  },
  {
    id: "multi-valued/same-of-two-types",
    title: "The same value may be there with two types.",
    level: "should",
    requirements: ["S-2.4-10"],
    section,
    suffers: "A person with one address for work and home loses one of them.",
    misses: "More than two types.",
    async run(bench) {
      bench.needsAttributes("emails.value", "emails.type");
      const value = bench.address("both");
      const seen = await emails(bench, () => ["work", "home"].map((type) => ({ value, type })));
      if (seen === undefined) return bench.note("One address of two types is refused.");
      const count = seen.filter((one) => one?.value === value).length;
      bench.expect(count === 2, `It is there ${count} times.`, "Both are there.");
    },
  },
  {
    id: "multi-valued/object-for-list",
    title: "An object where a list belongs is refused, or read as a list of one.",
    level: "should",
    requirements: ["S-2.4-01", "R-81"],
    section,
    suffers: "A client's fault makes a person unreadable for all others.",
    misses: "A text where a list belongs.",
    async run(bench) {
      bench.needsAttributes("emails.value");
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), emails: { value: bench.address("one") } });
      expectNoFault(bench, answer, "An object for a list");
      if (isRefused(answer)) return;
      const seen = valueAt(await stored(bench, answer), "emails");
      const holds = seen === undefined || Array.isArray(seen);
      bench.expect(holds, `emails is ${shown(seen)}.`, "It is 400, or emails is an array.", answer);
    },
  },
  {
    id: "multi-valued/null-element",
    title: "A null among the values of a list is refused or left out.",
    level: "should",
    requirements: ["S-2.5-01", "R-19"],
    section: "RFC 7643 §2.5",
    suffers: "A client stumbles over the null in every list of people.",
    misses: "An empty object among the values.",
    async run(bench) {
      bench.needsAttributes("emails.value");
      const seen = await emails(bench, () => [{ value: bench.address("one") }, null]);
      bench.expect(seen?.includes(null) !== true, `emails is ${shown(seen)}.`, "There is no null in it.");
    },
  },
  {
    id: "multi-valued/simple-values",
    title: "A list of plain texts comes back whole.",
    level: "must",
    requirements: ["S-2.4-01", "S-1.2-02"],
    section,
    suffers: "Tags of a person are lost.",
    misses: "Lists of numbers.",
    async run(bench) {
      const { users, schemas } = bench.facts;
      const urns = [users?.schema ?? "", ...(users?.extensions ?? []).map(({ schema }) => schema)];
      const place = urns.flatMap((urn) =>
        (schemas.get(urn)?.attributes ?? [])
          .filter((one) => one.multiValued && one.type === "string" && one.mutability === "readWrite")
          .map(({ name }) => ({ urn, name })),
      )[0];
      if (place === undefined || place.name === "schemas") return bench.skip("Users have no list of plain texts.");
      const sent = { [place.name]: ["b", "a"] };
      const made = await bench.user();
      const body = replacement(bench, made, place.urn === users?.schema ? sent : { [place.urn]: sent });
      const after = await replaced(bench, made, body);
      const seen = place.urn === users?.schema ? valueAt(after, place.name) : valueAt(after, place.urn, place.name);
      const holds = Array.isArray(seen) && seen.length === 2 && seen.includes("a") && seen.includes("b");
      bench.expect(holds, `${place.name} is ${shown(seen)}.`, `${place.name} is ["b","a"].`);
    },
  },
];
