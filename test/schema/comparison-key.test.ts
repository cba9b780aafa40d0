import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Attribute, AttributeLiteral } from "../../src/schema/attribute.ts";
import { compareKeys, comparisonKey } from "../../src/schema/comparison-key.ts";
import { GroupSchema } from "../../src/schema/core/group.ts";
import { User, UserSchema } from "../../src/schema/core/user.ts";
import { compileResourceType, defineResourceType } from "../../src/schema/resource-type.ts";
import { defineSchema } from "../../src/schema/schema.ts";

function attributeOf(literal: AttributeLiteral): Attribute {
  const schema = defineSchema({ id: "urn:example:Key", name: "Key", attributes: { x: literal } });
  return compileResourceType(defineResourceType({ name: "Key", schema })).attribute("x") as Attribute;
}

const userName = compileResourceType(User).attribute("userName") as Attribute;
const plain = attributeOf({});
const exact = attributeOf({ caseExact: true });

/** Pairs that are one user name: threats T-B7 and T-B8. */
const SAME_USER: readonly (readonly [left: string, right: string])[] = [
  ["admin", "ADMIN"],
  ["admin", "AdMiN"],
  ["ada@example.com", "Ada@EXAMPLE.com"],
  ["admin", "ａｄｍｉｎ"],
  ["admin", "ＡＤＭＩＮ"],
  ["ada@example.com", "ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ"],
  ["ガ", "ｶﾞ"],
  ["パ", "ﾊﾟ"],
  ["₩", "￦"],
  ["kim", "\u212Aim"],
  ["ångström", "\u212Bngström"],
  ["ω", "\u2126"],
  ["é", "e\u0301"],
  ["é", "E\u0301"],
  ["ờ", "O\u031B\u0300"],
  ["ñandú", "N\u0303ANDU\u0301"],
  ["ärger", "ÄRGER"],
  ["žluť", "ŽLUŤ"],
  ["админ", "АДМИН"],
  ["οδος", "ΟΔΟΣ"],
  ["ǆ", "Ǆ"],
  ["ǆ", "ǅ"],
  ["ẖ", "H\u0331"],
  ["ǰ", "J\u030C"],
  ["ß", "ẞ"],
  ["straße", "STRAẞE"],
  ["i\u0307", "İ"],
  ["𐐨", "𐐀"],
  ["ა", "Ა"],
  ["a\u0323\u0307", "a\u0307\u0323"],
  ["가", "\u1100\u1161"],
  ["\u8C48", "\uF900"],
  ["ann lee", "ann\u3000lee"],
  ["!", "\uFF01"],
  ["\u25CB", "\uFFEE"],
];

/** Pairs that look or fold alike and are two users all the same. */
const OTHER_USER: readonly (readonly [left: string, right: string])[] = [
  ["admin", "ADMİN"],
  ["admin", "admın"],
  ["finn", "ﬁnn"],
  ["ffoo", "ﬀoo"],
  ["sam", "ſam"],
  ["strasse", "straße"],
  ["STRASSE", "straße"],
  ["admin", "аdmin"],
  ["admin", "admin\u200B"],
  ["admin", "ad\u00ADmin"],
  ["admin", "admin "],
  ["1", "①"],
  ["x2", "x²"],
  ["1/2", "½"],
  ["μ", "µ"],
  ["tm", "™"],
  ["resume", "résumé"],
  ["o", "ø"],
  ["e", "е"],
  ["葛", "葛\u{E0100}"],
  ["لا", "\uFEFB"],
  ["a", "\u{1D41A}"],
];

describe("the key of a user name", () => {
  test.for(SAME_USER)("%s and %s are the same user name [S-4.1.1-03 P-5-01 P-7.8-01]", ([left, right]) => {
    expect(userName.key(left)).toBe(userName.key(right));
  });

  test.for(OTHER_USER)("%s and %s are two user names [P-5-02]", ([left, right]) => {
    expect(userName.key(left)).not.toBe(userName.key(right));
  });
});

describe("the key of a string", () => {
  test("ignores letter case unless caseExact [S-2.2-03 S-7-08]", () => {
    expect(plain.key("Abc")).toBe(plain.key("aBC"));
    expect(plain.key("ÄÖ")).toBe(plain.key("äö"));
    expect(exact.key("Abc")).not.toBe(exact.key("abc"));
    expect(exact.key("Abc")).toBe("Abc");
  });

  test("is the same for composed and decomposed text, caseExact or not [P-7.8-01]", () => {
    for (const attribute of [plain, exact]) {
      expect(attribute.key("Zoë")).toBe(attribute.key("Zoe\u0308"));
      expect(attribute.key("\u212B")).toBe(attribute.key("Å"));
    }
    // These capitals have no composed form, their small letters have one.
    expect(plain.key("J\u030C")).toBe(plain.key("ǰ"));
  });

  test("keeps full-width characters apart, unlike that of a user name", () => {
    expect(plain.key("ａ")).not.toBe(plain.key("a"));
    expect(plain.key("ﬁ")).not.toBe(plain.key("fi"));
  });

  test("keeps white space and the empty string", () => {
    expect(plain.key(" a ")).toBe(" a ");
    expect(plain.key("")).toBe("");
  });

  test("is a fixed point, and the same for every canonically equivalent text [P-7.8-01]", () => {
    const text = fc.string({ unit: "binary" });
    for (const attribute of [plain, exact, userName]) {
      fc.assert(
        fc.property(text, (value) => {
          expect(attribute.key(attribute.key(value))).toBe(attribute.key(value));
          expect(attribute.key(value.normalize("NFD"))).toBe(attribute.key(value.normalize("NFC")));
        }),
      );
    }
  });
});

