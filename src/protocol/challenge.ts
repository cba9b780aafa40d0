/** What a 401 challenges by, for each type of scheme that has a challenge without a state of the server. @see RFC 7643 §5 */
const CHALLENGES: ReadonlyMap<string, string> = new Map([
  ["oauthbearertoken", "Bearer"],
  ["oauth2", "Bearer"],
  ["oauth", 'OAuth realm="SCIM"'],
  ["httpbasic", 'Basic realm="SCIM", charset="UTF-8"'],
]);

/**
 * The challenge of a server with these schemes, the primary one first, each once. Where none of them has one (Digest has a nonce, which
 * is for the host to make), it is `Bearer`: a 401 must challenge by something.
 * @see RFC 7644 §2; RFC 9110 §11.6.1; RFC 7617 §2; RFC 6750 §3
 */
export function challengeOf(
  schemes: readonly { readonly type: string; readonly primary?: boolean | undefined }[],
): string {
  const ordered = [...schemes.filter(({ primary }) => primary), ...schemes.filter(({ primary }) => !primary)];
  const challenges = new Set(ordered.flatMap(({ type }) => CHALLENGES.get(type.toLowerCase()) ?? []));
  return challenges.size === 0 ? "Bearer" : [...challenges].join(", ");
}
