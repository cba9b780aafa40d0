// As `npm init -y` leaves a package.json, with "type": "commonjs", this becomes CommonJS; with "type": "module" it stays what it is.
import * as scimkit from "scimkit";
import * as fetch from "scimkit/fetch";
import * as filter from "scimkit/filter";
import * as memory from "scimkit/memory";
import * as node from "scimkit/node";
import * as patch from "scimkit/patch";
import cases from "./main.cjs";

cases.main({ scimkit, fetch, filter, memory, node, patch, sql: undefined }).then(() => process.exit(0));
