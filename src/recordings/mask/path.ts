import { decoded, encodeLike } from "../encoded.ts";
import { isAttributePath, mapEncodedLiterals } from "../literals.ts";
import { isEndpoint, isScimUrn } from "./text.ts";

/** Masks a path below the base URL: endpoints, names of parameters and numbers of pages stay, ids and values do not. */
export function createPathMask(text: (value: string) => string, value: (value: string, attribute: string) => string) {
  function segment(raw: string): string {
    const plain = decoded(raw);
    if (plain === undefined) return text(raw);
    return isEndpoint(plain) || isScimUrn(plain) || /^(?:User|Group)$/.test(plain) ? raw : encodeLike(text(plain), raw);
  }

  function parameter(raw: string): string {
    const [name = "", ...rest] = raw.split("=");
    const key = isAttributePath(name) || name === "" ? name : text(decoded(name) ?? name);
    if (rest.length === 0) return key;
    const spelt = rest.join("=");
    return `${key}=${name.toLowerCase() === "filter" ? mapEncodedLiterals(spelt, value) : argument(spelt, name)}`;
  }

  function argument(spelt: string, name: string): string {
    const plain = decoded(spelt.replaceAll("+", " "));
    if (plain === undefined) return text(spelt);
    if (/^(?:startIndex|count)$/i.test(name) && /^-?\d{1,6}$/.test(plain)) return spelt;
    const masked = plain.split(",").map((part) => value(part, name));
    return masked.join(",") === plain ? spelt : encodeLike(masked.join(","), spelt);
  }

  return (raw: string): string => {
    const [where = "", ...rest] = raw.split("?");
    const masked = where.split("/").map(segment).join("/");
    return rest.length === 0 ? masked : `${masked}?${rest.join("?").split("&").map(parameter).join("&")}`;
  };
}
