/** What a failed connection means, and what to type. */
interface Fault {
  readonly codes: RegExp;
  readonly says: (host: string, url: URL) => string;
}

const FAULTS: readonly Fault[] = [
  {
    codes: /^ECONNREFUSED$/,
    says: (host) => `nothing listens at ${host} (connection refused): start the server, or look at host and port`,
  },
  {
    codes: /^(?:ENOTFOUND|EAI_AGAIN)$/,
    says: (host, { hostname }) =>
      `there is no host ${hostname} (DNS): look at the name in ${host}, or at the network; behind a proxy set HTTPS_PROXY and NODE_USE_ENV_PROXY=1`,
  },
  {
    codes: /^(?:EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/,
    says: (host) =>
      `${host} cannot be reached from here: look at VPN and firewall; behind a proxy set HTTPS_PROXY and NODE_USE_ENV_PROXY=1`,
  },
  {
    codes: /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/,
    says: (host) =>
      `the TLS certificate of ${host} is signed by nobody that this machine trusts: give the authority's certificate with NODE_EXTRA_CA_CERTS=ca.pem`,
  },
  {
    codes: /^CERT_HAS_EXPIRED$/,
    says: (host) => `the TLS certificate of ${host} has expired: it has to be renewed on the server`,
  },
  {
    codes: /^CERT_NOT_YET_VALID$/,
    says: (host) => `the TLS certificate of ${host} is not valid yet: look at the clocks of both machines`,
  },
  {
    codes: /ALTNAME_INVALID/,
    says: (host, { hostname }) =>
      `the TLS certificate of ${host} is for another name than ${hostname}: use the name that stands in the certificate`,
  },
  {
    codes: /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|^EPROTO$|ERR_SSL_/,
    says: (host, url) => `${host} does not speak TLS: try ${url.href.replace("https:", "http:")}`,
  },
  {
    codes: /^(?:ECONNRESET|UND_ERR_SOCKET|HPE_\w+)$/,
    says: (host, url) =>
      url.protocol === "http:"
        ? `${host} broke the connection off: try ${url.href.replace("http:", "https:")}`
        : `${host} broke the connection off before it had answered`,
  },
];

/** Why `fetch` failed, in one line that says what to type. `timeout` in milliseconds, where one was set. */
export function networkFault(error: unknown, url: URL, timeout?: number): string {
  const host = url.host;
  if (timeout !== undefined && (error as Error | undefined)?.name === "TimeoutError")
    return `${host} gave no answer within ${timeout / 1000} seconds: look at host and port, or allow more with --timeout`;
  const codes = causesOf(error).flatMap(({ code }) => (typeof code === "string" ? [code] : []));
  for (const { codes: pattern, says } of FAULTS) if (codes.some((code) => pattern.test(code))) return says(host, url);
  const { message } = causesOf(error).at(-1) ?? {};
  return `${host} could not be asked: ${message || codes.at(-1) || String(error)}`;
}

interface Cause {
  readonly code?: unknown;
  readonly message?: string;
  readonly cause?: unknown;
}

/** The error and what it comes from: `fetch failed` alone says nothing. */
function causesOf(error: unknown): readonly Cause[] {
  const found: Cause[] = [];
  for (let at = error; typeof at === "object" && at !== null && found.length < 8; at = (at as Cause).cause)
    found.push(at as Cause);
  return found;
}
