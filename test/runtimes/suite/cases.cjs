// What a client does with the service, on every runtime: requests in, responses out, nothing but what the web standards have.
const { BASE, TOKEN } = require("./service.cjs");

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

function mustBe(actual, expected, what) {
  if (JSON.stringify(actual) !== JSON.stringify(expected))
    throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

/** Asks over a `fetch`, and reads the answer. */
function clientOf(fetch, origin) {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${origin}${BASE}${path}`, {
      method,
      headers: { Authorization: `Bearer ${TOKEN}`, "Content-Type": "application/scim+json", ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, json: text === "" ? undefined : JSON.parse(text) };
  };
}

/** By their sentences; each makes what it needs, under names of its own. */
const CASES = {
  "a user is created, with id, ETag and location": async (ask) => {
    const { status, headers, json } = await create(ask, "created", { [ENTERPRISE]: { department: "Engines" } });
    mustBe(status, 201, "status");
    mustBe(headers.get("location"), `https://example.com${BASE}/Users/${json.id}`, "Location");
    mustBe(headers.get("etag"), json.meta.version, "ETag");
    mustBe(json[ENTERPRISE].department, "Engines", "department");
  },
  "a user is read, and not again while it is the same": async (ask) => {
    const { id, meta } = await user(ask, "read");
    mustBe((await ask("GET", `/Users/${id}`)).json.userName, "read", "userName");
    const again = await ask("GET", `/Users/${id}`, undefined, { "If-None-Match": meta.version });
    mustBe([again.status, again.json], [304, undefined], "the second answer");
  },
  "attributes are selected": async (ask) => {
    const { id } = await user(ask, "selected");
    mustBe(
      Object.keys((await ask("GET", `/Users/${id}?attributes=userName`)).json),
      ["schemas", "id", "userName"],
      "names",
    );
  },
  "a user is replaced, under a precondition": async (ask) => {
    const { id, meta } = await user(ask, "replaced");
    const body = { schemas: [USER], userName: "replaced", title: "Countess" };
    const replaced = await ask("PUT", `/Users/${id}`, body, { "If-Match": meta.version });
    mustBe([replaced.status, replaced.json.title], [200, "Countess"], "the replacement");
    mustBe((await ask("PUT", `/Users/${id}`, body, { "If-Match": meta.version })).status, 412, "the second status");
  },
  "a user is deleted": async (ask) => {
    const { id } = await user(ask, "deleted");
    mustBe((await ask("DELETE", `/Users/${id}`)).status, 204, "status");
    mustBe((await ask("GET", `/Users/${id}`)).status, 404, "status afterwards");
  },
  "text beyond ASCII comes back as it was": async (ask) => {
    const { id } = await user(ask, "źdźbło", { displayName: "Źdźbło 日本語 👩‍🚀" });
    mustBe((await ask("GET", `/Users/${id}`)).json.displayName, "Źdźbło 日本語 👩‍🚀", "displayName");
    mustBe(await found(ask, 'userName eq "ŹDŹBŁO"'), ["źdźbło"], "the user found");
  },
  "a filter finds by text in any letter case": async (ask) => {
    const { id } = await user(ask, "Found");
    const { json } = await ask("GET", `/Users?filter=${encodeURIComponent('userName eq "fOUND"')}`);
    mustBe([json.totalResults, json.Resources[0].id], [1, id], "the list");
  },
  "a filter has and, or, not, value paths and precedence": async (ask) => {
    await user(ask, "filter-1", { emails: [{ value: "1@filter.example", type: "work" }], title: "a" });
    await user(ask, "filter-2", { emails: [{ value: "2@filter.example", type: "home" }], title: "b" });
    await user(ask, "filter-3", { title: "c" });
    mustBe(
      await found(ask, 'userName sw "filter-" and emails[type eq "work" and value co "@filter"]'),
      ["filter-1"],
      "value path",
    );
    mustBe(await found(ask, 'userName sw "filter-" and not (emails pr)'), ["filter-3"], "not");
    const either = 'userName eq "filter-1" or userName eq "filter-3" and title eq "x"';
    mustBe(await found(ask, either), ["filter-1"], "precedence");
  },
  "a filter that is wrong is told where": async (ask) => {
    const { status, json } = await ask("GET", `/Users?filter=${encodeURIComponent("userName zz 1")}`);
    mustBe([status, json.scimType], [400, "invalidFilter"], "the answer");
    if (!json.detail.includes("zz")) throw new Error(`detail: ${json.detail}`);
  },
  "a list is sorted and paged by index": async (ask) => {
    for (const name of ["sort-b", "sort-c", "sort-a"]) await user(ask, name);
    const query = `filter=${encodeURIComponent('userName sw "sort-"')}&sortBy=userName&sortOrder=descending&startIndex=2&count=1`;
    const { json } = await ask("GET", `/Users?${query}`);
    mustBe([json.totalResults, json.startIndex, json.Resources[0].userName], [3, 2, "sort-b"], "the page");
  },
  "a walk by cursor meets everybody once, and a cursor that was not made here is refused": async (ask) => {
    for (const name of ["walk-1", "walk-2", "walk-3"]) await user(ask, name);
    const query = `filter=${encodeURIComponent('userName sw "walk-"')}&count=1`;
    const met = [];
    for (let cursor = ""; cursor !== undefined; ) {
      const { status, json } = await ask("GET", `/Users?${query}&cursor=${cursor}`);
      mustBe(status, 200, "status");
      met.push(...json.Resources.map(({ userName }) => userName));
      cursor = json.nextCursor;
    }
    mustBe(met.sort(), ["walk-1", "walk-2", "walk-3"], "the walk");
    mustBe(
      (await ask("GET", `/Users?${query}&cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAA`)).json.scimType,
      "invalidCursor",
      "scimType",
    );
  },
  "a search is a POST as well": async (ask) => {
    await user(ask, "searched");
    const body = { schemas: [SEARCH], filter: 'userName eq "searched"', attributes: ["userName"] };
    mustBe((await ask("POST", "/Users/.search", body)).json.totalResults, 1, "totalResults");
    mustBe((await ask("POST", "/.search", body)).json.totalResults, 1, "totalResults of all types");
  },
  "a PATCH adds, replaces and removes, by path, by value path and without one": async (ask) => {
    const { id } = await user(ask, "patched", { emails: [{ value: "old@example.com", type: "work" }], nickName: "p" });
    const { status, json } = await patch(ask, `/Users/${id}`, [
      { op: "replace", path: 'emails[type eq "work"].value', value: "new@example.com" },
      { op: "add", value: { name: { familyName: "Byron" } } },
      { op: "remove", path: "nickName" },
      { op: "Replace", path: "active", value: "False" },
    ]);
    mustBe(status, 200, "status");
    const { emails, name, nickName, active } = json;
    mustBe(
      [emails[0].value, name, nickName, active],
      ["new@example.com", { familyName: "Byron" }, undefined, false],
      "the user",
    );
  },
  "a PATCH of which one operation is wrong changes nothing": async (ask) => {
    const { id, meta } = await user(ask, "untouched");
    const { status, json } = await patch(ask, `/Users/${id}`, [
      { op: "add", path: "title", value: "Countess" },
      { op: "add", path: "active", value: "perhaps" },
    ]);
    mustBe([status, json.scimType], [400, "invalidValue"], "the answer");
    mustBe((await ask("GET", `/Users/${id}`)).json.meta, meta, "meta");
  },
  "members are added and removed, and users see their groups": async (ask) => {
    const [one, two] = [await user(ask, "member-1"), await user(ask, "member-2")];
    const body = { schemas: [GROUP], displayName: "members", members: [{ value: one.id }] };
    const { id } = (await ask("POST", "/Groups", body)).json;
    const delta = [
      { op: "add", path: "members", value: [{ value: two.id }] },
      { op: "remove", path: `members[value eq "${one.id}"]` },
    ];
    mustBe((await patch(ask, `/Groups/${id}`, delta)).status, 204, "status");
    mustBe(
      (await ask("GET", `/Groups/${id}`)).json.members.map(({ value }) => value),
      [two.id],
      "members",
    );
    mustBe((await ask("GET", `/Users/${two.id}`)).json.groups[0].display, "members", "groups");
    mustBe((await ask("GET", `/Users/${one.id}`)).json.groups, undefined, "groups of who left");
  },
  "a bulk request resolves what refers to what comes later": async (ask) => {
    const { status, json } = await ask("POST", "/Bulk", {
      schemas: [BULK],
      Operations: [
        {
          method: "POST",
          path: "/Groups",
          bulkId: "g",
          data: { schemas: [GROUP], displayName: "bulk", members: [{ value: "bulkId:u" }] },
        },
        { method: "POST", path: "/Users", bulkId: "u", data: { schemas: [USER], userName: "bulk" } },
        { method: "DELETE", path: "/Users/nobody" },
      ],
    });
    mustBe([status, json.Operations.map((one) => one.status)], [200, ["201", "201", "404"]], "the answer");
    const id = json.Operations[0].location.split("/").at(-1);
    mustBe((await ask("GET", `/Groups/${id}`)).json.members.length, 1, "members");
  },
  "what is taken is refused with uniqueness": async (ask) => {
    await user(ask, "taken");
    const { status, json } = await create(ask, "TAKEN");
    mustBe([status, json.status, json.scimType], [409, "409", "uniqueness"], "the answer");
  },
  "every mistake in a body is told, with what it must be": async (ask) => {
    const { status, json } = await create(ask, "wrong", { active: 1, emails: [{ value: true }] });
    mustBe([status, json.scimType], [400, "invalidValue"], "the answer");
    if (!json.detail.includes("active must be") || !json.detail.includes("emails[0].value must be"))
      throw new Error(`detail: ${json.detail}`);
  },
  "broken JSON and bodies of another type are refused": async (ask) => {
    const broken = await ask("POST", "/Users", '{"schemas": [');
    mustBe([broken.status, broken.json.scimType], [400, "invalidSyntax"], "broken JSON");
    mustBe((await ask("POST", "/Users", "<user/>", { "Content-Type": "text/xml" })).status, 415, "XML");
  },
  "who has no token or a wrong one is sent away": async (ask) => {
    for (const Authorization of ["", "Bearer another-long-random-secret"]) {
      const { status, headers } = await ask("GET", "/Users", undefined, { Authorization });
      mustBe([status, headers.get("www-authenticate")?.startsWith("Bearer")], [401, true], "the answer");
    }
  },
  "what is not there is 404, and what cannot be done there 405": async (ask) => {
    mustBe((await ask("GET", "/Nothing")).status, 404, "an endpoint that is none");
    mustBe((await ask("GET", "/Users/nobody")).status, 404, "a user who is none");
    mustBe((await ask("PUT", "/Schemas", {})).status, 405, "a PUT of schemas");
  },
  "discovery names schemas, resource types and features": async (ask) => {
    mustBe((await ask("GET", "/ServiceProviderConfig")).json.patch, { supported: true }, "patch");
    mustBe(
      (await ask("GET", "/ResourceTypes")).json.Resources.map(({ name }) => name),
      ["User", "Group"],
      "resource types",
    );
    mustBe((await ask("GET", "/Schemas")).json.totalResults, 6, "schemas");
    mustBe((await ask("GET", `/Schemas/${USER}`)).json.name, "User", "the schema of users");
  },
  "fifty requests at once are each answered": async (ask) => {
    const statuses = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => (await create(ask, `at-once-${index % 25}`)).status),
    );
    mustBe([statuses.filter((status) => status === 201).length, statuses.length], [25, 50], "created");
  },
};

function create(ask, userName, more = {}) {
  return ask("POST", "/Users", { schemas: [USER], userName, ...more });
}

async function user(ask, userName, more) {
  const { status, json } = await create(ask, userName, more);
  mustBe(status, 201, `the status of ${userName}`);
  return json;
}

function patch(ask, path, Operations) {
  return ask("PATCH", path, { schemas: [PATCH], Operations });
}

async function found(ask, filter) {
  const { json } = await ask("GET", `/Users?filter=${encodeURIComponent(filter)}`);
  return json.Resources.map(({ userName }) => userName).sort();
}

/** Runs every case; those that fail come with their reason. */
async function runCases(fetch, origin) {
  const ask = clientOf(fetch, origin);
  const failures = [];
  for (const [name, run] of Object.entries(CASES))
    await run(ask).catch((error) => failures.push(`${name}: ${error.stack ?? error}`));
  return { passed: Object.keys(CASES).length - failures.length, failures };
}

module.exports = { runCases };
