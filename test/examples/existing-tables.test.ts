import { expect, test } from "vitest";
import { run } from "./process.ts";

test("npm run example:existing-tables provisions rows of tables that know nothing of SCIM, and exits 0", async () => {
  const example = run("existing-tables/run.ts");
  expect(await example.exitCode).toBe(0);
  const printed = example.printed();
  for (const line of ["201  POST /Users", "201  POST /Groups", "200  GET /Users/u3"]) expect(printed).toContain(line);
  expect(printed).toContain('Ada is Ada King in version W/"2", in Engines.');
  expect(printed).toMatch(/email: 'grace@example.com',\s+first_name: 'Grace',\s+phone: null,\s+active: 0/);
  expect(printed).toContain(`scim_json: '{"title":"Countess"}'`);
  expect(printed).toContain("{ team_id: 1, user_id: 3 }");
});
