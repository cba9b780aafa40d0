import { attributeOfType, clearableText, factOf, freeText, isPlain, sampleOf, usersOf } from "../../attributes.ts";
import { created, stored } from "../../bodies.ts";
import type { Check } from "../../check.ts";
import { isSame, isUnassigned, valueAt } from "../../compare.ts";
import type { Json } from "../../json.ts";
import { expectMade, isRefused, needStatus } from "../../judge.ts";
import type { Workbench } from "../../workbench.ts";

/** Creates a user with the text, and gives what is read of it; `undefined` where the server refuses it with 4xx. */
async function kept(bench: Workbench, text: string): Promise<{ name: string; seen: Json } | undefined> {
  const name = freeText(bench);
  const answer = await bench.post(usersOf(bench), { ...bench.newUser(), [name]: text });
  if (isRefused(answer)) return undefined;
  expectMade(bench, answer, "It is 201, or 400 where the server does not take the text.");
  return { name, seen: valueAt(await stored(bench, answer), name) };
}

const shown = (value: Json) => (JSON.stringify(value) ?? "absent").slice(0, 120);

/** One kind of text that must come back as it was. */
interface Text extends Pick<Check, "id" | "title" | "suffers" | "misses"> {
  readonly level?: Check["level"];
  readonly text: (bench: Workbench) => string;
}

const texts: readonly Text[] = [
  {
    id: "create/unicode",
    title: "Text comes back to the letter: accents, other scripts, emoji.",
    suffers: "People's names are mangled, and the client writes them again at every run.",
    misses: "Text that is mangled in lists or filters only.",
    text: (bench) => `Zoë Łukasz 山田 太郎 عمر 🦊👩‍🚀 ${bench.run}`,
  },
  {
    id: "create/combining",
    title: "Letters that are written in two ways come back in the way in which they were sent.",
    level: "should",
    suffers: "The client sees a difference that nobody can see, and writes it again at every run.",
    misses: "Forms that are told apart in filters.",
    text: (bench) => `Jose\u0301 ﬁ Ａ ${bench.run}`,
  },
  {
    id: "create/quotes",
    title: "Quotes, backslashes, angle brackets and percent signs in text come back as they were.",
    suffers: "Names like O'Brien are stored wrong, or text is taken for code.",
    misses: "Other characters; security/… tries more of them.",
    text: (bench) => `O'Brien "x" \\ <b>&amp;</b> %41 \${1} ${bench.run}`,
  },
  {
    id: "create/line-breaks",
    title: "Line breaks and tabs in text come back as they were.",
    level: "should",
    suffers: "Addresses of several lines become one.",
    misses: "Line breaks of other systems.",
    text: (bench) => `one\n\ttwo ${bench.run}`,
  },
  {
    id: "create/long-text",
    title: "Text of a thousand letters comes back whole, or is refused; it is not cut.",
    suffers: "The end of what was written is lost without a word.",
    misses: "Limits above a thousand letters, and those of other attributes.",
    text: (bench) => `${bench.run} ${"long text ".repeat(100)}end`,
  },
];

