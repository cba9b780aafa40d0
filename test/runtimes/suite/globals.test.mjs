// For Jest with ES modules and for Vitest, which both have `test` and `expect` among their globals.
import * as scimkit from "scimkit";
import * as fetch from "scimkit/fetch";
import * as filter from "scimkit/filter";
import * as memory from "scimkit/memory";
import * as node from "scimkit/node";
import * as patch from "scimkit/patch";
import cases from "./main.cjs";

const sql = process.env.SCIMKIT_STORAGE === "openSqlite" ? await import("scimkit/sql") : undefined;

test("the cases pass", async () => {
  expect((await cases.main({ scimkit, fetch, filter, memory, node, patch, sql })).failures).toEqual([]);
}, 60_000);
