import { ERROR } from "../../../client/urns.ts";
import { usersOf } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { told } from "../../judge.ts";
import type { Answer, Workbench } from "../../workbench.ts";

const section = "RFC 7644 §3.12";
const TYPES = [
  "invalidFilter",
  "tooMany",
  "uniqueness",
  "mutability",
  "invalidSyntax",
  "invalidPath",
  "noTarget",
  "invalidValue",
  "invalidVers",
  "sensitive",
  "invalidCursor",
  "expiredCursor",
  "invalidCount",
];

/** Two errors that every server has: a user that is not there, and a body that is none. */
const errors: readonly (readonly [name: string, ask: (bench: Workbench) => Promise<Answer>])[] = [
  ["not-found", (bench) => bench.get(`${usersOf(bench)}/nobody-${bench.run}`)],
  ["bad-request", (bench) => bench.post(usersOf(bench), { ...bench.newUser(), userName: undefined })],
];

/** One thing that is asked of the body of every error. */
interface Rule extends Pick<Check, "title" | "level" | "requirements" | "suffers" | "misses"> {
  readonly name: string;
  readonly isRight: (answer: Answer) => boolean;
  readonly seen: (answer: Answer) => string;
  readonly right: string;
  readonly section?: string;
}

const rules: readonly Rule[] = [
  {
    name: "body",
    title: "The body is a JSON object.",
    level: "must",
    requirements: ["P-3.12-01", "Q10"],
    suffers: "A client cannot say why it was refused; one that parses every answer takes the server for broken.",
    misses: "Bodies that a gateway in front puts there.",
    isRight: ({ isJson }) => isJson,
    seen: ({ text }) => (text === "" ? "There is no body." : "The body is no JSON object."),
    right: "The body is a JSON object.",
  },
  {
    name: "schemas",
    title: "The body names the schema of errors.",
    level: "must",
    requirements: ["P-3.12-01", "P-3.1-02", "P-8.2-01"],
    suffers: "A client that tells messages apart by their schemas does not recognise it.",
    misses: "Other statuses.",
    isRight: ({ body }) => Array.isArray(body.schemas) && body.schemas.includes(ERROR),
    seen: ({ body }) => `schemas is ${JSON.stringify(body.schemas) ?? "absent"}.`,
    right: `schemas is ["${ERROR}"].`,
  },
  {
    name: "status",
    title: "The body repeats the status, as text.",
    level: "must",
    requirements: ["P-3.12-02", "P-3.2-04"],
    suffers: "A client in a typed language fails to read the error, and reports that instead.",
    misses: "Other statuses.",
    isRight: ({ body, status }) => body.status === String(status),
    seen: ({ body }) => `status is ${JSON.stringify(body.status) ?? "absent"}.`,
    right: "status is the HTTP status as a text.",
  },
  {
    name: "detail",
    title: "The detail is a text that a person can read.",
    level: "should",
    requirements: ["P-3.12-03"],
    suffers: "An administrator does not learn what to put right.",
    misses: "A text that says nothing.",
    isRight: ({ body }) => typeof body.detail === "string" && body.detail.trim() !== "",
    seen: ({ body }) => `detail is ${JSON.stringify(body.detail) ?? "absent"}.`,
    right: "detail says what is wrong.",
  },
  {
    name: "keyword",
    title: "The scimType, where there is one, is one that the RFC has.",
    level: "should",
    requirements: ["P-3.12-03"],
    suffers: "A client does not recognise the kind of the error.",
    misses: "A keyword that stands for something else.",
    isRight: ({ body }) => body.scimType === undefined || TYPES.includes(body.scimType),
    seen: ({ body }) => `scimType is ${JSON.stringify(body.scimType)}.`,
    right: `scimType is left out, or one of ${TYPES.join(", ")}.`,
  },
  {
    name: "media-type",
    title: "The body is labelled application/scim+json.",
    level: "should",
    requirements: ["P-3.12-01", "P-3.1-01"],
    section: "RFC 7644 §3.1",
    suffers: "A client that goes by the label does not read the error.",
    misses: "Labels of other answers; media/… looks at them.",
    isRight: ({ headers }) => /^application\/(scim\+)?json\b/i.test(headers.get("content-type") ?? ""),
    seen: ({ headers }) => `Content-Type is ${headers.get("content-type") ?? "absent"}.`,
    right: "Content-Type is application/scim+json.",
  },
];

/** What the body of an error is. @see RFC 7644 §3.12 */
export const envelope: readonly Check[] = rules.flatMap(({ name, isRight, seen, right, title, ...rule }) =>
  errors.map(
    ([error, ask]): Check => ({
      section,
      ...rule,
      id: `errors/${name}-of-${error}`,
      title: `${title}, where ${error === "not-found" ? "a user is not found" : "a body is refused"}.`,
      async run(bench) {
        const answer = await ask(bench);
        if (answer.status < 400) bench.block(told(answer));
        if (name !== "body" && !answer.isJson) bench.block("The error has no JSON body.");
        bench.expect(isRight(answer), seen(answer), right, answer);
      },
    }),
  ),
);
