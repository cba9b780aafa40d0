import { memberChanges, membersOf, type Read, type Refuses } from "./imitation.ts";

/** What servers refuse, written from what they publish, and not from the profiles. */

const isGroupPatch = ({ method, path }: Read): boolean => method === "PATCH" && path.startsWith("/Groups/");
const filterOf = ({ query }: Read): string => query.get("filter") ?? "";

/** https://docs.aws.amazon.com/singlesignon/latest/developerguide/limitations.html, …/patchgroup.html */
export const refusedByAws: Refuses = (read) => {
  if (!read.headers.has("user-agent")) return [403, "no User-Agent"];
  if (read.path === "/Bulk") return [404, "no such endpoint"];
  if (/ (?:or|ne|co|sw|ew|gt|ge|lt|le|pr)\b|\[|not \(/.test(filterOf(read))) return [400, "only eq, joined by and"];
  if ((read.body?.emails?.length ?? 0) > 1) return [400, "one e-mail"];
  if (!isGroupPatch(read)) return undefined;
  if (read.operations.some(({ op, path }) => path === "members" && op !== "add"))
    return [400, "no replace, no remove of all"];
  return memberChanges(read) > 100 ? [400, "at most 100 membership changes"] : undefined;
};

/** https://docs.cloud.google.com/identity/docs/scim/reference/rest, …/v1/customers.v2.Groups/patch */
export const refusedByGoogle: Refuses = (read) => {
  if (read.method === "PUT" || read.path === "/Bulk") return [404, "no such method"];
  if (read.query.has("startIndex") || read.query.has("cursor")) return [400, "no pagination"];
  if (read.headers.has("if-match")) return [400, "no entity tags"];
  if (!isGroupPatch(read)) return undefined;
  if (read.operations.length > 2) return [400, "at most 2 operations"];
  return memberChanges(read) > 1 ? [400, "at most 1 member"] : undefined;
};

/** https://learn.microsoft.com/en-us/azure/databricks/reference/scim-2-1 */
export const refusedByDatabricks: Refuses = (read) => {
  if ((filterOf(read).match(/ eq /g)?.length ?? 0) + (filterOf(read).match(/ or /g)?.length ?? 0) > 200)
    return [400, "at most 200 nodes"];
  const isPlain = read.operations.some(({ value }) => value !== undefined && typeof value !== "object");
  return isPlain ? [400, "values in lists"] : undefined;
};

/** https://docs.snowflake.com/release-notes/bcr-bundles/2026_03/bcr-2276: what it does not read, it answers with nobody. */
export const misreadBySnowflake: Refuses = (read) => {
  if (read.method !== "GET" || !/^\/(?:Users|Groups)$/.test(read.path)) return undefined;
  return /^\w+ (?:eq|sw) "[^"]*"$/.test(filterOf(read)) ? undefined : [200, "nobody, whoever is there"];
};

/** So many requests of a kind in so many seconds, any more are a 429. */
export function refusedByRate(limit: number, seconds: number, isCounted: (read: Read) => boolean): Refuses {
  const times: number[] = [];
  return (read) => {
    if (!isCounted(read)) return undefined;
    while (times[0] !== undefined && times[0] <= read.time - seconds) times.shift();
    if (times.length >= limit) return [429, "too many requests"];
    times.push(read.time);
    return undefined;
  };
}

/** https://developers.miro.com/reference/rate-limits */
export function refusedByMiro(): Refuses {
  const rate = refusedByRate(5, 30, (read) => isGroupPatch(read) && read.bytes > 500);
  return (read) => {
    if (isGroupPatch(read) && (memberChanges(read) > 8000 || read.bytes > 800_000)) return [413, "too many members"];
    return rate(read);
  };
}

/** https://docs.github.com/en/enterprise-cloud@latest/rest/enterprise-admin/scim */
export const refusedByGithub: Refuses = ({ operations }) =>
  operations.some(({ path }) => path?.includes("[")) ? [400, "no filters in paths"] : undefined;

/** https://help.salesforce.com: "Examples: Manage Group Members with SCIM" */
export const refusedBySalesforce: Refuses = (read) =>
  isGroupPatch(read) &&
  read.operations.some(({ path, value }) => path?.startsWith("members") && !("members" in Object(value)))
    ? [400, "members as an object"]
    : undefined;

/** Members are added without a path. */
export const refusedByWso2: Refuses = (read) =>
  isGroupPatch(read) && read.operations.some(({ op, path }) => op === "add" && path === "members")
    ? [400, "members without a path"]
    : undefined;

export const wantsEmails: Refuses = ({ method, path, body }) =>
  method === "POST" && path === "/Users" && membersOf(body.emails)[0] === undefined ? [400, "no e-mail"] : undefined;

/** https://github.com/zitadel/zitadel/blob/main/docs/docs/apis/scim2.md */
export const refusedByZitadel: Refuses = (read) => {
  if (filterOf(read).length > 1000) return [400, "a filter of at most 1,000 characters"];
  if (Number(read.query.get("count") ?? 0) > 100) return [400, "at most 100"];
  return read.path === "/Bulk" && read.body.Operations.length > 100 ? [413, "at most 100 operations"] : undefined;
};

/** https://developer.atlassian.com/cloud/admin/user-provisioning: the name of a group is immutable. */
export const refusedByAtlassian: Refuses = (read) =>
  isGroupPatch(read) && read.operations.some(({ path }) => path === "displayName")
    ? [400, "immutable"]
    : wantsEmails(read);

/** https://github.com/gitlabhq/gitlabhq/blob/master/doc/development/internal_api/_index.md */
export const refusedByGitlab: Refuses = (read) => {
  if (read.method === "PUT") return [405, "no PUT"];
  const filter = filterOf(read);
  return filter === "" || /^\w+ eq "[^"]*"$/.test(filter) ? undefined : [412, "eq alone"];
};

/** https://docs.verify.ibm.com/verify/reference/getcapabilities */
export const refusedByIbm: Refuses = (read) =>
  isGroupPatch(read) && memberChanges(read) > 2500 ? [400, "at most 2,500 modifications"] : undefined;

/** https://github.com/hashicorp/web-unified-docs/pull/3394 */
export const refusedByTerraform: Refuses = (read) => {
  if (read.operations.length > 100) return [400, "at most 100 operations"];
  const filter = filterOf(read);
  return filter === "" || /^(?:userName|externalId|displayName) eq "[^"]*"$/.test(filter)
    ? undefined
    : [400, "no such filter"];
};

export const refusedByPeakon: Refuses = ({ path }) => (path === "/Bulk" ? [429, "each operation counts"] : undefined);

export const refusedByEptura: Refuses = ({ bytes }) => (bytes > 2_000_000 ? [413, "at most 2 MB"] : undefined);
