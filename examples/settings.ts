import { randomBytes } from "node:crypto";
import { type ProfileName, profiles } from "scimkit";

/** What the examples are told by environment variables. */
export interface Settings {
  readonly port: number;
  readonly token: string;
  /** Whether the token was made here, and so has to be shown. */
  readonly isTokenGenerated: boolean;
  readonly profile: ProfileName;
  readonly references: "check" | "ignore";
  /** `memory`, `postgres://…`, or the path of a SQLite file. */
  readonly database: string;
}

/** A variable whose value cannot be used; the message names it and what it may be. */
export class SettingError extends Error {}

/** Reads PORT, SCIM_TOKEN, SCIM_PROFILE, SCIM_REFERENCES and SCIM_DATABASE. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const port = env.PORT ?? "3000";
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new SettingError(`PORT must be a whole number from 0 (any free port) to 65535; it is "${port}".`);
  }
  const token = env.SCIM_TOKEN;
  if (token !== undefined && !/^[A-Za-z0-9._~+/=-]{16,}$/.test(token)) {
    throw new SettingError(
      "SCIM_TOKEN must have 16 characters or more, of A-Z a-z 0-9 . _ ~ + / = and -. Leave it out to have one made.",
    );
  }
  const database = env.SCIM_DATABASE ?? "scim.sqlite";
  if (database === "") {
    throw new SettingError("SCIM_DATABASE must be memory, postgres://… or the path of a SQLite file; it is empty.");
  }
  return {
    database,
    port: Number(port),
    token: token ?? randomBytes(24).toString("base64url"),
    isTokenGenerated: token === undefined,
    profile: oneOf("SCIM_PROFILE", env.SCIM_PROFILE, Object.keys(profiles) as [ProfileName, ...ProfileName[]]),
    references: oneOf("SCIM_REFERENCES", env.SCIM_REFERENCES, ["check", "ignore"]),
  };
}

/** The value if it is allowed, the first allowed one if there is none. */
function oneOf<const V extends string>(name: string, value: string | undefined, allowed: readonly [V, ...V[]]): V {
  const found = value === undefined ? allowed[0] : allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new SettingError(`${name} must be ${allowed.join(" or ")}; it is "${value}".`);
  return found;
}
