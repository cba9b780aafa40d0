import { type CryptoKey, SignJWT } from "jose";
import { type DrainHandler, toSecurityEvent } from "scimkit";

/** Who publishes, for whom, and where tokens go. */
export interface Stream {
  readonly issuer: string;
  readonly audience: string;
  /** Where the receiver takes tokens. */
  readonly endpoint: string;
  readonly key: CryptoKey;
  /** What the receiver finds the public key by. */
  readonly keyId: string;
}

/**
 * Signs a security event token of each change and pushes it. Give it to `scim.drain`: what the receiver does not take comes back, with
 * the same `jti`, so that the receiver knows what it has already.
 * @see RFC 9967, RFC 8417, RFC 8935
 */
export function createPush({ issuer, audience, endpoint, key, keyId }: Stream): DrainHandler {
  return async (event, { signal }) => {
    const { aud: _, ...claims } = toSecurityEvent(event, { issuer, mode: "full", id: `${issuer}#${event.position}` });
    const token = await new SignJWT(claims)
      .setAudience(audience)
      .setProtectedHeader({ alg: "ES256", typ: "secevent+jwt", kid: keyId })
      .sign(key);
    const answer = await fetch(endpoint, {
      method: "POST",
      headers: { "content-type": "application/secevent+jwt", accept: "application/json" },
      body: token,
      signal,
    });
    // RFC 8935 §2.2: 202 and no other status says that the receiver has it.
    if (answer.status !== 202) throw new Error(`The receiver answered ${answer.status}: ${await answer.text()}`);
  };
}
