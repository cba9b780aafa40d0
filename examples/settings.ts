import { randomBytes } from "node:crypto";
import { type ProfileName, profiles } from "scimkit";

/** What the examples are told by environment variables. */
export interface Settings {
  /** The address to listen on. */
  readonly host: string;
  readonly port: number;
  /** The URL that clients see, where it is not the one that is listened on. */
  readonly publicUrl: string | undefined;
  /** Any of them opens the service. */
  readonly token: readonly [string, ...string[]];
  /** Whether the token was made here, and so has to be shown. */
  readonly isTokenGenerated: boolean;
  readonly profile: ProfileName;
  readonly references: "check" | "ignore";
  /** `memory`, `postgres://…`, or the path of a SQLite file. */
  readonly database: string;
  /** The form of the lines that are written. */
  readonly log: "text" | "json";
}

/** A variable whose value cannot be used; the message names it and what it may be. */
export class SettingError extends Error {}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads HOST, PORT, LOG, and those whose names begin with SCIM_. */
export function readSettings(env: Environment): Settings {
  const tokens = tokensIn(env);
  return {
    host: hostIn(env),
    port: portIn(env),
    publicUrl: publicUrlIn(env),
    token: tokens ?? [randomBytes(24).toString("base64url")],
    isTokenGenerated: tokens === undefined,
    profile: oneOf("SCIM_PROFILE", env.SCIM_PROFILE, Object.keys(profiles) as [ProfileName, ...ProfileName[]]),
    references: oneOf("SCIM_REFERENCES", env.SCIM_REFERENCES, ["check", "ignore"]),
    database: databaseIn(env),
    log: oneOf("LOG", env.LOG, ["text", "json"]),
  };
}

function hostIn({ HOST: host = "127.0.0.1" }: Environment): string {
  if (!/^[\w.:-]+$/.test(host))
    throw new SettingError(
      `HOST must be an address or a name of this machine, such as 127.0.0.1, or 0.0.0.0 for all; it is "${host}".`,
    );
  return host;
}

function portIn({ PORT: port = "3000" }: Environment): number {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535)
    throw new SettingError(`PORT must be a whole number from 0 (any free port) to 65535; it is "${port}".`);
  return Number(port);
}

function publicUrlIn({ SCIM_BASE_URL: url }: Environment): string | undefined {
  if (url !== undefined && !(URL.canParse(url) && /^https?:\/\/[^?#@]+$/.test(url)))
    throw new SettingError(
      "SCIM_BASE_URL must be the URL that identity providers are given, such as https://example.com/scim/v2.",
    );
  return url?.replace(/\/+$/, "");
}

/** Several, so that a new one can be given out before the old one is taken back. */
function tokensIn({ SCIM_TOKEN: list }: Environment): [string, ...string[]] | undefined {
  const tokens = list?.split(",").map((token) => token.trim());
  if (tokens?.some((token) => !/^[A-Za-z0-9._~+/=-]{16,}$/.test(token)))
    throw new SettingError(
      "SCIM_TOKEN must have 16 characters or more, of A-Z a-z 0-9 . _ ~ + / = and -; of several, with commas in between, each. Leave it out to have one made.",
    );
  return tokens as [string, ...string[]] | undefined;
}

const DATABASES = "memory, postgres://… or the path of a SQLite file";

function databaseIn({ SCIM_DATABASE: database = "scim.sqlite" }: Environment): string {
  if (database === "") throw new SettingError(`SCIM_DATABASE must be ${DATABASES}; it is empty.`);
  // A letter and a colon is a drive of Windows. What stands behind a scheme may hold a password, and is not shown.
  const scheme = /^[a-z][a-z0-9+.-]+:/i.exec(database)?.[0];
  if (scheme !== undefined && !/^postgres(?:ql)?:\/\//.test(database))
    throw new SettingError(`SCIM_DATABASE must be ${DATABASES}; "${scheme}" is none of them.`);
  return database;
}

/** The value if it is allowed, the first allowed one if there is none. */
function oneOf<const V extends string>(name: string, value: string | undefined, allowed: readonly [V, ...V[]]): V {
  const found = value === undefined ? allowed[0] : allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new SettingError(`${name} must be ${allowed.join(" or ")}; it is "${value}".`);
  return found;
}
