import { describe, expect, test } from "vitest";
import { type ChangeEvent, type ScimEvent, type SecurityEventOptions, toSecurityEvent } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { FIGURES, type Figure } from "../rfc/rfc9967-2.4-events.ts";
import { type Directory, directory, ENTERPRISE, GROUP, USER } from "../support/directory.ts";

const ISSUER = { issuer: "https://scim.example.com" };
const PROV = "urn:ietf:params:scim:event:prov";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const isChange = (event: ScimEvent): event is ChangeEvent => "transaction" in event;
const changes = ({ events }: Directory): ChangeEvent[] => events.filter(isChange);

/** The change that a figure of RFC 9967 tells of. */
function changeOf(type: ChangeEvent["type"], figure: Figure, more: Partial<ChangeEvent> = {}): ChangeEvent {
  const [, endpoint = "", id = ""] = figure.sub_id.uri.split("/");
  const [payload] = Object.values(figure.events);
  return {
    type,
    resourceType: endpoint.slice(0, -1),
    endpoint: `/${endpoint}`,
    id,
    attributes: payload?.attributes ?? [],
    changes: [],
    deltas: [],
    transaction: "b7b953f11cc6489bbfb87834747cc4c1",
    at: new Date(figure.iat * 1000 + 345).toISOString(),
    context: {},
    ...(figure.sub_id.externalId === undefined ? {} : { externalId: figure.sub_id.externalId }),
    ...(payload?.version === undefined ? {} : { version: payload.version }),
    ...more,
  };
}

const TOLD: readonly [
  keyof typeof FIGURES,
  ChangeEvent["type"],
  SecurityEventOptions["mode"],
  ((figure: Figure) => Partial<ChangeEvent>)?,
][] = [
  ["2.4.1-figure4-create-full", "created", "full", (figure) => ({ after: dataOf(figure) })],
  ["2.4.1-figure5-create-notice", "created", "notice"],
  [
    "2.4.2-figure6-patch-full",
    "patched",
    "full",
    (figure) => {
      const [{ path, value }] = dataOf(figure).Operations as [{ path: string; value: Record<string, unknown>[] }];
      return { attributes: [path], deltas: [{ attribute: path, joined: value, left: [] }] };
    },
  ],
  ["2.4.2-figure7-patch-notice", "patched", "notice"],
  ["2.4.3-figure8-put-full", "replaced", "full", (figure) => ({ after: dataOf(figure) })],
  ["2.4.3-figure9-put-notice", "replaced", "notice"],
  ["2.4.4-figure10-delete", "deleted", "full"],
  ["2.4.4-figure10-delete", "deleted", "notice"],
  ["2.4.5-figure11-activate", "activated", "full"],
];

function dataOf(figure: Figure): Record<string, unknown> {
  return Object.values(figure.events)[0]?.data as Record<string, unknown>;
}

test.each(
  TOLD,
)("figure %s of RFC 9967 is what a change that is %s gives in %s mode [E-2.1-01 E-2.2-01 E-2.4-01]", (name, type, mode, more) => {
  const figure: Figure = FIGURES[name];
  const event = changeOf(type, figure, more?.(figure));
  const token = toSecurityEvent(event, {
    issuer: figure.iss,
    audience: figure.aud,
    id: figure.jti,
    ...(mode === undefined ? {} : { mode }),
  });
  // The figures leave out txn, which §2.2 requires of whoever publishes the same change more than once.
  expect(token).toEqual({ ...figure, txn: event.transaction });
});

describe("a real change as a token", () => {
  async function history() {
    const service = directory({ storage: memoryStorage({ hashSecret: async () => "a hash" }) });
    const ada = {
      schemas: [USER],
      userName: "ada",
      externalId: "e-1",
      password: "pw-secret",
      name: { givenName: "Ada" },
    };
    const { json } = await service.ask("POST", "/Users", ada);
    const path = `/Users/${json.id}`;
    const operation = { op: "replace", path: "active", value: false };
    await service.ask("PATCH", path, { schemas: [PATCH], Operations: [operation] });
    await service.ask("PUT", path, { schemas: [USER], userName: "ada", externalId: "e-1", active: true });
    await service.ask("PATCH", path, {
      schemas: [PATCH],
      Operations: [{ op: "replace", path: "password", value: "pw-secret2" }],
    });
    await service.ask("DELETE", path);
    return { id: json.id as string, events: changes(service) };
  }

  test("names its subject in sub_id, by a path below the base URL and by externalId, and never in sub [E-2.1-01]", async () => {
    const { id, events } = await history();
    expect(events).toHaveLength(7);
    for (const event of events) {
      const token = toSecurityEvent(event, ISSUER);
      expect(token.sub_id).toEqual({ format: "scim", uri: `/Users/${id}`, externalId: "e-1" });
      expect(token).not.toHaveProperty("sub");
      for (const payload of Object.values(token.events)) expect(payload).not.toHaveProperty("sub_id");
    }
  });

  test("has data in full mode and attributes in notice mode, never both, and its URI says which [E-2.2-01]", async () => {
    const { events } = await history();
    const told = (mode: "full" | "notice") =>
      events.map((event) => {
        const [[uri = "", payload = {}] = []] = Object.entries(toSecurityEvent(event, { ...ISSUER, mode }).events);
        return [
          uri.slice(PROV.length + 1),
          Object.keys(payload)
            .filter((name) => name !== "version")
            .join(),
        ];
      });
    expect(told("notice")).toEqual([
      ["create:notice", "attributes"],
      ["patch:notice", "attributes"],
      ["deactivate", ""],
      ["put:notice", "attributes"],
      ["activate", ""],
      ["patch:notice", "attributes"],
      ["delete", ""],
    ]);
    expect(told("full")).toEqual([
      ["create:full", "data"],
      ["patch:full", "data"],
      ["deactivate", ""],
      ["put:full", "data"],
      ["activate", ""],
      // A password is all that changed: there is nothing to show.
      ["patch:notice", "attributes"],
      ["delete", ""],
    ]);
  });

  test("says of a deletion nothing but that [E-2.4-01]", async () => {
    const { events } = await history();
    const deleted = events.filter(({ type }) => type === "deleted");
    expect(deleted.map((event) => toSecurityEvent(event, { ...ISSUER, mode: "full" }).events)).toEqual([
      { [`${PROV}:delete`]: {} },
    ]);
  });

  test("shares txn with the other tokens of the same change, and jti with none; both can be given [R-69]", async () => {
    const { events } = await history();
    const [, patched, deactivated] = events.map((event) => toSecurityEvent(event, ISSUER));
    expect(patched?.txn).toBe(deactivated?.txn);
    expect(patched?.jti).not.toBe(deactivated?.jti);
    const [event] = events as [ChangeEvent];
    const given = toSecurityEvent(event, { ...ISSUER, id: "j", transaction: "2d80e537a3f64622b0347b641ebc8f44:0" });
    expect(given).toMatchObject({ jti: "j", txn: "2d80e537a3f64622b0347b641ebc8f44:0" });
  });

  test("never holds a secret", async () => {
    const { events } = await history();
    const tokens = events.map((event) => toSecurityEvent(event, { ...ISSUER, mode: "full" }));
    expect(JSON.stringify(tokens)).not.toContain("pw-secret");
  });
});

