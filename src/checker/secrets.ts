/** What stands where a secret was. */
export const MASK = "***";

const HEADER = /^(?:(?:proxy-)?authorization|cookie|set-cookie)$|token|secret|password|api-?key|signature/i;
const MEMBER = /^(?:password|secret|client_secret|access_token|refresh_token)$/i;
/** Found in a text, as what is no JSON, or cut, has to be masked too. */
const IN_JSON = /("(?:password|access_token|refresh_token|client_secret)"\s*:\s*)"(?:[^"\\]|\\.)*"/gi;

export const isSecretHeader = (name: string): boolean => HEADER.test(name);

/** Whether a member of JSON with this name holds a secret. */
export const isSecretMember = (name: string): boolean => MEMBER.test(name);

/** A body without the secrets that stand in it under their names. */
export const withoutSecretMembers = (body: string): string => body.replaceAll(IN_JSON, `$1"${MASK}"`);

/** `Bearer ***`: the scheme says what was tried, and is no secret. */
export function withoutCredentials(header: string): string {
  const scheme = /^(?:Bearer|Basic|Digest|DPoP)(?=\s)/i.exec(header)?.[0];
  return scheme === undefined ? MASK : `${scheme} ${MASK}`;
}
