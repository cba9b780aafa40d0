import { freeText, usersOf } from "../attributes.ts";
import type { Check } from "../check.ts";
import { valueAt } from "../compare.ts";
import type { Json } from "../json.ts";
import { expectNoFault, isFault, isRefused, isStatus, told } from "../judge.ts";
import type { Answer, Workbench } from "../workbench.ts";

const section = "RFC 7643 §9.2";

/** An id that is none, and that some servers run as code, or follow as a path. Already escaped. */
const ids: readonly (readonly [id: string, what: string, path: string, misses: string])[] = [
  ["quote-in-id", "a quote", "x%27%20or%20%271%27%3D%271", "Quotes of other kinds, which other databases have."],
  [
    "dots-in-id",
    "dots and slashes",
    "..%2f..%2f..%2fetc%2fpasswd",
    "Dots that something in front of the server resolves.",
  ],
  ["null-in-id", "a null byte", "x%00y", "Null bytes within text."],
  ["percent-in-id", "a percent sign that begins no escape", "x%zz", "Halves of letters in UTF-8."],
  ["broken-utf-8-in-id", "bytes that are no UTF-8", "x%ff%fe", "Such bytes in queries."],
  ["template-in-id", "the signs of templates", "%24%7B7*7%7D%7B%7B7*7%7D", "Templates of other libraries."],
  ["long-id", "two thousand letters", "x".repeat(2000), "Ids that something in front of the server refuses."],
  ["prototype-in-id", "a name that JavaScript knows", "__proto__", "Other names that a language knows."],
  ["big-number-in-id", "a number that fits nowhere", "9".repeat(40), "Numbers below zero."],
];

const TRACE =
  /\bat .{1,80}:\d+:\d+|Traceback \(most recent|\.java:\d+\)|\bstack trace\b|node_modules|SQLSTATE|ORA-\d{5}|System\.\w+Exception/i;

/** What a user has who was made with the text; ends the check as skipped where the server refuses it. */
async function made(bench: Workbench, text: string): Promise<{ name: string; answer: Answer; read: Answer }> {
  const name = freeText(bench);
  const answer = await bench.post(usersOf(bench), { ...bench.newUser(), [name]: text });
  expectNoFault(bench, answer, "Such text");
  if (!isStatus(answer, 201, 200)) bench.skip("The server refuses such text.");
  return { name, answer, read: await bench.get(`${usersOf(bench)}/${encodeURIComponent(answer.body.id)}`) };
}

