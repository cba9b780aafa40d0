import { describe, expect, test } from "vitest";
import { errors } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { BASE_URL, directory, filtered, GROUP, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const user = (more: object = {}): object => ({ schemas: [USER], userName: "ada", ...more });
/** A self-signed certificate on the curve P-256, as DER in base64. */
const CERTIFICATE =
  "MIIBbjCCAROgAwIBAgIUI7jG51mqQVEH5gXnkd+VNrFsHrgwCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBYTAeFw0yNjExMjQwOTMwNDlaFw0zNjExMjEwOTMwNDlaMAwxCjAIBgNVBAMMAWEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATtJOGE4X9yJHobnJ2l/LLVzsGvFbXpcROEgh5LFSmHc/erVPk5ozlr9bdOiQ3iTXBnJ6OV8uC367dKOseoHiI/o1MwUTAdBgNVHQ4EFgQUX0M0NuUS0LJ8W8Db1XHqvGDfWAcwHwYDVR0jBBgwFoAUX0M0NuUS0LJ8W8Db1XHqvGDfWAcwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAqY921///1NiGGpeQFbljGxkV+huyBAG7jtJ231tIlTUCIQD7wpCYptmyDGcujJ/B2fkiLu+ISneUsJ2TSzNNm+E5sg==";

const roundTrip = async (more: object): Promise<Record<string, unknown>> => {
  const { ask } = directory();
  const { json } = await ask("POST", "/Users", user(more));
  return (await ask("GET", `/Users/${json.id}`)).json;
};

describe("texts of a user", () => {
  test("displayName, nickName, title and userType are free and found in any letter case [S-4.1.1-05]", async () => {
    const { ask } = directory();
    await ask(
      "POST",
      "/Users",
      user({ displayName: "Ada L", nickName: "Adi", title: "Countess", userType: "Anything" }),
    );
    for (const filter of [
      'userType eq "ANYTHING"',
      'displayName eq "ada l"',
      'nickName eq "ADI"',
      'title eq "countess"',
    ])
      expect((await ask("GET", filtered("/Users", filter))).json.totalResults).toBe(1);
  });

  test("profileUrl is a URL, compared by what it means and not by how it is spelled [S-4.1.1-06]", async () => {
    const { ask } = directory();
    expectRefusal(
      await directory({ profile: "strict" }).ask("POST", "/Users", user({ profileUrl: "not a url with spaces" })),
      400,
      "invalidValue",
      /profileUrl must be a URI/,
    );
    await ask("POST", "/Users", user({ profileUrl: "https://Example.com:443/a/../b" }));
    expect((await ask("GET", filtered("/Users", 'profileUrl eq "HTTPS://example.com/b"'))).json.totalResults).toBe(1);
  });

  test("contact data comes back as it was sent: phone numbers, e-mail addresses, messengers, photos, addresses [S-4.1.1-04 S-4.1.2-01 S-4.1.2-02 S-4.1.2-03 S-4.1.2-04 S-4.1.2-06 S-4.1.2-08 S-4.1.2-09]", async () => {
    const data = {
      name: { formatted: "Ms. Ada King", familyName: "King", givenName: "Ada" },
      emails: [{ value: "b@EXAMPLE.COM", display: "b@example.com", type: "work" }],
      phoneNumbers: [{ value: "555-555-8377" }, { value: "tel:+1-201-555-0123" }],
      ims: [{ value: "Some Handle", type: "xmpp" }],
      photos: [{ value: "https://example.com/p.jpg", type: "photo" }],
      addresses: [
        {
          type: "work",
          primary: true,
          formatted: "1 Main St\nSpringfield",
          streetAddress: "1 Main St\r\n2nd floor",
          country: "USA",
        },
      ],
    };
    expect(await roundTrip(data)).toMatchObject(data);
    const { ask } = directory();
    await ask("POST", "/Users", user(data));
    for (const filter of ['emails eq "b@example.com"', 'emails.value eq "B@Example.Com"', 'ims eq "some handle"'])
      expect((await ask("GET", filtered("/Users", filter))).json.totalResults).toBe(1);
    expectRefusal(
      await directory({ profile: "strict" }).ask("POST", "/Users", user({ photos: [{ value: "no uri" }] })),
      400,
      "invalidValue",
      /photos\[0\]\.value must be a URI/,
    );
  });

  test("user names with @ pass; ones with control or invisible characters are refused [P-5-03]", async () => {
    const { ask } = directory();
    expect((await ask("POST", "/Users", user({ userName: "user@example.com" }))).status).toBe(201);
    for (const userName of ["a\u0000b", "a\tb", "a\u200bb", "a\u202eb", " a", "a\u0378"])
      expectRefusal(await ask("POST", "/Users", user({ userName })), 400, "invalidValue", /userName/);
  });
});

describe("formats", () => {
  const GOOD = [
    { preferredLanguage: "da, en-GB;q=0.8, *;q=0.1" },
    { locale: "en-US" },
    { locale: "en_US" },
    { timezone: "America/Los_Angeles" },
    { addresses: [{ country: "US" }] },
    { addresses: [{ country: "dk" }] },
    { x509Certificates: [{ value: CERTIFICATE }] },
  ];
  const BAD = [
    [{ preferredLanguage: "da; en" }, /preferredLanguage must be languages/],
    [{ preferredLanguage: "da;q=2" }, /preferredLanguage/],
    [{ locale: "en US" }, /locale must be a language tag/],
    [{ timezone: "Mars/Olympus" }, /timezone must be the name of a time zone/],
    [{ timezone: "+01:00" }, /timezone/],
    [{ addresses: [{ country: "USA" }] }, /addresses\[0\]\.country must be a country code/],
    [{ addresses: [{ country: "QQ" }] }, /country/],
    [
      { x509Certificates: [{ value: btoa(atob(CERTIFICATE).repeat(2)) }] },
      /x509Certificates\[0\]\.value must be exactly one/,
    ],
    [{ x509Certificates: [{ value: btoa(`${atob(CERTIFICATE)}\0`) }] }, /exactly one/],
    [{ x509Certificates: [{ value: btoa(atob(CERTIFICATE).slice(0, -1)) }] }, /exactly one/],
    [{ x509Certificates: [{ value: "aGVsbG8=" }] }, /exactly one/],
    [{ x509Certificates: [{ value: btoa("\x30\x80\x00\x00") }] }, /exactly one/],
  ] as const;
  const IDS = "[S-4.1.1-07 S-4.1.1-08 S-4.1.1-09 S-4.1.2-07 S-4.1.2-15]";

  test(`are not checked by default: everything is kept as it was sent ${IDS}`, async () => {
    for (const data of [...GOOD, ...BAD.map(([bad]) => bad)]) expect(await roundTrip(data)).toMatchObject(data);
  });

  test(`are enforced where the option says so: what fits is kept as it was sent ${IDS}`, async () => {
    const { ask } = directory({ settings: { formats: "enforce" } });
    for (const [index, data] of GOOD.entries())
      expect(await ask("POST", "/Users", user({ userName: `u${index}`, ...data }))).toMatchObject({
        status: 201,
        json: data,
      });
  });

  test.each(BAD)(`enforced, %j is refused on POST, PUT and PATCH ${IDS}`, async (data, detail) => {
    const { ask } = directory({ settings: { formats: "enforce" } });
    expectRefusal(await ask("POST", "/Users", user(data)), 400, "invalidValue", detail);
    const { json } = await ask("POST", "/Users", user());
    expectRefusal(await ask("PUT", `/Users/${json.id}`, user(data)), 400, "invalidValue", detail);
    const patch = { schemas: [PATCH], Operations: [{ op: "replace", value: data }] };
    expectRefusal(await ask("PATCH", `/Users/${json.id}`, patch), 400, "invalidValue", detail);
  });
});

test("an inactive user stays readable and listed [S-4.1.1-10]", async () => {
  const { ask } = directory();
  const { json } = await ask("POST", "/Users", user());
  expect(json.active).toBe(true);
  await ask("PATCH", `/Users/${json.id}`, {
    schemas: [PATCH],
    Operations: [{ op: "replace", path: "active", value: false }],
  });
  expect(await ask("GET", `/Users/${json.id}`)).toMatchObject({ status: 200, json: { active: false } });
  expect((await ask("GET", "/Users")).json.Resources).toMatchObject([{ id: json.id, active: false }]);
});

describe("password", () => {
  const CANARY = "hunter2-canary";

  test("is in no answer, event or error, whatever is asked, nor is its hash [S-4.1.1-11 S-4.1.1-15 S-4.1.1-16 P-3.12-11]", async () => {
    const service = directory({ storage: memoryStorage({ hashSecret: () => "hash-canary" }) });
    const { ask, events } = service;
    const patch = (value: unknown) => ({ schemas: [PATCH], Operations: [{ op: "replace", path: "password", value }] });
    const created = await ask("POST", "/Users?attributes=password", user({ password: CANARY }));
    const path = `/Users/${created.json.id}`;
    const answers = [
      created,
      await ask("POST", "/Users", user({ password: CANARY })),
      await ask("POST", "/Users", user({ userName: "b", password: { a: CANARY } })),
      await ask("POST", "/Users", user({ userName: "c", password: `${CANARY}\u0000` })),
      await ask("PUT", `${path}?attributes=password`, user({ password: CANARY })),
      await ask("PATCH", `${path}?attributes=password`, patch(CANARY)),
      await ask("PATCH", path, patch({ a: CANARY })),
      await ask("GET", `${path}?attributes=password,userName`),
      await ask("GET", "/Users?attributes=password"),
      await ask("GET", "/Users?sortBy=password"),
      await ask("GET", filtered("/Users", `password eq "${CANARY}"`)),
      await ask("GET", filtered("/Users", `password sw "h"`)),
      await ask("POST", "/Users/.search", {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        attributes: ["password"],
        filter: "password pr",
      }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([
      201, 409, 400, 400, 200, 200, 400, 200, 200, 400, 400, 400, 400,
    ]);
    for (const { body } of answers) {
      expect(body ?? "").not.toContain("canary");
      if (body?.includes("ListResponse") || body?.includes("userName"))
        expect(JSON.parse(body)).not.toHaveProperty("password");
    }
    expect(JSON.stringify(events)).not.toContain("canary");
    expect(events).toContainEqual(
      expect.objectContaining({ type: "created", attributes: expect.arrayContaining(["password"]) }),
    );
  });

  test("reaches storage apart from the resource, and without a hash function it is dropped with an event, never kept as given [S-4.1.1-13 S-9.2-01]", async () => {
    const memory = memoryStorage();
    const resources: unknown[] = [];
    const service = directory({
      storage: {
        ...memory,
        create: (request, context) => {
          resources.push(request.resource);
          return memory.create(request, context);
        },
        replace: (request, context) => {
          resources.push(request.resource, request.before);
          return memory.replace(request, context);
        },
      },
    });
    const { json } = await service.ask("POST", "/Users", user({ password: CANARY }));
    await service.ask("PUT", `/Users/${json.id}`, user({ password: CANARY }));
    expect(resources.length).toBe(3);
    expect(JSON.stringify(resources)).not.toContain("canary");
    expect(memory.readSecret("User", json.id, "password")).toBeUndefined();
    expect(service.events.filter(({ type }) => type === "secretDropped")).toMatchObject([
      { attribute: "password" },
      { attribute: "password" },
    ]);
  });

  test("is prepared before it is hashed: blanks become plain ones, characters are composed, control characters refused [S-4.1.1-14]", async () => {
    const storage = memoryStorage({ hashSecret: (_, value) => `hash of ${value}` });
    const { ask } = directory({ storage });
    const { json } = await ask("POST", "/Users", user({ password: "a\u00a0b\u3000e\u0301 Ä" }));
    expect(storage.readSecret("User", json.id, "password")).toBe("hash of a b \u00e9 Ä");
    await ask("PATCH", `/Users/${json.id}`, {
      schemas: [PATCH],
      Operations: [{ op: "replace", path: "password", value: "x\u2003y" }],
    });
    expect(storage.readSecret("User", json.id, "password")).toBe("hash of x y");
    expectRefusal(
      await ask("PUT", `/Users/${json.id}`, user({ password: "a\u0007b" })),
      400,
      "invalidValue",
      /password must not contain control/,
    );
  });

  test("that the host's policy refuses is 400, and nothing is created or changed [S-4.1.1-14]", async () => {
    const storage = memoryStorage({
      hashSecret: (_, value) => {
        if (String(value).length < 8) throw errors.invalidValue("password must have 8 characters or more.");
        return "hash";
      },
    });
    const { ask } = directory({ storage });
    expectRefusal(await ask("POST", "/Users", user({ password: "short" })), 400, "invalidValue", /8 characters/);
    expect((await ask("GET", "/Users")).json.totalResults).toBe(0);
    const { json } = await ask("POST", "/Users", user({ password: "long enough" }));
    expectRefusal(
      await ask("PUT", `/Users/${json.id}`, user({ nickName: "n", password: "short" })),
      400,
      "invalidValue",
    );
    expect((await ask("GET", `/Users/${json.id}`)).json).toEqual(json);
  });

  test("is published as writeOnly and never returned [S-4.1.1-12]", async () => {
    const { ask } = directory({ storage: memoryStorage({ hashSecret: async () => "hash" }) });
    const { json } = await ask("GET", `/Schemas/${USER}`);
    expect(json.attributes.find(({ name }: { name: string }) => name === "password")).toMatchObject({
      mutability: "writeOnly",
      returned: "never",
    });
  });
});

describe("groups", () => {
  test("are what the Group resources say, with id, URL, name and kind; a client cannot write them [S-4.1.2-10 S-4.1.2-11 S-4.1.2-12]", async () => {
    const { ask } = directory();
    const forged = { groups: [{ value: "admins", display: "Admins" }] };
    const { json } = await ask("POST", "/Users", user(forged));
    expect(json).not.toHaveProperty("groups");
    const group = await ask("POST", "/Groups", {
      schemas: [GROUP],
      displayName: "team",
      members: [{ value: json.id }],
    });
    const groups = [
      { value: group.json.id, $ref: `${BASE_URL}/Groups/${group.json.id}`, display: "team", type: "direct" },
    ];
    expect((await ask("GET", `/Users/${json.id}`)).json.groups).toEqual(groups);
    expect((await ask("PUT", `/Users/${json.id}`, user(forged))).json.groups).toEqual(groups);
    const patch = { schemas: [PATCH], Operations: [{ op: "add", path: "groups", value: forged.groups }] };
    expectRefusal(await ask("PATCH", `/Users/${json.id}`, patch), 400, "mutability");
    await ask("DELETE", `/Groups/${group.json.id}`);
    expect((await ask("GET", `/Users/${json.id}`)).json).not.toHaveProperty("groups");
  });
});

describe("schema of users in discovery", () => {
  test("says what is enforced: the mutability of display, the target of groups.$ref, free role types [S-2.4-05 S-4.1.2-13 S-4.1.2-14]", async () => {
    const { ask } = directory();
    const { json: schema } = await ask("GET", `/Schemas/${USER}`);
    interface Published {
      readonly name: string;
      readonly mutability: string;
      readonly referenceTypes?: readonly string[];
      readonly canonicalValues?: readonly string[];
      readonly subAttributes?: readonly Published[];
    }
    const find = (name: string, sub: string): Published | undefined =>
      (schema.attributes as Published[])
        .find((attribute) => attribute.name === name)
        ?.subAttributes?.find((inner) => inner.name === sub);
    expect(find("groups", "$ref")?.referenceTypes).toEqual(["Group"]);
    for (const name of ["roles", "entitlements"]) expect(find(name, "type")?.canonicalValues ?? []).toEqual([]);
    expect(find("emails", "display")?.mutability).toBe("readWrite");
    const { json } = await ask("POST", "/Users", user({ emails: [{ value: "a@b.c", display: "one" }] }));
    const put = await ask("PUT", `/Users/${json.id}`, user({ emails: [{ value: "a@b.c", display: "two" }] }));
    expect(put.json.emails).toEqual([{ value: "a@b.c", display: "two" }]);
    expect(find("groups", "display")?.mutability).toBe("readOnly");
  });
});

test("a reference may be given by URL alone, relative to the service root or absolute; it becomes the id [S-2.3.7-02]", async () => {
  const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
  const { ask } = directory();
  const boss = await ask("POST", "/Users", user());
  const { id } = boss.json;
  for (const [index, $ref] of [`Users/${id}`, `../Users/${id}`, `${BASE_URL}/Users/${id}`, `/Users/${id}`].entries()) {
    const { status, json } = await ask(
      "POST",
      "/Users",
      user({ userName: `u${index}`, [ENTERPRISE]: { manager: { $ref } } }),
    );
    expect(status).toBe(201);
    expect(json[ENTERPRISE].manager).toMatchObject({ value: id, $ref: `${BASE_URL}/Users/${id}` });
  }
  expectRefusal(
    await ask(
      "POST",
      "/Users",
      user({ userName: "x", [ENTERPRISE]: { manager: { $ref: `https://other.example/Users/${id}` } } }),
    ),
    400,
    "invalidValue",
    /manager\.\$ref/,
  );
});
