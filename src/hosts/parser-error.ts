import {
  internalError,
  invalidSyntax,
  isScimError,
  payloadTooLarge,
  ScimError,
  unsupportedMediaType,
} from "../error.ts";
import { bodyIncomplete, bodyTaken } from "./body.ts";

/** What body parsers throw: the marks are those of `body-parser`, which Express and Nest bring. */
interface ParserError {
  readonly type: string;
  readonly status: number;
  /** In bytes, where the body was too large. */
  readonly limit?: unknown;
}

/** The ways in which reading a body fails, each with the SCIM error that says so. None repeats the message: it quotes the body. */
const PROBLEMS: Readonly<Record<string, (error: ParserError) => ScimError>> = {
  "entity.parse.failed": () => invalidSyntax("The request body is not valid JSON."),
  "entity.too.large": ({ limit }) =>
    payloadTooLarge(
      `The size of the request body exceeds ${typeof limit === "number" ? `the ${limit} bytes that` : "what"} the body parser of this server takes.`,
    ),
  "entity.verify.failed": ({ status }) => new ScimError(status, "The server refused the request body."),
  "encoding.unsupported": () =>
    unsupportedMediaType("The server cannot read the Content-Encoding of the request body."),
  "charset.unsupported": () => unsupportedMediaType("Request bodies must be UTF-8 text."),
  "request.aborted": bodyIncomplete,
  "request.size.invalid": bodyIncomplete,
  "stream.not.readable": bodyTaken,
  "stream.encoding.set": (cause) => internalError(undefined, { cause }),
};

function isParserError(error: unknown): error is ParserError {
  if (typeof error !== "object" || error === null) return false;
  const { type, status } = error as Partial<ParserError>;
  return typeof type === "string" && typeof status === "number" && status >= 400 && status < 600;
}

/** The SCIM error for what went wrong ahead of scimkit; undefined for what is neither a body parser's nor a SCIM error already. */
export function problemAhead(error: unknown): ScimError | undefined {
  if (isScimError(error)) return error;
  return isParserError(error) ? PROBLEMS[error.type]?.(error) : undefined;
}