/** Input that is meant to break something. @see RFC 7643 §9.2, RFC 7644 §7 */
export const security: readonly Check[] = [
  ...ids.map(
    ([id, what, path, misses]): Check => ({
      id: `security/${id}`,
      title: `An id with ${what} in it is not found, and is no fault.`,
      level: "should",
      requirements: ["S-9.2-02", "P-3.4.1-02"],
      section,
      suffers: "Somebody who may read one person reads or breaks more than that.",
      misses,
      async run(bench) {
        const answer = await bench.attempt("GET", `${usersOf(bench)}/${path}`);
        if (answer === undefined) return bench.skip("Something in front of the server cuts the connection.");
        expectNoFault(bench, answer, "Such an id");
        bench.expect(!isStatus(answer, 200), told(answer), "The status is 404 or 400.", answer);
      },
    }),
  ),
  {
    id: "security/injection-in-delete",
    title: "A DELETE of an id with code in it deletes nobody.",
    level: "must",
    requirements: ["S-9.2-02", "P-3.6-05"],
    section,
    suffers: "Somebody who may delete one person deletes everybody.",
    misses: "Code of databases that has no quotes.",
    async run(bench) {
      const user = await bench.user();
      const id = encodeURIComponent(`${user.id}-x' OR id='${user.id}`);
      const answer = await bench.delete(`${usersOf(bench)}/${id}`);
      const read = await bench.get(user.path);
      bench.expect(isStatus(read, 200), "The user is gone.", "It is 404, and the user is there.", answer, read);
    },
  },
  {
    id: "security/html",
    title: "Text with HTML in it comes back as JSON, and is not run.",
    level: "must",
    requirements: ["S-9.2-02", "P-3.1-01"],
    section,
    suffers: "A name runs as a script in the browser of an administrator.",
    misses: "Pages of the server's own that show the name.",
    async run(bench) {
      const { read } = await made(bench, `<script>alert(1)</script>${bench.run}`);
      const type = read.headers.get("content-type") ?? "absent";
      const right = "The Content-Type is one of JSON, so that no browser runs it.";
      bench.expect(!/html|xml|javascript/i.test(type), `Content-Type is ${type}.`, right, read);
      bench.expect(read.isJson, "The body is no JSON object.", "It is JSON.", read);
    },
  },
  {
    id: "security/line-breaks-in-headers",
    title: "A line break in a value makes no header of its own.",
    level: "must",
    requirements: ["S-9.2-02"],
    section,
    suffers: "Somebody sets cookies in the answers that others get.",
    misses: "Headers that are made later on.",
    async run(bench) {
      const userName = `${bench.newUser().userName}`;
      const sent = { ...bench.newUser(), userName, externalId: `x\r\nX-Injected: ${bench.run}` };
      const answer = await bench.post(usersOf(bench), sent);
      expectNoFault(bench, answer, "A line break in a value");
      const injected = answer.headers.has("x-injected");
      bench.expect(!injected, "The answer has the header.", "It has no such header.", answer);
    },
  },
  {
    id: "security/prototype",
    title: "Members named __proto__ and constructor are left out or refused, and change nothing else.",
    level: "must",
    requirements: ["S-9.2-02"],
    section,
    suffers: "Somebody changes what every later answer has.",
    misses: "Servers that are restarted in between.",
    async run(bench) {
      const mark = `polluted${bench.run}`;
      const body = JSON.stringify(bench.newUser());
      const more = `,"__proto__":{"${mark}":true},"constructor":{"prototype":{"${mark}":true}}}`;
      const answer = await bench.post(usersOf(bench), body.replace(/\}$/, more), {
        "content-type": "application/scim+json",
      });
      expectNoFault(bench, answer, "A member of such a name");
      const next = await bench.get((await bench.user()).path);
      bench.expect(!next.text.includes(mark), "Another user has it too.", "No other has it.", answer, next);
      bench.expect(!answer.text.includes(mark), "The user has it.", "It is left out: no schema has it.", answer);
    },
  },
  {
    id: "security/null-in-text",
    title: "A null character in text is refused or kept, and is no fault.",
    level: "should",
    requirements: ["S-9.2-02", "S-2.3.1-01"],
    section,
    suffers: "A client with a fault is told that the server is down, and tries again for ever.",
    misses: "Other characters that are no letters.",
    async run(bench) {
      const { name, answer, read } = await made(bench, `x\u0000y${bench.run}`);
      const seen: Json = valueAt(read.body, name);
      const right = "It is refused, or comes back as it was.";
      bench.expect(seen === `x\u0000y${bench.run}`, `${name} is ${JSON.stringify(seen) ?? "absent"}.`, right, answer);
    },
  },
  {
    id: "security/invisible-user-name",
    title: "A userName with control characters is refused.",
    level: "should",
    requirements: ["P-5-03", "R-65"],
    section: "RFC 7644 §5",
    suffers: "Two accounts look the same to everybody.",
    misses: "Characters that are visible and alike.",
    async run(bench) {
      const answer = await bench.post(usersOf(bench), {
        ...bench.newUser(),
        userName: `x\u0007${bench.unique("bell")}`,
      });
      expectNoFault(bench, answer, "A control character in a name");
      bench.expect(isRefused(answer), told(answer), "The status is 400.", answer);
    },
  },
  {
    id: "security/deep-json",
    title: "JSON of many levels is refused or ignored, and is no fault.",
    level: "should",
    requirements: ["P-3.12-05", "S-9.2-02"],
    section: "RFC 8259 §9",
    suffers: "One request stops the server for everybody.",
    misses: "More than two thousand levels.",
    async run(bench) {
      const body = JSON.stringify(bench.newUser());
      const deep = `,"nothing${bench.run}":${"[".repeat(2000)}${"]".repeat(2000)}}`;
      const answer = await bench.post(usersOf(bench), body.replace(/\}$/, deep), {
        "content-type": "application/scim+json",
      });
      expectNoFault(bench, answer, "JSON of many levels");
    },
  },
  {
    id: "security/many-members",
    title: "A body of five thousand members is taken or refused, and is no fault.",
    level: "should",
    requirements: ["P-3.12-05", "S-9.2-02"],
    section: "RFC 7644 §3.12",
    suffers: "One request stops the server for everybody.",
    misses: "More members than five thousand.",
    async run(bench) {
      const more = Object.fromEntries(Array.from({ length: 5000 }, (_, place) => [`n${bench.run}x${place}`, 1]));
      const answer = await bench.post(usersOf(bench), { ...bench.newUser(), ...more });
      expectNoFault(bench, answer, "A body of many members");
    },
  },
  {
    id: "security/no-stack-traces",
    title: "Errors tell nothing of the inside of the server.",
    level: "should",
    requirements: ["P-3.12-10"],
    section: "RFC 7644 §3.12",
    suffers: "Somebody who looks for a way in is told which one there is.",
    misses: "Traces of languages that are not known here, and faults that these requests do not raise.",
    async run(bench) {
      const answers = [
        await bench.get(`${usersOf(bench)}/nobody-${bench.run}`),
        await bench.post(usersOf(bench), '{"schemas":', { "content-type": "application/scim+json" }),
        await bench.post(usersOf(bench), { ...bench.newUser(), userName: { a: [1] }, emails: 5 }),
        await bench.get(usersOf(bench), { filter: 'userName eq "' }),
        await bench.get(usersOf(bench), { startIndex: "x", count: "y" }),
      ];
      for (const answer of answers) {
        const trace = isRefused(answer) || isFault(answer) ? TRACE.exec(answer.text)?.[0] : undefined;
        bench.expect(trace === undefined, `The error has "${trace}" in it.`, "The error says what is wrong.", answer);
      }
    },
  },
  {
    id: "security/odd-parameters",
    title: "Odd parameters are ignored or refused, and are no fault.",
    level: "should",
    requirements: ["P-3.4.2-07", "S-9.2-02"],
    section: "RFC 7644 §3.4.2",
    suffers: "A client with a fault is told that the server is down, and tries again for ever.",
    misses: "Parameters that only some servers know.",
    async run(bench) {
      const odd = [
        "count=abc",
        "startIndex=99999999999999999999",
        "count=1&count=2",
        "attributes=",
        "attributes=,,",
        "=x&&&",
        "sortBy=%00",
      ];
      for (const query of odd) {
        const answer = await bench.get(`${usersOf(bench)}?${query}`);
        expectNoFault(bench, answer, `The query ${query}`);
      }
    },
  },
  {
    id: "security/method-override",
    title: "A header does not turn a GET into a DELETE.",
    level: "should",
    requirements: ["R-73"],
    section: "RFC 9110 §9.2.1",
    suffers: "Somebody who may only read deletes people.",
    misses: "Parameters of the query that do the same.",
    async run(bench) {
      const user = await bench.user();
      await bench.ask("GET", user.path, {
        headers: { "x-http-method-override": "DELETE", "x-method-override": "DELETE" },
      });
      const read = await bench.get(user.path);
      bench.expect(isStatus(read, 200), "The user is gone.", "The user is there still.", read);
    },
  },
];
