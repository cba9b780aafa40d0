import { User } from "scimkit";
import { and, filter, not, or } from "scimkit/client";
import { parseFilter, printFilter } from "scimkit/filter";
import { expect, test } from "vitest";
import { Employee } from "./answers.ts";

const { eq, ne, co, sw, ew, gt, ge, lt, le, pr, element } = filter(Employee);

test("filters are those of scimkit/filter: printed and parsed they are the same", () => {
  const department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
  const filters = [
    eq("userName", 'a" or userName pr or userName eq "\\'),
    ne("active", true),
    eq("title", null),
    and(co("emails", "@"), sw("name.familyName", "\u2028"), ew("displayName", "é")),
    or(gt("meta.created", "2026-01-01T00:00:00Z"), ge("userName", "a"), lt("userName", "b"), le("userName", "c")),
    and(pr("title"), or(eq(department, "R&D"), not(pr(department)))),
    element("emails", (email) => and(email.eq("type", "work"), not(email.ew("value", "@example.com")))),
  ];
  for (const one of filters) expect(parseFilter(printFilter(one))).toEqual(one);
});

test("what is joined is flat, and one alone is itself", () => {
  const [a, b, c] = [pr("title"), pr("userName"), pr("active")] as const;
  expect(and(and(a, b), c)).toEqual(and(a, b, c));
  expect(printFilter(and(or(a, b), c))).toBe("(title pr or userName pr) and active pr");
  expect(or(a)).toBe(a);
});

test("what no filter can hold is refused, before it finds somebody else", () => {
  const any = filter(User as never) as unknown as { eq(path: string, value: unknown): unknown };
  for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, {}, []])
    expect(() => any.eq("userName", value)).toThrow(TypeError);
  for (const path of ["", "userName eq", 'a"', "emails[type", "1a", "a b"])
    expect(() => any.eq(path, "x")).toThrow(`filter: ${JSON.stringify(path)} is no path of an attribute.`);
  expect(() => and()).toThrow("and: there is no filter to join");
  expect(() => or()).toThrow(TypeError);
});
