import { afterAll, expect, test } from "vitest";
import { directory, filtered, USER } from "../../support/directory.ts";
import { mariadbEngines } from "./engines/mariadb.ts";
import { someEngines } from "./engines.ts";

const engines = [...someEngines(), ...mariadbEngines()];
afterAll(async () => {
  for (const engine of engines) await engine.close();
});

test.each(
  engines,
)("a range that nothing can be in finds nothing, whatever lists are asked for beside it, on $name [P-3.4.2.2-01]", async (engine) => {
  const { storage } = await engine.open({ indexed: ["userName", "displayName", "title"] });
  const { ask } = directory({ storage });
  const phoneNumbers = [{ value: "tel:+1-555-0100", type: "work" }];
  const body = { schemas: [USER], userName: "ada", displayName: "b", title: "b", phoneNumbers };
  expect((await ask("POST", "/Users", body)).status).toBe(201);
  const found = async (filter: string) => (await ask("GET", filtered("/Users", filter))).json.totalResults;
  for (const name of ["displayName", "title"])
    for (const list of ['phoneNumbers.value eq "tel:+1-555-0100"', 'phoneNumbers[type eq "work"]', "phoneNumbers pr"]) {
      expect(await found(`${list} and ${name} gt "c" and ${name} lt "a"`), list).toBe(0);
      expect(await found(`${list} and ${name} gt "a" and ${name} lt "c"`), list).toBe(1);
    }
});
