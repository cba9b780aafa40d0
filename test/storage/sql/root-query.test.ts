import { afterAll, expect, test } from "vitest";
import { memoryStorage } from "../../../src/storage/memory/index.ts";
import { directory, GROUP, USER } from "../../support/directory.ts";
import { someEngines } from "./engines.ts";

const engines = someEngines();
afterAll(() => Promise.all(engines.map((engine) => engine.close())));

const ids = (json: { Resources: readonly { id: string }[] }): string[] => json.Resources.map(({ id }) => id);

test.each(
  engines,
)("users in $name and groups in memory are queried as one, page by page [P-3.4.2.1-02 R-75 C-2-13]", async (engine) => {
  const { storage } = await engine.open();
  const { ask } = directory({ storage: { User: storage, Group: memoryStorage() } });
  for (const [index, name] of ["b", "A", "ä", "c", "B", "\u{1f600}", "\uffee"].entries()) {
    const user = { schemas: [USER], userName: `u${index}`, ...(index % 3 === 0 ? {} : { displayName: name }) };
    expect((await ask("POST", "/Users", user)).status).toBe(201);
    expect((await ask("POST", "/Groups", { schemas: [GROUP], displayName: `${name}${index % 2}` })).status).toBe(201);
  }
  for (const query of [
    "",
    "sortBy=displayName",
    "sortBy=displayName&sortOrder=descending",
    "sortBy=userName",
    "sortBy=userName&sortOrder=descending",
    "sortBy=id&filter=displayName%20pr",
    `sortBy=displayName&filter=${encodeURIComponent('not (userName sw "u1")')}`,
  ]) {
    const whole = (await ask("GET", `/?${query}&startIndex=1&count=100`)).json;
    const byIndex: string[] = [];
    for (let start = 1; start <= whole.totalResults; start += 3)
      byIndex.push(...ids((await ask("GET", `/?${query}&startIndex=${start}&count=3`)).json));
    expect(byIndex, query).toEqual(ids(whole));
    const byCursor: string[] = [];
    for (let cursor: string | undefined = ""; cursor !== undefined; ) {
      const { json } = await ask("GET", `/?${query}&cursor=${cursor}&count=3`);
      byCursor.push(...ids(json));
      cursor = json.nextCursor;
    }
    if (query === "") expect([...byCursor].sort()).toEqual(ids(whole).sort());
    else expect(byCursor, query).toEqual(ids(whole));
    expect(new Set(byCursor).size).toBe(whole.totalResults);
  }
});
