import { beforeAll, describe, expect, test } from "vitest";
import { type Directory, directory, filtered, USER } from "../support/directory.ts";

const URLS = ["https://example.com/a?from=https://other.example", "https://example.com", "HTTPS://Example.COM/%7eann"];

let service: Directory;
beforeAll(async () => {
  service = directory();
  for (const [index, profileUrl] of URLS.entries())
    await service.ask("POST", "/Users", { schemas: [USER], userName: `u${index}`, profileUrl });
});

describe("a part of a reference", () => {
  // A whole reference is compared in the form of RFC 3986 §6.2, which ends a bare host with a slash and writes it in small letters.
  test.each([
    ['profileUrl ew "https://other.example"', ["u0"]],
    ['profileUrl ew "https://other.example/"', []],
    ['profileUrl co "=https://other"', ["u0"]],
    ['profileUrl co "https://other.example"', ["u0"]],
    ['profileUrl sw "https://exam"', ["u0", "u1", "u2"]],
    ['profileUrl sw "https://example.com/~ann"', ["u2"]],
    ['profileUrl sw "HTTPS://EXAMPLE.COM"', []],
    ['profileUrl ew "/%7eann"', []],
    ['profileUrl ew "/~ann"', ["u2"]],
    ['profileUrl eq "https://EXAMPLE.com"', ["u1"]],
    ['profileUrl eq "https://example.com/%7Eann"', ["u2"]],
  ])("is taken as it stands, and a whole one is not: %s", async (filter, names) => {
    const { Resources } = (await service.ask("GET", filtered("/Users", filter))).json;
    expect((Resources ?? []).map(({ userName }: { userName: string }) => userName)).toEqual(names);
  });
});
