// Under a Node that is too old for it: openSqlite must say which one it needs.
const { writeFileSync } = require("node:fs");
const { openSqlite } = require("scimkit/sql");

openSqlite(":memory:").then(
  () => report("openSqlite worked; the floor that is said is too high"),
  (error) => report(error.message.includes("Node 22.16 or newer, and this is node v2") ? undefined : error.stack),
);

function report(failure) {
  writeFileSync(
    process.env.SCIMKIT_RESULT,
    JSON.stringify({ passed: failure === undefined ? 1 : 0, failures: failure === undefined ? [] : [failure] }),
  );
}
