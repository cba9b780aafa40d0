/** What servers have behind their host. */
const ENDINGS = ["/scim/v2", "/v2", "/scim", "/api/scim/v2"];
/** Of endpoints that were pasted with the base URL. */
const ENDPOINT = /\/(?:Users|Groups|Schemas|ResourceTypes|ServiceProviderConfig|Bulk|Me)(?:\/.*)?$/i;

/** Base URLs that may have been meant: one level up or down, and the roots that most servers have. */
export function neighboursOf(baseUrl: string): readonly string[] {
  const { origin, pathname } = new URL(baseUrl);
  const here = origin + pathname.replace(/\/+$/, "");
  const up = here.replace(/\/[^/]*$/, "");
  const candidates = [
    ...(ENDPOINT.test(here) ? [here.replace(ENDPOINT, "")] : []),
    ...ENDINGS.map((ending) => here + ending),
    ...(up.length >= origin.length && up !== here ? [up, ...ENDINGS.map((ending) => up + ending)] : []),
    ...ENDINGS.map((ending) => origin + ending),
  ];
  return [...new Set(candidates)].filter((candidate) => candidate !== here);
}
