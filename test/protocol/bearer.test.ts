import { describe, expect, test } from "vitest";
import { bearerToken, errors, type ScimError } from "../../src/index.ts";
import { directory } from "../support/directory.ts";

const TOKEN = "vJ3kq2mUJ8T0w8aEoYy4";
const asked = (authorization: string | readonly string[] | undefined, name = "authorization") => ({
  method: "GET",
  url: "/scim/v2/Users",
  headers: { [name]: authorization },
});

async function challengeTo(authorization: string | readonly string[] | undefined): Promise<string | undefined> {
  const error = await bearerToken(TOKEN)(asked(authorization)).then(
    () => undefined,
    (thrown: ScimError) => thrown,
  );
  expect(error?.status).toBe(401);
  return error?.headers["WWW-Authenticate"];
}

test("the right token gives the context, its scheme and header name in any letter case [T-A4]", async () => {
  const authenticate = bearerToken({ [TOKEN]: { tenant: "acme" }, "9Zr1cXq7LwTn5bHdPf0S": { tenant: "globex" } });
  for (const value of [`Bearer ${TOKEN}`, `bEaReR ${TOKEN}`, `Bearer   ${TOKEN} `, [`bearer ${TOKEN}`]]) {
    expect(await authenticate(asked(value, "Authorization"))).toEqual({ tenant: "acme" });
  }
  expect(await authenticate(asked("Bearer 9Zr1cXq7LwTn5bHdPf0S"))).toEqual({ tenant: "globex" });
  expect(await bearerToken(TOKEN)(asked(`Bearer ${TOKEN}`))).toEqual({});
});

test("empty, short and unusable secrets are refused when the server starts, without being shown [T-A2 T-L2]", () => {
  const unusable = [
    "",
    " ",
    "short",
    "undefined",
    "x".repeat(15),
    `${TOKEN} ${TOKEN}`,
    `${TOKEN},${TOKEN}`,
    `${TOKEN}\n`,
    `${TOKEN}ü`,
  ];
  for (const token of unusable) {
    for (const tokens of [token, { [token]: {} }, { [TOKEN]: {}, [token]: {} }]) {
      const make = () => bearerToken(tokens as string);
      expect(make).toThrow(TypeError);
      if (token.trim() !== "") expect(make).not.toThrow(token);
    }
  }
  expect(() => bearerToken({})).toThrow(TypeError);
  expect(() => bearerToken(undefined as unknown as string)).toThrow(TypeError);
  expect(() => bearerToken("x".repeat(16))).not.toThrow();
});

test("a missing, empty or foreign credential is 401 Bearer [P-2-01 T-A2 T-A4]", async () => {
  for (const value of [undefined, "", " ", "Bearer", "Bearer ", `Basic ${TOKEN}`, TOKEN, `Bearer${TOKEN}`, []]) {
    expect(await challengeTo(value)).toBe("Bearer");
  }
});

test("more than one credential is 401, joined or apart [T-A4]", async () => {
  const right = `Bearer ${TOKEN}`;
  for (const value of [`${right}, ${right}`, `${right},${right}`, `${right} x`, [right, right], [right, "Basic x"]]) {
    await challengeTo(value);
  }
  const twice = { method: "GET", url: "/", headers: { authorization: right, Authorization: right } };
  await expect(bearerToken(TOKEN)(twice)).rejects.toMatchObject({ status: 401 });
});

test("a wrong token of any length is 401 invalid_token and not echoed [T-A3 T-L2]", async () => {
  const wrong = [
    "null",
    "undefined",
    "[object",
    TOKEN.slice(1),
    `${TOKEN}x`,
    TOKEN.toLowerCase(),
    "__proto__",
    "ü".repeat(20),
  ];
  for (let length = 1; length <= 4096; length *= 2) wrong.push("x".repeat(length));
  for (const token of wrong) expect(await challengeTo(`Bearer ${token}`)).toBe('Bearer error="invalid_token"');
  await expect(bearerToken(TOKEN)(asked("Bearer wrong-canary"))).rejects.not.toMatchObject({
    message: expect.stringContaining("canary"),
  });
});

