import { freeText } from "../attributes.ts";
import { replacement } from "../bodies.ts";
import type { Check } from "../check.ts";
import { valueAt } from "../compare.ts";
import { expectStatus, isRefused, isStatus, needStatus, told } from "../judge.ts";
import type { Answer, Made, Workbench } from "../workbench.ts";

const section = "RFC 7644 §3.14";
const STALE = 'W/"nothing-of-this-kind"';

/** Makes a user and reads its ETag; ends the check as skipped or blocked where there is none. */
async function tagged(bench: Workbench): Promise<{ made: Made; etag: string; read: Answer }> {
  bench.needs("etag");
  const made = await bench.user();
  const read = await bench.get(made.path);
  const etag = read.headers.get("etag") ?? bench.block("A GET has no ETag, although etag is announced.");
  return { made, etag, read };
}

/** Changes the user by a PUT. */
function change(bench: Workbench, made: Made, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const name = freeText(bench);
  return bench.put(made.path, replacement(bench, made, { [name]: bench.unique(name) }), headers);
}

async function versionOf(bench: Workbench, made: Made): Promise<string | null> {
  return (await bench.get(made.path)).headers.get("etag");
}

/** ETags, and what clients do with them. @see RFC 7644 §3.14 */
export const versions: readonly Check[] = [
  {
    id: "versions/etag",
    title: "A server that announces etag sends an ETag with a user.",
    level: "must",
    requirements: ["P-3.14-02", "P-3.14-01", "S-5-10"],
    section,
    suffers: "A client cannot keep two administrators from overwriting each other.",
    misses: "An ETag that stays the same for ever; versions/changes finds it.",
    async run(bench) {
      bench.needs("etag");
      const answer = await bench.get((await bench.user()).path);
      bench.expect(answer.headers.has("etag"), "There is no ETag header.", "The answer has an ETag.", answer);
    },
  },
  {
    id: "versions/form",
    title: "An ETag is a tag in quotes, with W/ in front where it is weak.",
    level: "must",
    requirements: ["S-3.1-23"],
    section: "RFC 7643 §3.1",
    suffers: "Proxies and libraries drop the header, or refuse the request that gives it back.",
    misses: "A tag that claims to be strong and is not.",
    async run(bench) {
      const { etag, read } = await tagged(bench);
      const right = 'It is like W/"a330bc54f0671c9" or "a330bc54f0671c9".';
      bench.expect(/^(W\/)?"[^"\s]*"$/.test(etag), `ETag is ${etag}.`, right, read);
    },
  },
  {
    id: "versions/meta",
    title: "meta.version is the ETag.",
    level: "must",
    requirements: ["S-3.1-22", "P-3.14-02"],
    section: "RFC 7643 §3.1",
    suffers: "A client that takes the version out of a list is refused with every change.",
    misses: "Versions in lists; common/meta-of-the-list looks at them.",
    async run(bench) {
      const { etag, read } = await tagged(bench);
      const seen = read.body.meta?.version;
      if (seen === undefined) bench.skip("The server gives no meta.version.");
      bench.expect(seen === etag, `meta.version is ${seen}, ETag is ${etag}.`, "Both are the same.", read);
    },
  },
  {
    id: "versions/on-create",
    title: "The answer to a create has an ETag.",
    level: "option",
    requirements: ["P-3.14-01"],
    section,
    suffers: "A client has to read what it has just made before it can change it safely.",
    misses: "An ETag that is not that of the user.",
    async run(bench) {
      bench.needs("etag");
      const { answer } = await bench.user();
      bench.expect(answer.headers.has("etag"), "There is no ETag header.", "The answer has an ETag.", answer);
    },
  },
  {
    id: "versions/on-replace",
    title: "The answer to a PUT has the new ETag.",
    level: "option",
    requirements: ["P-3.14-01", "P-3.5.1-09"],
    section,
    suffers: "A client has to read what it has just changed before it can change it again.",
    misses: "The ETag of a PATCH.",
    async run(bench) {
      const { made } = await tagged(bench);
      const answer = await change(bench, made);
      needStatus(bench, answer, 200);
      const etag = answer.headers.get("etag");
      const now = await versionOf(bench, made);
      bench.expect(etag === now, `ETag is ${etag ?? "absent"}, then ${now}.`, "The answer has the new ETag.", answer);
    },
  },
  {
    id: "versions/changes",
    title: "The ETag changes with each change.",
    level: "must",
    requirements: ["P-3.14-03", "S-3.1-22"],
    section,
    suffers: "A client does not see that somebody else was there first, and overwrites it.",
    misses: "A change of members of a group, or one by PATCH.",
    async run(bench) {
      const { made, etag } = await tagged(bench);
      needStatus(bench, await change(bench, made), [200, 201, 204]);
      const first = await versionOf(bench, made);
      bench.expect(first !== etag, `It is ${etag} still.`, "It is another one.");
      needStatus(bench, await change(bench, made), [200, 201, 204]);
      const second = await versionOf(bench, made);
      const right = "Each change has one of its own.";
      bench.expect(second !== first && second !== etag, `It is ${second} again.`, right);
    },
  },
  {
    id: "versions/stays",
    title: "The ETag stays while nothing changes.",
    level: "should",
    requirements: ["P-3.14-03"],
    section,
    suffers: "Every change of a client is refused as too late.",
    misses: "An ETag that changes after a time.",
    async run(bench) {
      const { made, etag } = await tagged(bench);
      const seen = await versionOf(bench, made);
      bench.expect(seen === etag, `It was ${etag}, it is ${seen}.`, "It is the same.");
    },
  },
  {
    id: "versions/not-modified",
    title: "A GET with the current ETag in If-None-Match is 304 without a body.",
    level: "should",
    requirements: ["P-3.14-04"],
    section,
    suffers: "A client that asks whether anything is new is sent everything.",
    misses: "Lists of tags, and *.",
    async run(bench) {
      const { made, etag } = await tagged(bench);
      const answer = await bench.ask("GET", made.path, { headers: { "if-none-match": etag } });
      expectStatus(bench, answer, 304, "The status is 304.");
      bench.expect(answer.text === "", "There is a body.", "There is none.", answer);
    },
  },
  {
    id: "versions/modified",
    title: "A GET with an old ETag in If-None-Match is answered with the user.",
    level: "must",
    requirements: ["S-5-10", "P-3.14-04"],
    section: "RFC 9110 §13.1.2",
    suffers: "A client never learns of a change.",
    misses: "A tag that was once the user's.",
    async run(bench) {
      const { made } = await tagged(bench);
      const answer = await bench.ask("GET", made.path, { headers: { "if-none-match": STALE } });
      expectStatus(bench, answer, 200, "The status is 200: the tag is not the current one.");
    },
  },
  {
    id: "versions/stale-is-refused",
    title: "A PUT with an old ETag in If-Match changes nothing.",
    level: "must",
    requirements: ["P-3.14-05", "P-3.14-07", "S-5-10"],
    section: "RFC 9110 §13.1.1",
    suffers: "What somebody else has changed meanwhile is overwritten.",
    misses: "Two changes at the same moment with one ETag.",
    async run(bench) {
      const { made, etag } = await tagged(bench);
      needStatus(bench, await change(bench, made), [200, 201, 204]);
      const before = await bench.read(made.path);
      const name = freeText(bench);
      const answer = await change(bench, made, { "if-match": etag });
      bench.expect(isRefused(answer), told(answer), "It is refused: the user has changed since.", answer);
      const after = await bench.read(made.path);
      const same = valueAt(before, name) === valueAt(after, name);
      bench.expect(same, "It is refused, and the change is made.", "Nothing has changed.", answer);
    },
  },
  {
    id: "versions/stale-patch",
    title: "A PATCH with an old ETag in If-Match changes nothing.",
    level: "must",
    requirements: ["S-5-10", "P-3.14-05", "P-3.14-07"],
    section: "RFC 9110 §13.1.1",
    suffers: "What somebody else has changed meanwhile is overwritten.",
    misses: "Two changes at the same moment with one ETag.",
    async run(bench) {
      const { made } = await tagged(bench);
      const name = freeText(bench);
      const operations = [{ op: "replace", path: name, value: bench.unique("stale") }];
      const before = await bench.read(made.path);
      const answer = await bench.patch(made.path, operations, { "if-match": STALE });
      bench.expect(isRefused(answer), told(answer), "It is refused: the user has another version.", answer);
      const after = await bench.read(made.path);
      const same = valueAt(before, name) === valueAt(after, name);
      bench.expect(same, "It is refused, and the change is made.", "Nothing has changed.", answer);
    },
  },
  {
    id: "versions/stale-status",
    title: "A PUT with an old ETag in If-Match is 412.",
    level: "should",
    requirements: ["P-3.14-07", "R-39"],
    section: "RFC 7644 §3.12",
    suffers: "A client does not know that it should read again and repeat its change.",
    misses: "The status of a PATCH and a DELETE.",
    async run(bench) {
      const { made } = await tagged(bench);
      const answer = await change(bench, made, { "if-match": STALE });
      if (!isRefused(answer)) bench.block(told(answer));
      expectStatus(bench, answer, 412, "The status is 412.");
    },
  },
  {
    id: "versions/stale-delete",
    title: "A DELETE with an old ETag in If-Match deletes nothing.",
    level: "must",
    requirements: ["S-5-10", "P-3.14-05", "R-39"],
    section: "RFC 9110 §13.1.1",
    suffers: "A person who was changed meanwhile is deleted all the same.",
    misses: "A DELETE of a group.",
    async run(bench) {
      const { made } = await tagged(bench);
      const answer = await bench.delete(made.path, { "if-match": STALE });
      const read = await bench.get(made.path);
      bench.expect(isStatus(read, 200), told(read), "The user is there still.", answer, read);
    },
  },
  {
    id: "versions/current-is-taken",
    title: "A PUT with the current ETag in If-Match is done, also where it is weak.",
    level: "should",
    requirements: ["P-3.14-06", "P-3.14-05", "R-39"],
    section,
    suffers: "A client that does as the RFC shows can change nothing.",
    misses: "Lists of tags.",
    async run(bench) {
      const { made, etag } = await tagged(bench);
      const answer = await change(bench, made, { "if-match": etag });
      expectStatus(bench, answer, [200, 201, 204], "It is done: the tag is the current one.");
    },
  },
  {
    id: "versions/any-is-taken",
    title: "A PUT with * in If-Match is done where the user is there.",
    level: "should",
    requirements: ["P-3.14-05"],
    section: "RFC 9110 §13.1.1",
    suffers: "A client that asks for no more than that the user exists can change nothing.",
    misses: "* for a user that is not there.",
    async run(bench) {
      const { made } = await tagged(bench);
      const answer = await change(bench, made, { "if-match": "*" });
      expectStatus(bench, answer, [200, 201, 204], "It is done: the user is there.");
    },
  },
  {
    id: "versions/not-announced",
    title: "A server that does not announce etag sends no meta.version that it does not keep to.",
    level: "option",
    requirements: ["P-3.14-09", "S-5-10"],
    section,
    suffers: "A client relies on versions that nobody looks at.",
    misses: "An ETag that a proxy adds.",
    async run(bench) {
      if (bench.has("etag")) bench.skip("The server announces etag.");
      const made = await bench.user();
      const etag = await versionOf(bench, made);
      if (etag === null) return;
      const answer = await change(bench, made, { "if-match": STALE });
      const right = "It refuses an old ETag, and announces etag; or it sends none.";
      bench.expect(isRefused(answer), `It sends an ETag. ${told(answer)}`, right, answer);
    },
  },
];
