import type { Send } from "./answer.ts";
import type { Capabilities, CapabilityName, KnownCapabilities, Origin } from "./capabilities.ts";
import { isObject } from "./json-object.ts";

/** What most servers can that say nothing. */
const ASSUMED: { readonly [K in CapabilityName]: boolean } = {
  patch: true,
  put: true,
  bulk: false,
  filter: true,
  sort: false,
  etag: false,
  changePassword: false,
  cursor: false,
  index: true,
};
const NAMES = Object.keys(ASSUMED) as CapabilityName[];
const LIMITS: { readonly [K in CapabilityName]?: readonly string[] } = {
  bulk: ["maxOperations", "maxPayloadSize"],
  filter: ["maxResults"],
  cursor: ["maxPageSize"],
};

/** What the server announces, asked for once, however often it is called; a failure to reach it is not remembered. */
export function capabilityProbe(
  send: Send,
  profile: KnownCapabilities = {},
  option: KnownCapabilities = {},
): () => Promise<Capabilities> {
  let asked: Promise<Capabilities> | undefined;
  const isAllKnown = NAMES.every((name) => profile[name] !== undefined || option[name] !== undefined);
  const ask = async (): Promise<Capabilities> => {
    const body = isAllKnown ? undefined : (await send({ method: "GET", path: "/ServiceProviderConfig" })).body;
    return capabilitiesOf(announcedBy(body), profile, option);
  };
  return () => {
    asked ??= ask().catch((error) => {
      asked = undefined;
      throw error;
    });
    return asked;
  };
}

function capabilitiesOf(
  announced: KnownCapabilities,
  profile: KnownCapabilities,
  option: KnownCapabilities,
): Capabilities {
  const layers = Object.entries({ announced, profile, option }) as [Origin, KnownCapabilities][];
  const found = NAMES.map((name) => {
    const limits = Object.fromEntries((LIMITS[name] ?? []).map((limit) => [limit, undefined]));
    let capability: object = { supported: ASSUMED[name], origin: "assumed", ...limits };
    for (const [origin, layer] of layers) {
      const known = layer[name];
      if (known === undefined) continue;
      capability = {
        ...capability,
        ...(isObject(known) ? { supported: true, ...known } : { supported: known }),
        origin,
      };
    }
    return [name, capability];
  });
  return Object.fromEntries(found) as unknown as Capabilities;
}

/** What of a ServiceProviderConfig can be understood; of a list of them, as some servers give it, the first. */
function announcedBy(body: unknown): KnownCapabilities {
  const listed = isObject(body) && Array.isArray(body.Resources) ? body.Resources[0] : body;
  const config = isObject(listed) ? listed : {};
  const pagination = isObject(config.pagination) ? config.pagination : {};
  const parts: { readonly [name: string]: unknown } = {
    ...config,
    cursor: { ...pagination, supported: pagination.cursor },
    index: { supported: pagination.index },
  };
  const known = NAMES.flatMap((name) => {
    const part = parts[name];
    const supported = isObject(part) ? flagOf(part.supported) : undefined;
    if (!isObject(part) || supported === undefined || name === "put") return [];
    const limits = (LIMITS[name] ?? []).flatMap((limit) =>
      Number(part[limit]) > 0 ? [[limit, Number(part[limit])]] : [],
    );
    return [[name, { ...Object.fromEntries(limits), supported }]];
  });
  return Object.fromEntries(known);
}

function flagOf(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  const word = String(value).toLowerCase();
  return word === "true" ? true : word === "false" ? false : undefined;
}
