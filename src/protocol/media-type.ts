import { notAcceptable, unsupportedMediaType } from "../error.ts";

/** The media type of SCIM. @see RFC 7644 §8.1 */
export const SCIM_JSON = "application/scim+json";
const JSON_TYPE = "application/json";

/**
 * Refuses bodies that are not JSON. Parameters are ignored; a body without Content-Type counts as SCIM's own.
 * @throws {ScimError} 415
 * @see RFC 7644 §3.1, §8.1
 */
export function checkContentType(contentType: string | undefined): void {
  const type = essence(contentType ?? SCIM_JSON);
  if (type !== SCIM_JSON && type !== JSON_TYPE && type !== "text/json") throw unsupportedMediaType();
}

/**
 * The media type of the answer: application/scim+json wherever the client lets us choose, application/json where it names
 * that one alone (OneLogin).
 * @throws {ScimError} 406 when the client takes neither.
 * @see RFC 7644 §3.8
 */
export function answerType(accept: string | undefined): string {
  // What most clients send, whole.
  if (accept === undefined || accept === SCIM_JSON || accept === "*/*" || accept.trim() === "") return SCIM_JSON;
  const accepted = new Set(
    accept
      .split(",")
      .filter((range) => !isRefused(range))
      .map(essence),
  );
  if ([SCIM_JSON, "application/*", "*/*"].some((type) => accepted.has(type))) return SCIM_JSON;
  if (accepted.has(JSON_TYPE)) return JSON_TYPE;
  throw notAcceptable();
}

function essence(mediaType: string): string {
  return (mediaType.split(";", 1)[0] as string).trim().toLowerCase();
}

function isRefused(range: string): boolean {
  return range
    .split(";")
    .slice(1)
    .some((parameter) => {
      const [name, value] = parameter.split("=");
      return name?.trim().toLowerCase() === "q" && Number(value) === 0;
    });
}
