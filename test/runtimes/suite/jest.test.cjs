const { main } = require("./main.cjs");

test("the cases pass", async () => {
  expect((await main(require("./modules.cjs"))).failures).toEqual([]);
}, 60_000);

test("a client's test has a server", async () => {
  const { startTestServer } = require("scimkit/testing");
  const server = await startTestServer({ seed: { users: [{ id: "ada", userName: "ada" }] } });
  const ask = (answer) => answer(`${server.url}/Users/ada`, { headers: { authorization: `Bearer ${server.token}` } });
  expect((await (await ask(fetch)).json()).userName).toBe("ada");
  server.fail({ cut: true, times: 2 });
  await expect(ask(fetch)).rejects.toThrow();
  await expect(ask(server.fetch)).rejects.toThrow();
  await server.close();
}, 60_000);
