import { hash, timingSafeEqual } from "node:crypto";

/** A fixed token, compared by its digest: what is written by hand over `node:crypto`. */
export function bearerByHand(token: string): (headers: Readonly<Record<string, string>>) => Promise<object> {
  const known = hash("sha256", token, "buffer");
  return async ({ authorization }) => {
    const found = /^bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
    if (found === undefined || !timingSafeEqual(hash("sha256", found, "buffer"), known)) throw new Error("401");
    return {};
  };
}
