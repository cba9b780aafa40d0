import { generateKeyPairSync } from "node:crypto";
import { calculateJwkThumbprint, exportJWK, FlattenedSign, flattenedVerify, importPKCS8, importSPKI } from "jose";
import { describe, expect, test } from "vitest";
import { toBadge } from "../../../src/checker/report/badge.ts";
import { InputError, toJson } from "../../../src/checker/report/json.ts";
import { signReport, verifyReport } from "../../../src/checker/report/signature.ts";
import { everything, reportOf, result } from "./sample.ts";

function keys(): { readonly privateKey: string; readonly publicKey: string } {
  return generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
}

const { privateKey, publicKey } = keys();
const json = toJson(everything());

describe("a signed report", () => {
  test("is verified, and is the report that was signed", () => {
    expect(toJson(verifyReport(signReport(json, privateKey), publicKey))).toBe(json);
  });

  test("is verified by another library, names its key, and holds the exact bytes", async () => {
    const { payload, protectedHeader } = await flattenedVerify(
      JSON.parse(signReport(json, privateKey)),
      await importSPKI(publicKey, "EdDSA"),
    );
    expect(new TextDecoder().decode(payload)).toBe(json);
    const kid = await calculateJwkThumbprint(
      await exportJWK(await importSPKI(publicKey, "EdDSA", { extractable: true })),
    );
    expect(protectedHeader).toEqual({ alg: "EdDSA", typ: "scimkit-report+json", kid });
  });

  test("that another library made is verified too", async () => {
    const signed = await new FlattenedSign(new TextEncoder().encode(json))
      .setProtectedHeader({ typ: "scimkit-report+json", alg: "EdDSA" })
      .sign(await importPKCS8(privateKey, "EdDSA"));
    expect(toJson(verifyReport(JSON.stringify(signed), publicKey))).toBe(json);
  });

  test("is refused by another key, and when any letter of it was changed", () => {
    const signed = signReport(json, privateKey);
    expect(() => verifyReport(signed, keys().publicKey)).toThrow("not by this key");
    const parts = JSON.parse(signed) as Record<string, string>;
    // The last letter of a part may hold bits that are none; what comes before it is all meant.
    for (const [name, part] of Object.entries(parts))
      for (let at = 0; at < part.length - 1; at += Math.ceil(part.length / 20)) {
        const changed = part.slice(0, at) + (part[at] === "A" ? "B" : "A") + part.slice(at + 1);
        expect(() => verifyReport(JSON.stringify({ ...parts, [name]: changed }), publicKey), `${name} ${at}`).toThrow(
          InputError,
        );
      }
  });

  test("is refused where the header asks for what is not understood, is of another kind, or is not protected", async () => {
    const sign = async (header: Record<string, unknown>): Promise<string> =>
      JSON.stringify(
        await new FlattenedSign(new TextEncoder().encode(json))
          .setProtectedHeader({ typ: "scimkit-report+json", alg: "EdDSA", ...header })
          .sign(await importPKCS8(privateKey, "EdDSA"), { crit: { "urn:x": true } }),
      );
    const critical = await sign({ crit: ["urn:x"], "urn:x": 1 });
    const other = await sign({ typ: "JWT" });
    expect(() => verifyReport(critical, publicKey)).toThrow("of another kind");
    expect(() => verifyReport(other, publicKey)).toThrow("of another kind");
    const none = {
      ...JSON.parse(signReport(json, privateKey)),
      protected: Buffer.from('{"alg":"none"}').toString("base64url"),
    };
    expect(() => verifyReport(JSON.stringify(none), publicKey)).toThrow("of another kind");
    const unprotected = { ...JSON.parse(signReport(json, privateKey)), header: { alg: "none" } };
    expect(() => verifyReport(JSON.stringify(unprotected), publicKey)).toThrow("no signed report");
  });

  test("says in a sentence what is wrong with what it was given", () => {
    const signed = signReport(json, privateKey);
    for (const text of ["", "[]", "null", "{}", json])
      expect(() => verifyReport(text, publicKey)).toThrow("no signed report");
    expect(() => signReport("{}", privateKey)).toThrow("no report of scimkit");
    const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
    expect(() => signReport(json, String(rsa.privateKey.export({ type: "pkcs8", format: "pem" })))).toThrow(
      "openssl genpkey",
    );
    expect(() => signReport(json, "no key")).toThrow(InputError);
    expect(() => verifyReport(signed, "no key")).toThrow("openssl pkey");
  });
});

describe("the badge", () => {
  const badge = (...[results, over]: Parameters<typeof reportOf>): string | undefined =>
    /aria-label="([^"]*)"/.exec(toBadge(reportOf(results, over)))?.[1];
  const [good, bad, skipped] = [result("a/b", "passed"), result("c/d", "failed"), result("e/f", "skipped")];

  test("says how many passed of those that ran, or how many failures make the verdict", () => {
    expect(badge([good, skipped])).toBe("SCIM 2.0: 1 of 1");
    expect(badge([good, { ...bad, level: "should" }])).toBe("SCIM 2.0: 1 of 2");
    expect(badge([good, bad])).toBe("SCIM 2.0: 1 failure");
    expect(badge([good, { ...bad, expected: { reason: "known", until: "2027-01-01", isExpired: false } }])).toBe(
      "SCIM 2.0: 1 of 2",
    );
  });

  test("does not praise what was stopped, nor what was not tried", () => {
    expect(badge([good], { isStopped: true })).toBe("SCIM 2.0: stopped");
    expect(badge([skipped])).toBe("SCIM 2.0: not tried");
  });

  test("has a title with the target, the day and the version, and is escaped", () => {
    const svg = toBadge(reportOf([good], { target: 'https://h/"><script>' }));
    expect(svg).toContain(
      "1 of 1 checks passed at https://h/&quot;&gt;&lt;script&gt; on 27 November 2026, 22:47 UTC, profile rfc, by scimkit 0.1.0</title>",
    );
    expect(svg).not.toContain("<script");
  });
});