describe("the key of a binary", () => {
  const certificate = compileResourceType(User).resolve("x509Certificates.value")?.sub as Attribute;

  test("does not count padding [S-2.3.6-03]", () => {
    expect(certificate.key("AA==")).toBe(certificate.key("AA"));
    expect(certificate.key("AAE=")).toBe(certificate.key("AAE"));
    expect(certificate.key("AAEC")).toBe("AAEC");
    expect(certificate.key("")).toBe("");
  });

  test("is case exact [S-2.3.6-04]", () => {
    expect(certificate.key("AAEC")).not.toBe(certificate.key("aaec"));
  });
});

describe("the key of a reference", () => {
  const external = compileResourceType(User).attribute("profileUrl") as Attribute;
  const member = compileResourceType(defineResourceType({ name: "Group", schema: GroupSchema })).resolve("members.$ref")
    ?.sub as Attribute;

  test("applies to external URLs without dropping a version from them [S-2.4-06 S-2.4-07]", () => {
    expect(external.key("HTTPS://E.example:443/a/../Path")).toBe(external.key("https://e.example/Path"));
    expect(external.key("https://e.example/v1/x")).not.toBe(external.key("https://e.example/v2/x"));
    expect(external.key("https://e.example/v1/x/y")).not.toBe(external.key("https://e.example/v2/x/y"));
  });

  test("does not count the API version of a SCIM resource [S-2.4-06]", () => {
    expect(member.key("https://h/v2/Users/1")).toBe(member.key("https://h/Users/1"));
  });

  test("is case exact in the path [S-2.3.7-04]", () => {
    expect(external.key("https://e/Path")).not.toBe(external.key("https://e/path"));
  });
});

describe("the key of other types", () => {
  test("is the instant for a dateTime [S-2.3.5-03]", () => {
    const when = attributeOf({ type: "dateTime" });
    expect(when.key("2008-01-23T04:56:22Z")).toBe(when.key("2008-01-23T06:56:22.000+02:00"));
    expect(when.key("2008-01-23T04:56:22Z")).not.toBe(when.key("2008-01-23T04:56:22.001Z"));
  });

  test("is the text itself for a dateTime that is none", () => {
    expect(attributeOf({ type: "dateTime" }).key("yesterday")).toBe("yesterday");
  });

  test("is the value for numbers and booleans", () => {
    expect(attributeOf({ type: "integer" }).key(5)).toBe(5);
    expect(attributeOf({ type: "decimal" }).key(-1.5)).toBe(-1.5);
    expect(attributeOf({ type: "boolean" }).key(false)).toBe(false);
  });

  test("is what the exported function gives", () => {
    for (const { key, ...attribute } of compileResourceType(defineResourceType({ name: "User", schema: UserSchema }))
      .attributes) {
      expect(key("Ａb=")).toBe(comparisonKey({ ...attribute, key }, "Ａb="));
    }
  });
});

describe("compareKeys", () => {
  test("orders numbers by value and false before true", () => {
    expect([10, 9, -1, 1.5].sort(compareKeys)).toEqual([-1, 1.5, 9, 10]);
    expect([true, false].sort(compareKeys)).toEqual([false, true]);
    expect(compareKeys(1, 1)).toBe(0);
    expect(compareKeys(2, 1)).toBeGreaterThan(0);
    expect(compareKeys(1, 2)).toBeLessThan(0);
    expect(compareKeys(true, true)).toBe(0);
  });

  test("orders strings by code point, above U+FFFF as well", () => {
    expect(compareKeys("\uFF5E", "\u{1F600}")).toBeLessThan(0);
    expect(compareKeys("\u{1F600}", "\uFF5E")).toBeGreaterThan(0);
    expect(compareKeys("\u{103FF}", "\u{103FE}")).toBeGreaterThan(0);
    expect(compareKeys("a", "ab")).toBeLessThan(0);
    expect(compareKeys("", "")).toBe(0);
  });

  test("orders strings as the bytes of UTF-8 do, which is what databases use", () => {
    const text = fc.string({
      unit: fc.constantFrom(
        "a",
        "b",
        "\u007f",
        "\u0080",
        "\u07ff",
        "\ud7ff",
        "\ue000",
        "\uffff",
        "\u{10000}",
        "\u{10ffff}",
      ),
    });
    fc.assert(
      fc.property(text, text, (left, right) => {
        expect(Math.sign(compareKeys(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
      }),
    );
  });
});
