import { expect } from "vitest";
import { type Answer, ERROR } from "./directory.ts";

/** What every refusal must look like, with its keyword and, where one is given, words of its detail. */
export function expectRefusal(answer: Answer, status: number, scimType?: string, detail?: RegExp): void {
  const { json } = answer;
  expect({ status: answer.status, scimType: json?.scimType, detail: json?.detail }).toEqual({
    status,
    scimType,
    detail: detail === undefined ? expect.any(String) : expect.stringMatching(detail),
  });
  expect(json).toMatchObject({ schemas: [ERROR], status: String(status) });
  expect(Object.keys(json).sort()).toEqual(
    ["detail", "schemas", "status", ...(scimType === undefined ? [] : ["scimType"])].sort(),
  );
  expect(answer.headers["Content-Type"]).toBe("application/scim+json");
}
