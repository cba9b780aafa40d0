import type { ResourceObject } from "../schema/value.ts";
import { isUnassigned } from "./same.ts";
import type { ServerTraits } from "./server-profile.ts";

/** What a server would lose of a resource, or refuse it for: told before it is sent. @throws {TypeError} */
export function checkResource(
  type: string,
  resource: ResourceObject,
  { name = "the server", oneElement = [], needs = {} }: ServerTraits = {},
  isNew = false,
): void {
  const long = oneElement.find((one) => Array.isArray(resource[one]) && resource[one].length > 1);
  if (long !== undefined)
    throw new TypeError(`${type}: ${name} keeps one element of ${long}; send the one that matters.`);
  const missing = isNew ? needs[type]?.find((one) => isUnassigned(resource[one])) : undefined;
  if (missing !== undefined) throw new TypeError(`${type}: ${name} needs ${missing}; give it one.`);
}
