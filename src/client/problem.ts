import type { ClientAnswer } from "./answer.ts";
import { type ClientErrorCode, ScimClientError } from "./error.ts";
import { ERROR } from "./urns.ts";

/** Whether an answer is one that a SCIM service gives: a router's 404 says nothing about a resource. */
export function isScimAnswer({ headers, body }: ClientAnswer): boolean {
  if (/scim\+json/i.test(headers.get("content-type") ?? "")) return true;
  if (typeof body !== "object" || body === null || Array.isArray(body)) return false;
  const { schemas, scimType, detail, Errors } = body as Record<string, unknown>;
  const isError = Array.isArray(schemas) && schemas.includes(ERROR);
  return isError || scimType !== undefined || detail !== undefined || Array.isArray(Errors);
}

/** The error that an answer is, whose status is none that was hoped for. */
export function problemOf(method: string, answer: ClientAnswer): ScimClientError {
  const { status, headers, body, isRepeat } = answer;
  if (status >= 300 && status < 400) {
    const target = headers.get("location") ?? "an address that it does not name";
    return ofAnswer(
      method,
      answer,
      "redirected",
      `which leads to ${target}; make that the base URL if it is the server's.`,
    );
  }
  const { scimType, detail } = Object(body) as Record<string, unknown>;
  const facts = {
    scimType: typeof scimType === "string" ? scimType : undefined,
    detail: typeof detail === "string" ? detail : undefined,
    mayHaveHappened: isRepeat === true || (status >= 500 && status !== 501 && !["GET", "HEAD"].includes(method)),
  };
  const isElsewhere = (status === 404 || status === 405 || status === 501) && !isScimAnswer(answer);
  if (isElsewhere || (isHtml(answer) && status < 500)) return notScim(method, answer, "", facts);
  const words = [facts.scimType, facts.detail].filter((one) => one !== undefined).join(": ");
  return ofAnswer(method, answer, "answered", words === "" ? "without a reason." : words, facts);
}

/** The error that an answer is, whose status is good and whose body is not what was asked for. */
export function notScim(method: string, answer: ClientAnswer, expected: string, facts: object = {}): ScimClientError {
  const what = isHtml(answer)
    ? "HTML instead of JSON"
    : answer.text === ""
      ? "no body"
      : answer.body === undefined
        ? "a text that is no JSON"
        : "JSON that is none of SCIM's";
  const reason =
    expected === "" || isHtml(answer)
      ? "the base URL may be one level off, or the server has no such method"
      : expected;
  return ofAnswer(method, answer, "not-scim", `with ${what}: ${reason}.`, facts);
}

function ofAnswer(
  method: string,
  answer: ClientAnswer,
  code: ClientErrorCode,
  words: string,
  facts: object = {},
): ScimClientError {
  const { url, status } = answer;
  return new ScimClientError(`${method} ${url} was answered ${status} ${words}`, {
    ...facts,
    code,
    method,
    url,
    answer,
  });
}

function isHtml({ headers, text }: ClientAnswer): boolean {
  return /\bhtml\b/i.test(headers.get("content-type") ?? "") || /^\s*<(?:!doctype|html|head|body)/i.test(text);
}
