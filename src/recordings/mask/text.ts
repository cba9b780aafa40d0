import type { Pseudonyms } from "./pseudonyms.ts";

const ADDRESS_OF_ANY_KIND =
  /(?<url>https?:\/\/[^\s"'<>]+)|(?<email>[^\s"'<>()[\],;:@/=]{1,320}@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*)|(?<ip>\b\d{1,3}(?:\.\d{1,3}){3}\b)|(?<word>[\p{L}\p{N}\p{M}]+)/gu;

/** A domain by itself, as filters have it; others are known when they have been seen in an address. */
const DOMAIN = /^(?:[\w-]+\.)+(?:com|org|net|edu|gov|io|co|dev|app|cloud|test|example)$/i;

/** Parts of a path that name no one. */
const ENDPOINTS = new Set(
  "users groups me bulk schemas resourcetypes serviceproviderconfig serviceproviderconfigs .search roles entitlements devices agents scim v2".split(
    " ",
  ),
);

export const isEndpoint = (segment: string): boolean => segment === "" || ENDPOINTS.has(segment.toLowerCase());

/** Of the specification itself. */
export const isScimUrn = (text: string): boolean => /^urn:ietf:params:scim:[\w.:-]+$/i.test(text);

/** Texts that say nothing of anybody: none, blanks, and the spellings of true, false and null. */
export const isBlank = (text: string): boolean => /^\s*(?:true|false|null)?\s*$/i.test(text);

/** Masks free text by its shape: word by word, so that what is put together of words stays so. */
export function createTextMask(pseudonym: Pseudonyms) {
  const words = (text: string) => text.replaceAll(/[\p{L}\p{N}\p{M}]+/gu, (word) => pseudonym(word));

  const hosts = new Set<string>();

  /** Ends in `.example`, which belongs to nobody. */
  const host = (name: string) => {
    if (!name.includes(".")) return words(name);
    hosts.add(name.toLowerCase());
    return `${words(name)}.${name === name.toUpperCase() ? "EXAMPLE" : "example"}`;
  };

  const email = (address: string) => {
    const at = address.lastIndexOf("@");
    return `${words(address.slice(0, at))}@${host(address.slice(at + 1))}`;
  };

  const url = (found: string) => {
    const [, scheme = "", authority = "", rest = ""] = /^(https?:\/\/)([^/?#]*)(.*)$/is.exec(found) ?? [];
    const [, user = "", name = "", port = ""] = /^(.*@)?(.*?)(:\d*)?$/s.exec(authority) ?? [];
    const path = rest
      .split(/([/?#&=])/)
      .map((part) => (isEndpoint(part) || isScimUrn(part) ? part : words(part)))
      .join("");
    return scheme + words(user) + host(name) + port + path;
  };

  const ip = (address: string) => `192.0.2.${1 + (Number(pseudonym(address.replaceAll(".", "7"))) % 250)}`;

  return {
    /** Any text. */
    text: (value: string): string =>
      hosts.has(value.toLowerCase()) || DOMAIN.test(value)
        ? host(value)
        : isBlank(value)
          ? value
          : value.replaceAll(ADDRESS_OF_ANY_KIND, (found: string, ...rest: unknown[]) => {
              const groups = rest.at(-1) as Readonly<Record<string, string | undefined>>;
              if (groups.url !== undefined) return url(found);
              if (groups.email !== undefined) return email(found);
              return groups.ip !== undefined ? ip(found) : pseudonym(found);
            }),
  };
}
