import { createRequire } from "node:module";
import * as scimkit from "scimkit";
import * as fetch from "scimkit/fetch";
import * as filter from "scimkit/filter";
import * as memory from "scimkit/memory";
import * as node from "scimkit/node";
import * as patch from "scimkit/patch";

const { main } = createRequire(import.meta.url)("./main.cjs");
const sql = process.env.SCIMKIT_STORAGE === "openSqlite" ? await import("scimkit/sql") : undefined;
await main({ scimkit, fetch, filter, memory, node, patch, sql });
process.exit(0);
