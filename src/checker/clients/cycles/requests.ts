// Requests of clients of which few or none are recorded: as they publish them, or as their source says.
import { USER } from "../../../client/urns.ts";
import type { CycleStep } from "../cycle.ts";
import { gone, JSON_BODY, patch, shows } from "./needs.ts";

export const EVE = "/Users/{eve}";
export const TEAM = "/Groups/{group}";

export const person = (more: object = {}, name = "eve.lane") => ({
  schemas: [USER],
  userName: `${name}@example.com`,
  name: { givenName: "Eve", familyName: "Lane" },
  emails: [{ value: `${name}@example.com`, type: "work", primary: true }],
  active: true,
  ...more,
});

export const get = (does: string, path: string, needs: CycleStep["needs"] = { status: [200] }): CycleStep => ({
  does,
  sends: { method: "GET", path },
  needs: { status: [200], ...needs },
});

export const write = (
  method: string,
  does: string,
  path: string,
  body: object | undefined,
  needs: CycleStep["needs"] = {},
  makes?: string,
): CycleStep => ({
  does,
  sends: { method, path, headers: JSON_BODY, ...(body === undefined ? {} : { body }) },
  needs,
  ...(makes === undefined ? {} : { makes }),
});

export const creates = (does: string, path: string, body: object, makes: string): CycleStep =>
  write("POST", does, path, body, { status: [201] }, makes);

export const deletes = (does: string, path: string): CycleStep => ({
  does,
  sends: { method: "DELETE", path },
  needs: gone(path),
});

export const byName = (operator = "eq", name = "eve.lane", more = "") =>
  `/Users?filter=userName%20${operator}%20%22${name}%40example.com%22${more}`;

/** A PUT that must show. */
export const puts = (
  does: string,
  path: string,
  body: object,
  seen: object,
  lengths: Record<string, number> = {},
): CycleStep =>
  write("PUT", does, path, body, {
    status: [200, 204],
    after: [{ get: path.replace(/\/$/, ""), status: 200, bodyContains: seen, arrayLengths: lengths }],
  });

export const patches = (
  does: string,
  path: string,
  body: object,
  seen: object,
  lengths: Record<string, number> = {},
): CycleStep => write("PATCH", does, path, body, shows(path, seen, lengths));

export const adds = (...names: readonly string[]) =>
  patch({ op: "add", path: "members", value: names.map((name) => ({ value: `{${name}}` })) });
