import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import type { Report } from "../report.ts";
import { InputError, readReport } from "./json.ts";

/**
 * A report that is signed: a JWS in the flattened JSON serialization (RFC 7515 §7.2.2) by Ed25519 (RFC 8037), whose payload are the exact
 * bytes of the JSON. Any library for JOSE verifies it.
 */
export interface SignedReport {
  readonly payload: string;
  readonly protected: string;
  readonly signature: string;
}

const TYPE = "scimkit-report+json";

/** Signs the JSON of a report by an Ed25519 key in PEM (PKCS #8), as `openssl genpkey -algorithm ed25519` makes it. */
export function signReport(json: string, privateKey: string): string {
  readReport(json);
  const key = ed25519(() => createPrivateKey(privateKey), "private");
  // The thumbprint of RFC 7638 says which key it was, and nobody is tempted to trust a key that came with what it signs.
  const header = { alg: "EdDSA", typ: TYPE, kid: thumbprint(createPublicKey(key)) };
  const payload = Buffer.from(json).toString("base64url");
  const head = Buffer.from(JSON.stringify(header)).toString("base64url");
  const signature = sign(null, Buffer.from(`${head}.${payload}`), key).toString("base64url");
  const signed: SignedReport = { payload, protected: head, signature };
  return `${JSON.stringify(signed, null, 2)}\n`;
}

/**
 * The report that was signed, if the holder of the key signed it.
 *
 * @param publicKey Ed25519 in PEM (SPKI), as `openssl pkey -pubout` writes it.
 * @throws {InputError} where it is no signed report, or one of another key, or was changed.
 */
export function verifyReport(signed: string, publicKey: string): Report {
  const key = ed25519(() => createPublicKey(publicKey), "public");
  const { payload, protected: head, signature } = envelopeOf(signed);
  const header = jsonOf(head);
  // What a header asks for that is not understood here must not pass as signed (RFC 7515 §4.1.11).
  if (header?.alg !== "EdDSA" || header.typ !== TYPE || "crit" in header || "b64" in header)
    throw new InputError(
      "The signature is of another kind than scimkit makes: it has to be EdDSA over a scimkit report.",
    );
  if (!verify(null, Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, "base64url")))
    throw new InputError("The signature is not by this key, or the report was changed after it was signed.");
  return readReport(Buffer.from(payload, "base64url").toString());
}

function envelopeOf(signed: string): SignedReport {
  const value = parsed(signed);
  const { payload, protected: head, signature } = value ?? {};
  const isPart = (part: unknown): part is string => typeof part === "string" && /^[\w-]+$/.test(part);
  if (!isPart(payload) || !isPart(head) || !isPart(signature) || (value !== null && "header" in value))
    throw new InputError("This is no signed report: give the file that `scimkit check --json --sign` wrote.");
  return { payload, protected: head, signature };
}

function jsonOf(part: string): Record<string, unknown> | null {
  return parsed(Buffer.from(part, "base64url").toString());
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

function ed25519(read: () => KeyObject, kind: "private" | "public"): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = read();
  } catch {
    key = undefined;
  }
  if (key?.asymmetricKeyType !== "ed25519")
    throw new InputError(
      `The ${kind} key has to be Ed25519 in PEM: ${kind === "private" ? "openssl genpkey -algorithm ed25519 -out key.pem" : "openssl pkey -in key.pem -pubout -out public.pem"} makes one.`,
    );
  return key;
}

function thumbprint(key: KeyObject): string {
  const { crv, kty, x } = key.export({ format: "jwk" });
  return createHash("sha256").update(JSON.stringify({ crv, kty, x })).digest("base64url");
}
