import { expect, test } from "vitest";
import { run } from "./process.ts";

test("npm run example:prisma provisions rows of Prisma's models, roles among them, and exits 0", async () => {
  const example = run("prisma/run.ts");
  expect(await example.exitCode).toBe(0);
  const printed = example.printed();
  for (const line of ["201  POST /Users", "201  POST /Groups", "200  PATCH /Users/ckuser1"])
    expect(printed).toContain(line);
  expect(printed).toContain('Ada is owner in version W/"2", first W/"1".');
  expect(printed).toMatch(/email: 'Grace@Example.com',\s+status: 'SUSPENDED',\s+plan: 'team',\s+number: null/);
  expect(printed).toMatch(/status: 'ACTIVE',\s+plan: 'free',\s+number: '\+44 20 7946 0000'/);
});

test("npm run example:drizzle provisions rows of Drizzle's tables, e-mails among them, and exits 0", async () => {
  const example = run("drizzle/run.ts");
  expect(await example.exitCode).toBe(0);
  const printed = example.printed();
  expect(printed).toContain('Ada is at lovelace@home.example in version W/"2", first W/"1".');
  expect(printed).toMatch(/plan: 'free',\s+address: 'ada@example.com'/);
});