describe("full tokens replicate", () => {
  const patchOf = (...Operations: object[]) => ({ schemas: [PATCH], Operations });

  /** Does at a second service what the tokens of the first one say. */
  async function replicate(events: readonly ChangeEvent[]): Promise<Directory> {
    const ids: string[] = [];
    const replica = directory({ newId: () => ids.shift() ?? crypto.randomUUID() });
    for (const event of events) {
      const { sub_id, events: payloads } = toSecurityEvent(event, { ...ISSUER, mode: "full" });
      const [[uri = "", { data } = { data: undefined }] = []] = Object.entries(payloads);
      const verb = { "create:full": "POST", "put:full": "PUT", "patch:full": "PATCH", delete: "DELETE" }[
        uri.slice(PROV.length + 1)
      ];
      if (verb === undefined) continue;
      if (verb === "POST") ids.push(event.id);
      const answer = await replica.ask(verb, verb === "POST" ? event.endpoint : sub_id.uri, data);
      expect(answer.status, answer.body).toBeLessThan(300);
    }
    return replica;
  }

  test("whatever operations the client sent, the state of a replica is that of the original [E-2.2-01]", async () => {
    const original = directory();
    const create = async (endpoint: string, body: object): Promise<string> =>
      (await original.ask("POST", endpoint, body)).json.id;
    const [ada, bob, eve] = [
      await create("/Users", {
        schemas: [USER],
        userName: "ada",
        externalId: "e-1",
        name: { givenName: "Ada", familyName: "Byron" },
        emails: [
          { type: "work", value: "a@x.example", primary: true },
          { type: "home", value: "a@home.example" },
        ],
      }),
      await create("/Users", { schemas: [USER], userName: "bob" }),
      await create("/Users", { schemas: [USER], userName: "eve" }),
    ];
    const crowd = await Promise.all(
      Array.from({ length: 120 }, (_, index) => create("/Users", { schemas: [USER], userName: `u${index}` })),
    );
    const group = await create("/Groups", { schemas: [GROUP], displayName: "Sales", members: [{ value: ada }] });
    const steps: [string, string, object?][] = [
      [
        "PATCH",
        `/Users/${ada}`,
        patchOf({ op: "replace", path: 'emails[type eq "work"].value', value: "ada@x.example" }),
      ],
      [
        "PATCH",
        `/Users/${ada}`,
        patchOf({ op: "remove", path: "name.givenName" }, { op: "add", path: "name.formatted", value: "A. Byron" }),
      ],
      ["PATCH", `/Users/${ada}`, patchOf({ op: "add", path: `${ENTERPRISE}:manager`, value: { value: bob } })],
      [
        "PATCH",
        `/Users/${ada}`,
        patchOf({ op: "add", value: { title: "Countess", [ENTERPRISE]: { department: "Engines" } } }),
      ],
      [
        "PATCH",
        `/Users/${ada}`,
        patchOf({ op: "remove", path: `${ENTERPRISE}:department` }, { op: "remove", path: "externalId" }),
      ],
      ["PUT", `/Users/${bob}`, { schemas: [USER], userName: "robert", nickName: "Bob", active: false }],
      [
        "PATCH",
        `/Groups/${group}`,
        patchOf({ op: "add", path: "members", value: [...crowd, bob, eve].map((value) => ({ value })) }),
      ],
      [
        "PATCH",
        `/Groups/${group}`,
        patchOf(
          { op: "remove", path: `members[value eq "${ada}"]` },
          { op: "replace", path: "displayName", value: "Sellers" },
        ),
      ],
      ["PATCH", `/Groups/${group}`, patchOf({ op: "replace", path: "members", value: [{ value: bob }] })],
      ["DELETE", `/Users/${eve}`],
    ];
    for (const [method, path, body] of steps) expect((await original.ask(method, path, body)).status).toBeLessThan(300);
    const replica = await replicate(changes(original));
    for (const path of ["/Users?count=200", "/Groups"]) {
      const state = async (service: Directory) =>
        (await service.ask("GET", path)).json.Resources.map(
          ({ meta: _, ...resource }: Record<string, unknown>) => resource,
        );
      expect(await state(replica)).toEqual(await state(original));
    }
  });
});
