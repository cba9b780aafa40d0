// The modules as `require` loads them, by Node's own or by that of a loader in its place.
module.exports = {
  scimkit: require("scimkit"),
  fetch: require("scimkit/fetch"),
  filter: require("scimkit/filter"),
  memory: require("scimkit/memory"),
  node: require("scimkit/node"),
  patch: require("scimkit/patch"),
  sql: process.env.SCIMKIT_STORAGE === "openSqlite" ? require("scimkit/sql") : undefined,
};
