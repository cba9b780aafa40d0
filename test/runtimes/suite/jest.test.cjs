const { main } = require("./main.cjs");

test("the cases pass", async () => {
  expect((await main(require("./modules.cjs"))).failures).toEqual([]);
}, 60_000);
