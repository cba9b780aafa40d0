import type { ClientRequest } from "./answer.ts";

const SAFE_TO_REPEAT = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];

/**
 * Whether a request may be done twice, where the caller does not say. PUT and DELETE have the same effect however often they are done. PATCH has
 * where `If-Match` lets it through once, and where all it does is absolute: what is replaced or removed is so twice, and an `add` of what is
 * there changes nothing, as long as the server can tell that it is there. It cannot tell of addresses, which have no `value`.
 * @see RFC 9110 §9.2.2; RFC 7644 §3.5.2.1
 */
export function retryOf({ method, path, headers = {}, body, retry }: ClientRequest): boolean | "refused" {
  if (retry !== undefined) return retry;
  const isSafe =
    SAFE_TO_REPEAT.includes(method) ||
    (method === "POST" && /\/\.search$/.test(path)) ||
    (method === "PATCH" &&
      (Object.entries(headers).some(([name, tag]) => name.toLowerCase() === "if-match" && tag !== "*") ||
        isAbsolute(body)));
  return isSafe || "refused";
}

function isAbsolute(body: unknown): boolean {
  const { Operations: operations } = Object(body) as { readonly Operations?: unknown };
  return Array.isArray(operations) && operations.every(isAbsoluteOperation);
}

function isAbsoluteOperation(operation: unknown): boolean {
  const { op, path, value } = Object(operation) as Record<string, unknown>;
  if (String(op).toLowerCase() !== "add") return true;
  return path === undefined ? Object.values(Object(value) as object).every(isList) : isKeyed(value);

  function isList(one: unknown): boolean {
    return !Array.isArray(one) || isKeyed(one);
  }
}

function isKeyed(value: unknown): boolean {
  return [value].flat().every((element) => typeof element !== "object" || element === null || "value" in element);
}
