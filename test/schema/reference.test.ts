import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isReference, normalizeReference } from "../../src/schema/reference.ts";

describe("isReference", () => {
  test.for([
    "https://e/x",
    "http://example.com",
    "HTTPS://EXAMPLE.COM:8443/a/b;c=d?e=f&g=h#i",
    "https://[2001:db8::1]/x",
    "ftp://host/file",
    "ldap://[2001:db8::7]/c=GB?objectClass?one",
    "custom+scheme://host/x",
    "mailto:ada@example.com",
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "tel:+1-816-555-1212",
    "Users/1",
    "../Users/1",
    "/scim/v2/Users/1",
    "//example.com/x",
    "?a=b",
    "#part",
    "a/b://c",
    "/login?next=https://example.com/x",
    "login?next=http://[bad",
    "https://e/%C3%A9",
    "https://example.com/münchen",
    "https://münchen.example/",
  ])("%s is a URI or relative reference [S-2.3.7-01]", (text) => {
    expect(isReference(text)).toBe(true);
  });

  test.for([
    "http://[bad",
    "http://",
    "https://e:port/",
    "https://e:99999/",
    "https://a b/",
    "not a url with spaces",
    "https://e/a b",
    " https://e/",
    "https://e/\n",
    "https://e/\t",
    "https://e/\u0000",
    "https://e/\u007f",
    'https://e/"x"',
    "https://e/<script>",
    "https://e/{id}",
    "https://e/a|b",
    "https://e/a^b",
    "https://e/`",
    "C:\\Users\\1",
    "https://e/%",
    "https://e/%2",
    "https://e/%zz",
  ])("%j is no reference [S-2.3.7-01]", (text) => {
    expect(isReference(text)).toBe(false);
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(isReference(text)).toBeTypeOf("boolean");
      }),
    );
  });

  test("accepts every web URL [S-2.3.7-01]", () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        expect(isReference(url)).toBe(true);
      }),
    );
  });
});

describe("normalizeReference", () => {
  test.for([
    ["HTTPS://H:443/v2/Users/./1", "https://h/v2/Users/1"],
    ["https://h/v2/Groups/../Users/1", "https://h/v2/Users/1"],
    ["http://H:80/v2/Users/1", "http://h/v2/Users/1"],
    ["https://h/v2/Users/%7eada", "https://h/v2/Users/~ada"],
    ["https://h/v2/Users/%41da", "https://h/v2/Users/Ada"],
    ["https://h/v2/Users/a%2fb", "https://h/v2/Users/a%2Fb"],
    ["https://h/v2/Users/zo\u00eb", "https://h/v2/Users/zo%c3%ab"],
  ] as const)("%s and %s are the same [S-2.4-07]", ([left, right]) => {
    expect(normalizeReference(left, true)).toBe(normalizeReference(right, true));
    expect(normalizeReference(left, false)).toBe(normalizeReference(right, false));
  });

  test.for([
    ["https://h/v2/Users/1", "https://h/Users/1"],
    ["https://h/v1/Users/1", "https://h/v2/Users/1"],
    ["https://h/scim/V2/Users/1", "https://h/scim/Users/1"],
    ["https://h/v2/acme/Users/1", "https://h/acme/Users/1"],
    ["HTTPS://H:443/v2/Users/./1", "https://h/v10/Users/1"],
  ] as const)("%s and %s name the same SCIM resource, but are two URLs [S-2.4-06]", ([left, right]) => {
    expect(normalizeReference(left, true)).toBe(normalizeReference(right, true));
    expect(normalizeReference(left, false)).not.toBe(normalizeReference(right, false));
  });

  test.for([
    ["https://h/Users/1", "https://h/Users/2"],
    ["https://h/Users/1", "https://h/Groups/1"],
    ["https://h/Users/1", "https://other/Users/1"],
    ["https://h/Users/1", "http://h/Users/1"],
    ["https://h/Users/1", "https://h:8443/Users/1"],
    ["https://h/Users/v1", "https://h/Users/v2"],
    ["https://h/v2/Users/v1", "https://h/v2/Users/v3"],
    ["https://h/v/Users/1", "https://h/Users/1"],
    ["https://h/v2x/Users/1", "https://h/Users/1"],
    ["https://h/Users/a", "https://h/Users/A"],
    ["https://h/Users/1?x=1", "https://h/Users/1"],
    ["scim://a/Users/1", "scim://b/Users/1"],
    ["scim://a/Users/1", "other://a/Users/1"],
    ["https://h/Users/a%2Fb", "https://h/Users/a/b"],
  ] as const)("%s and %s differ [S-2.3.7-04 S-2.4-06]", ([left, right]) => {
    expect(normalizeReference(left, true)).not.toBe(normalizeReference(right, true));
  });

  test.for([
    "Users/1",
    "../Users/1",
    "urn:example:X",
    "http://[bad",
    "not a url",
    "https://e/%zz",
    "",
  ])("%j is compared as it is", (text) => {
    expect(normalizeReference(text, false)).toBe(text);
  });

  test("is a fixed point", () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.boolean(), (url, toResource) => {
        const normalized = normalizeReference(url, toResource);
        expect(normalizeReference(normalized, toResource)).toBe(normalized);
      }),
    );
  });
});
