import { decoded } from "./encoded.ts";
import { isAttributePath, mapEncodedLiterals, mapLiterals } from "./literals.ts";
import type { Expectation } from "./sample.ts";

/** By what a recording is told on a server where other things are. */
export interface FreshNames {
  /** Digits that nothing on the server has in its name: they come behind each name, so that letter case may vary. */
  readonly tag: string;
  /** Stands for `example.com`. */
  readonly domain: string;
  readonly baseUrl: string;
  /** What the server calls who is called so in the recording. Read at each use: it may grow. */
  readonly ids: ReadonlyMap<string, string>;
}

/** Attributes whose values somebody is found by, or whose values a server may want to be unique. */
const NAMES = new Set(["username", "externalid", "displayname", "familyname", "employeenumber"]);
const EMAIL = /[^\s"'()<>[\]@,;:]{1,320}@((?:[\w-]+\.)*[\w-]+)/g;
const EXAMPLE_DOMAIN = /^(?:[\w-]+\.)*example\.(?:com|org|net)$/i;
/** The domains of masked recordings: each stands for another one, and all become one only where a domain is asked for. */
const MASKED_DOMAIN = /^(?:[\w-]+\.)+example$/i;
const PHONE = /^\+\d[\d ().-]{5,}$/;
/** A resource of the server that was recorded. */
const RESOURCE_URL = /^https?:\/\/(?:host|[\w.-]+\.example)(?::\d+)?\/(?:\S*?\/)?(?=(?:Users|Groups)\/[^/\s]+$)/;

/**
 * Rewrites a recording, so that it can be played on a server that is in use: names, addresses and ids become those of this run,
 * by the attribute that they belong to. Everything odd about it stays to the letter.
 */
export function freshen({ tag, domain, baseUrl, ids }: FreshNames) {
  const digits = (value: string) => `${value}${tag.slice(-6)}`;

  const isOfRecording = (host: string) =>
    EXAMPLE_DOMAIN.test(host) || (domain !== "example.com" && MASKED_DOMAIN.test(host));

  function text(value: string, attribute: string): string {
    return ids.get(value) ?? placeholder(value) ?? named(value, attribute);
  }

  function placeholder(value: string): string | undefined {
    // A password is never recorded.
    if (value === "<random>" || value === "<password>") return `Aa1!-${tag}-xyZ`;
    if (RESOURCE_URL.test(value)) return baseUrl + path(value.replace(RESOURCE_URL, "/"));
    return isOfRecording(value) ? inCase(domain, value) : undefined;
  }

  function named(value: string, attribute: string): string {
    const withAddresses = value.replaceAll(EMAIL, address);
    if (withAddresses !== value) return withAddresses;
    if (NAMES.has(lastOf(attribute)) && value.trim() !== "")
      return /^\d+$/.test(value) ? digits(value) : value.replace(/\s*$/, (blanks) => tag + blanks);
    return PHONE.test(value) ? `${value}${tag.slice(-4)}` : value;
  }

  function address(found: string, host: string): string {
    const local = found.slice(0, found.length - host.length - 1);
    return `${local}.${tag}@${isOfRecording(host) ? inCase(domain, host) : host}`;
  }

  function json(value: unknown, attribute = ""): unknown {
    if (typeof value === "string") return text(value, attribute);
    if (typeof value === "number") return NAMES.has(lastOf(attribute)) ? Number(digits(String(value))) : value;
    if (Array.isArray(value)) return value.map((element) => json(element, attribute));
    return typeof value === "object" && value !== null ? object(value, attribute) : value;
  }

  function object(value: object, attribute: string): object {
    const members = Object.entries(value);
    const of = (name: string) => members.find(([key]) => key.toLowerCase() === name)?.[1];
    const target = typeof of("op") === "string" ? String(of("path") ?? "") : undefined;
    return Object.fromEntries(
      members.map(([key, member]) => {
        if (typeof member === "string" && isPathOrFilter(key)) return [key, pathOrFilter(member)];
        const isValue = target !== undefined && key.toLowerCase() === "value";
        return [attributePath(key), json(member, isValue ? target : inside(attribute, key))];
      }),
    );
  }

  const pathOrFilter = (member: string) => (member.startsWith("/") ? path(member) : attributePath(member));
  const attributePath = (member: string) => (isAttributePath(member) ? member : mapLiterals(member, text));

  function path(raw: string): string {
    const [where = "", ...rest] = raw.split("?");
    const segments = where.split("/").map((segment) => ids.get(decoded(segment) ?? segment) ?? segment);
    if (rest.length === 0) return segments.join("/");
    const parameters = rest.join("?").split("&");
    return `${segments.join("/")}?${parameters.map(parameter).join("&")}`;
  }

  function parameter(raw: string): string {
    const [name = "", ...value] = raw.split("=");
    return name === "filter" ? `filter=${mapEncodedLiterals(value.join("="), text)}` : raw;
  }

  /** What is asked of an answer, about the same people. */
  function expectation<E extends Expectation>(expected: E): E {
    return "bodyContains" in expected ? { ...expected, bodyContains: json(expected.bodyContains) } : expected;
  }

  return { json, path, expectation };
}

const isPathOrFilter = (key: string): boolean => /^(?:path|filter)$/i.test(key);

const inside = (attribute: string, key: string): string => (attribute === "" ? key : `${attribute}.${key}`);

const lastOf = (attribute: string): string => attribute.split(/[.:]/).at(-1)?.toLowerCase() ?? "";

const inCase = (domain: string, like: string): string => (like === like.toUpperCase() ? domain.toUpperCase() : domain);
