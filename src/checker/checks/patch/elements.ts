import type { Check } from "../../check.ts";
import { expectError, told } from "../../judge.ts";
import { addressed, addressesOf } from "../addressed.ts";
import { elements, personWith } from "../people.ts";
import { expectValue, isDone, patched } from "./patched.ts";

const section = "RFC 7644 §3.5.2.3";

/** Operations on the elements that a filter finds, and which of them is primary. */
export const elementPatchChecks: readonly Check[] = [
  {
    id: "patch/element-part",
    title: "replace of a part of the elements that a filter finds changes these and no others.",
    level: "must",
    requirements: ["P-3.5.2.3-08", "P-3.5.2-07"],
    section,
    suffers: "Entra ID changes work addresses so: the wrong one is changed, or none.",
    misses: "Several elements that match, which patch/elements-all tries.",
    async run(bench) {
      const user = await addressed(bench);
      const value = bench.address("new");
      const operations = [{ op: "replace", path: 'emails[type eq "work"].value', value }];
      const body = await patched(bench, user, operations);
      expectValue(bench, "emails", addressesOf(body), [value, user.home].sort().join(" "));
    },
  },
  {
    id: "patch/elements-all",
    title: "A part is replaced in every element that the filter finds.",
    level: "must",
    requirements: ["P-3.5.2.3-08", "R-72"],
    section,
    suffers: "One of two addresses keeps what should be gone.",
    misses: "More than two elements.",
    async run(bench) {
      bench.needsAttributes("addresses.type", "addresses.locality", "addresses.region");
      const addresses = [
        { type: "work", locality: "Ulm", region: "BW" },
        { type: "home", locality: "Ulm", region: "BY" },
      ];
      const user = await personWith(bench, { addresses });
      if (elements(user.body.addresses).length !== 2) bench.skip("The server keeps one address alone.");
      const operations = [{ op: "replace", path: 'addresses[locality eq "Ulm"].region', value: "XX" }];
      const body = await patched(bench, user, operations);
      const regions = elements(body.addresses).map(({ region }) => region);
      expectValue(bench, "The list of regions", regions.join(), "XX,XX");
    },
  },
  {
    id: "patch/element-whole",
    title: "replace of the elements that a filter finds puts the value in their place.",
    level: "must",
    requirements: ["P-3.5.2.3-07", "R-8"],
    section,
    suffers: "An address is mixed of the old one and the new one.",
    misses: "Parts that clients cannot write.",
    async run(bench) {
      bench.needsAttributes("addresses.type", "addresses.locality", "addresses.region");
      const addresses = [{ type: "work", locality: "Ulm", region: "BW" }];
      const user = await personWith(bench, { addresses });
      const value = { type: "work", locality: "Bonn" };
      const body = await patched(bench, user, [{ op: "replace", path: 'addresses[type eq "work"]', value }]);
      const [left] = elements(body.addresses);
      expectValue(bench, "How many addresses there are", elements(body.addresses).length, 1);
      expectValue(bench, "addresses.locality", left?.locality, "Bonn");
    },
  },
  {
    id: "patch/no-target",
    title: "replace by a filter that finds no element is 400 noTarget.",
    level: "must",
    requirements: ["P-3.5.2.3-09", "R-5"],
    section,
    suffers: "A client is told that an address was changed that there is not.",
    misses: "Filters of eq alone, where many servers make the element, as Entra ID needs it.",
    async run(bench) {
      const user = await addressed(bench);
      const path = `emails[value co "no-such-${bench.run}"].value`;
      const answer = await bench.patch(user.path, [{ op: "replace", path, value: bench.address() }]);
      if (answer.status === 400 && answer.body.scimType !== "noTarget") {
        const there = `emails[value co ${JSON.stringify(user.home)}].value`;
        const found = await bench.patch(user.path, [{ op: "replace", path: there, value: bench.address() }]);
        if (!isDone(found)) bench.block(`Such a path is refused where it finds an element, too. ${told(found)}`);
      }
      expectError(bench, answer, { status: 400, scimType: "noTarget", right: "400, with scimType noTarget." });
    },
  },
  {
    id: "patch/element-case",
    title: "The filter of a path compares without letter case where the attribute has none.",
    level: "must",
    requirements: ["P-3.10-01", "P-3.4.2.2-34"],
    section: "RFC 7644 §3.10",
    suffers: "Clients whose types begin with a capital letter change nothing.",
    misses: "Values that have letter case.",
    async run(bench) {
      const user = await addressed(bench);
      const value = bench.address("new");
      const operations = [{ op: "replace", path: 'emails[TYPE eq "work"].VALUE', value }];
      const body = await patched(bench, user, operations);
      expectValue(bench, "emails", addressesOf(body), [value, user.home].sort().join(" "));
    },
  },
  {
    id: "patch/primary-added",
    title: "A new primary element takes the mark from the one that had it.",
    level: "must",
    requirements: ["P-3.5.2-19", "S-2.4-03"],
    section: "RFC 7644 §3.5.2",
    suffers: "Mail goes to either of two addresses that are both primary.",
    misses: "Lists other than emails.",
    async run(bench) {
      bench.needsAttributes("emails.primary");
      const user = await addressed(bench);
      const value = [{ value: bench.address("new"), type: "other", primary: true }];
      const body = await patched(bench, user, [{ op: "add", path: "emails", value }]);
      const marked = elements(body.emails).filter(({ primary }) => primary === true);
      expectValue(bench, "The primary address", marked.map((one) => one.value).join(" "), value[0]?.value);
    },
  },
  {
    id: "patch/primary-moved",
    title: "Marking an element as primary takes the mark from the one that had it.",
    level: "must",
    requirements: ["P-3.5.2-19", "S-2.4-03"],
    section: "RFC 7644 §3.5.2",
    suffers: "Mail goes to either of two addresses that are both primary.",
    misses: "Lists other than emails.",
    async run(bench) {
      bench.needsAttributes("emails.primary");
      const user = await addressed(bench);
      const operations = [{ op: "replace", path: 'emails[type eq "home"].primary', value: true }];
      const body = await patched(bench, user, operations);
      const marked = elements(body.emails).filter(({ primary }) => primary === true);
      expectValue(bench, "The primary address", marked.map((one) => one.value).join(" "), user.home);
    },
  },
  {
    id: "patch/two-primaries",
    title: "After one operation with two primary elements there are not two.",
    level: "must",
    requirements: ["S-2.4-03", "P-3.5.2-20", "R-52"],
    section: "RFC 7643 §2.4",
    suffers: "Mail goes to either of two addresses that are both primary.",
    misses: "Which of the two a server keeps that does not refuse them.",
    async run(bench) {
      bench.needsAttributes("emails.primary");
      const user = await addressed(bench);
      const value = ["one", "two"].map((label) => ({ value: bench.address(label), type: "other", primary: true }));
      const answer = await bench.patch(user.path, [{ op: "replace", path: "emails", value }]);
      if (!isDone(answer)) return bench.expect(answer.status < 500, told(answer), "400 invalidValue.", answer);
      const { emails } = await bench.read(user.path);
      const marked = elements(emails).filter(({ primary }) => primary === true).length;
      bench.expect(marked <= 1, `${marked} addresses are primary.`, "One is at most, or 400 invalidValue.", answer);
    },
  },
];