test("a token that begins as another does, or goes on with itself, is another one [T-A3]", async () => {
  const tokens = [16, 17, 31, 32, 33, 64].map((length) => "0123456789abcdef".repeat(4).slice(0, length));
  const authenticate = bearerToken(Object.fromEntries(tokens.map((token) => [token, { tenant: token }])));
  for (const token of tokens) expect(await authenticate(asked(`Bearer ${token}`))).toEqual({ tenant: token });
  for (const length of [1, 15, 18, 30, 48, 63, 65, 128])
    await expect(
      authenticate(asked(`Bearer ${"0123456789abcdef".repeat(8).slice(0, length)}`)),
      String(length),
    ).rejects.toMatchObject({ status: 401 });
});

test("with bare: true the token is taken without its scheme as well, and no other token is [Q09 T-A2]", async () => {
  const authenticate = bearerToken(TOKEN, { bare: true });
  for (const value of [TOKEN, ` ${TOKEN} `, `Bearer ${TOKEN}`]) expect(await authenticate(asked(value))).toEqual({});
  for (const value of ["", "Bearer", `${TOKEN}x`, `Basic ${TOKEN}`, `${TOKEN} ${TOKEN}`]) {
    await expect(authenticate(asked(value))).rejects.toMatchObject({ status: 401 });
  }
  await expect(bearerToken(TOKEN)(asked(TOKEN))).rejects.toMatchObject({ status: 401 });
});

describe("a function that looks a token up", () => {
  const looked: string[] = [];
  const verify = async (token: string) => {
    looked.push(token);
    return token === TOKEN ? { tenant: "acme" } : undefined;
  };

  test("gives the context of the token that it knows, asked once and with the request", async () => {
    looked.length = 0;
    const urls: string[] = [];
    const authenticate = bearerToken((token, { url }) => {
      urls.push(url);
      return verify(token);
    });
    expect(await authenticate(asked(`Bearer ${TOKEN}`))).toEqual({ tenant: "acme" });
    expect(looked).toEqual([TOKEN]);
    expect(urls).toEqual(["/scim/v2/Users"]);
  });

  test("makes 401 invalid_token of undefined and of null, at once or later", async () => {
    for (const nobody of [() => undefined, () => null, async () => undefined, async () => null]) {
      await expect(bearerToken(nobody)(asked(`Bearer ${TOKEN}`))).rejects.toMatchObject({
        status: 401,
        headers: { "WWW-Authenticate": 'Bearer error="invalid_token"' },
      });
    }
  });

  test("is not asked about what is no token, nor about several [T-A4]", async () => {
    looked.length = 0;
    const authenticate = bearerToken(verify);
    const right = `Bearer ${TOKEN}`;
    const none = [
      undefined,
      "",
      "Bearer",
      `Basic ${TOKEN}`,
      `${right}, ${right}`,
      `${right},x`,
      [right, right],
      "Bearer ü",
      "Bearer a\u0000b",
    ];
    for (const value of none) await expect(authenticate(asked(value))).rejects.toMatchObject({ status: 401 });
    expect(looked).toEqual([]);
  });

  test("takes a bare token with bare: true alone", async () => {
    await expect(bearerToken(verify)(asked(TOKEN))).rejects.toMatchObject({ status: 401 });
    expect(await bearerToken(verify, { bare: true })(asked(TOKEN))).toEqual({ tenant: "acme" });
  });

  test("answers the request by what it throws, and never lets it through", async () => {
    const cases = [
      [() => Promise.reject(errors.unavailable()), 503],
      [() => Promise.reject(new Error("the database is gone")), 500],
      [() => Promise.resolve(true as unknown as object), 500],
      [() => Promise.resolve({ tenant: "" }), 500],
    ] as const;
    for (const [broken, status] of cases)
      expect((await directory({ authenticate: bearerToken<object>(broken) }).ask("GET", "/Users")).status).toBe(status);
  });
});
