import { freeText, usersOf } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { expectNoFault, told } from "../../judge.ts";
import { person, personWith } from "../people.ts";
import { expectFinds, expectMissesOut, idsOf, isNamed, needsEq, quoted, search } from "./search.ts";

/** How filters come through a URL, and what they can do on the way. */
export const carriageChecks: readonly Check[] = [
  {
    id: "filter/encoded",
    title: "A blank in a filter may be escaped as %20, and a plus as %2B.",
    level: "must",
    requirements: ["P-1.2-01"],
    section: "RFC 7644 §1.2",
    suffers: "Addresses such as ada+test@example.com are looked up as another one, and created twice.",
    misses: "Other letters that clients escape and need not.",
    async run(bench) {
      const name = freeText(bench);
      const value = `${bench.unique("plus")}+a b`;
      const user = await personWith(bench, { [name]: value });
      await expectFinds(bench, `${name} eq ${quoted(value)}`, user);
    },
  },
  {
    id: "filter/plus-for-blank",
    title: "A blank in a filter may be written as +, as forms send it.",
    level: "client",
    requirements: ["P-1.2-01", "Q03"],
    section: "RFC 7644 §1.2",
    clients: ["entra"],
    suffers: "Every lookup of Entra ID is refused or finds nobody, and every account is created twice.",
    misses: "A plus that was meant and not escaped.",
    async run(bench) {
      const user = await person(bench);
      await needsEq(bench, user);
      const asForm = encodeURIComponent(isNamed(user)).replaceAll("%20", "+");
      const answer = await bench.get(`${usersOf(bench)}?filter=${asForm}`);
      const right = "In a query + is a blank: the user is found.";
      bench.expect(idsOf(answer).includes(user.id), `With + for blanks: ${told(answer)} Not found.`, right, answer);
    },
  },
  {
    id: "filter/encoded-once",
    title: "A filter is decoded once: %2520 is the text %20.",
    level: "must",
    requirements: ["P-1.2-01"],
    section: "RFC 7644 §1.2",
    suffers: "Names with a percent sign are looked up as another name.",
    misses: "Ids in paths that are decoded twice.",
    async run(bench) {
      const name = freeText(bench);
      const label = bench.unique("once");
      const user = await personWith(bench, { [name]: `${label}%20x` });
      await expectFinds(bench, `${name} eq ${quoted(`${label}%20x`)}`, user);
      await expectMissesOut(bench, `${name} eq ${quoted(`${label} x`)}`, user);
    },
  },
  {
    id: "filter/injection",
    title: "An operand that is SQL, LDAP or a query of documents is text.",
    level: "must",
    requirements: ["P-3.4.2.2-02", "S-9.2-02"],
    section: "RFC 7643 §9.2",
    suffers: "Anybody with a token can read, change or delete the whole directory.",
    misses: "Injection by names of attributes, by sortBy, and into databases that are not thought of here.",
    async run(bench) {
      const user = await person(bench);
      await needsEq(bench, user);
      const no = bench.unique("nobody");
      for (const operand of [`${no}' OR '1'='1`, `${no}" OR "1"="1`, `${no}'; --`, `${no}*)(uid=*`]) {
        const { answer, ids } = await search(bench, `userName eq ${quoted(operand)}`);
        expectNoFault(bench, answer, `The operand ${quoted(operand)}`);
        bench.expect(ids.length === 0, `The operand ${quoted(operand)} finds users.`, "Nobody has this name.", answer);
      }
    },
  },
  {
    id: "filter/raw-quote",
    title: "A quote that was pasted into an operand does not open the filter to everybody.",
    level: "should",
    requirements: ["P-3.4.2.2-25", "P-3.4.2.2-26"],
    section: "RFC 7644 §3.4.2.2",
    suffers: "A name with a quote in it, from a client that does not escape, is answered by the wrong account.",
    misses: "Clients that paste whole conditions, which no server can tell from filters.",
    async run(bench) {
      const { answer, ids } = await search(bench, `userName eq "${bench.unique("o")}"brien"`);
      expectNoFault(bench, answer, "A raw quote in an operand");
      bench.expect(ids.length === 0, `${ids.length} users are found.`, "400 invalidFilter: it is no filter.", answer);
    },
  },
];