/** Values: what is sent is what is read. @see RFC 7643 §2.3.1 */
export const values: readonly Check[] = [
  ...texts.map(
    ({ text, ...check }): Check => ({
      level: "must",
      requirements: ["S-2.3.1-01"],
      section: "RFC 7643 §2.3.1",
      ...check,
      async run(bench) {
        const sent = text(bench);
        const found = await kept(bench, sent);
        if (found === undefined) return bench.note("The server refuses such text.");
        bench.expect(found.seen === sent, `${found.name} is ${shown(found.seen)}.`, `It is ${shown(sent)}.`);
      },
    }),
  ),
  {
    id: "create/round-trip",
    title: "Each attribute that the schema of users lets clients write is kept.",
    level: "client",
    requirements: ["P-4-08", "S-7-12", "S-4.3-01"],
    clients: ["entra"],
    section: "RFC 7644 §4",
    suffers: "A client maps an attribute that the server describes, and its values vanish without a word.",
    misses: "Sub-attributes beyond the first one, and attributes that refer to other resources.",
    async run(bench) {
      const facts = (bench.facts.schemas.get(bench.facts.users?.schema ?? "")?.attributes ?? []).filter(
        (one) => isPlain(one) && !["id", "externalId", "meta", "schemas", "userName"].includes(one.name),
      );
      const own = bench.newUser();
      const sent = Object.fromEntries(facts.map((one) => [one.name, own[one.name] ?? sampleFor(bench, one.name)]));
      const answer = await bench.post(usersOf(bench), { ...own, ...sent });
      needStatus(bench, answer, [201, 200]);
      const body = await stored(bench, answer);
      const lost = Object.keys(sent).filter((name) => isUnassigned(valueAt(body, name)) && !isUnassigned(sent[name]));
      const right = "What the schema describes as readWrite is kept, or the schema leaves it out.";
      bench.expect(lost.length === 0, `Lost: ${lost.join(", ")}.`, right, answer);
    },
  },
  {
    id: "create/empty-text",
    title: "An empty text is kept, taken for nothing, or refused.",
    level: "should",
    requirements: ["S-2.3.1-01"],
    section: "RFC 7643 §2.3.1",
    suffers: "A client that sends empty fields is answered by a fault.",
    misses: "Empty texts within elements.",
    async run(bench) {
      const found = await kept(bench, "");
      const right = 'It is "" or absent.';
      if (found !== undefined) bench.expect(!found.seen, `${found.name} is ${shown(found.seen)}.`, right);
    },
  },
  {
    id: "create/null",
    title: "null for an attribute that is not required is taken as nothing.",
    level: "must",
    requirements: ["S-2.5-01", "P-3.3-03", "Q38"],
    section: "RFC 7643 §2.5",
    suffers: "A client that sends null for what it does not know cannot create anybody.",
    misses: "null in PUT and PATCH, and within elements.",
    async run(bench) {
      const name = clearableText(bench);
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), [name]: null });
      expectMade(bench, answer, "It is 201: null says that it is unassigned.", "A user with an attribute that is null");
      const seen = valueAt(await stored(bench, answer), name);
      bench.expect(isUnassigned(seen), `${name} is ${shown(seen)}.`, "It is absent or null.", answer);
    },
  },
  {
    id: "create/empty-list",
    title: "An empty list for an attribute that is not required is taken as nothing.",
    level: "must",
    requirements: ["S-2.5-01", "P-3.3-03"],
    section: "RFC 7643 §2.5",
    suffers: "A client that sends an empty list cannot create anybody.",
    misses: "Empty lists in PUT and PATCH.",
    async run(bench) {
      const name = ["phoneNumbers", "ims", "photos", "addresses", "roles"].find(
        (one) => bench.hasAttribute(one) && factOf(bench, one)?.required !== true,
      );
      if (name === undefined) return bench.skip("The schema of users has no list that may be empty.");
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), [name]: [] });
      expectMade(bench, answer, "It is 201: an empty list says that it is unassigned.", "A user with an empty list");
      const seen = valueAt(await stored(bench, answer), name);
      bench.expect(isUnassigned(seen), `${name} is ${shown(seen)}.`, "It is absent or empty.", answer);
    },
  },
  {
    id: "create/name-parts",
    title: "The parts of a name come back as they were sent.",
    level: "must",
    requirements: ["S-4.1.1-04", "S-7-12"],
    section: "RFC 7643 §4.1.1",
    suffers: "People's given and family names are exchanged or put together.",
    misses: "Prefixes and suffixes.",
    async run(bench) {
      bench.needsAttributes("name.givenName", "name.familyName");
      const name = { givenName: bench.unique("given"), familyName: bench.unique("family") };
      const { givenName, familyName } = valueAt(await stored(bench, await created(bench, { name })), "name") ?? {};
      const seen = `They are ${shown(givenName)} and ${shown(familyName)}.`;
      bench.expect(isSame(name, { givenName, familyName }), seen, "They are as they were sent.");
    },
  },
  {
    id: "create/reference",
    title: "An address of the web comes back as it was sent.",
    level: "must",
    requirements: ["S-2.3.7-01"],
    section: "RFC 7643 §2.3.7",
    suffers: "A link leads elsewhere, and the client writes it again at every run.",
    misses: "References to resources of the server.",
    async run(bench) {
      const one = attributeOfType(bench, "reference");
      const value = `https://example.com/Path?a=B&c=%C3%A9#${bench.run}`;
      const seen = one.of(await stored(bench, await created(bench, one.with(value))));
      bench.expect(seen === value, `${one.path} is ${shown(seen)}.`, `It is "${value}".`);
    },
  },
];

function sampleFor(bench: Workbench, name: string): unknown {
  const fact = factOf(bench, name);
  if (name === "preferredLanguage" || name === "locale") return "en-US";
  if (name === "timezone") return "Europe/Zurich";
  if (name === "x509Certificates" || fact === undefined) return undefined;
  if (name === "emails") return [{ value: bench.address("round") }];
  if (name === "addresses") return [{ locality: "Bern" }];
  if (name === "phoneNumbers") return [{ value: "+41 31 000 00 00" }];
  if (name === "photos") return [{ value: "https://example.com/photo.jpg" }];
  return sampleOf(bench, fact);
}
