import { createScim, Group, User } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Clock, shortSlices, turn } from "../support/short-slices.ts";

let clock: Clock;
beforeEach(() => {
  clock = shortSlices(0);
});
afterEach(() => clock.restore());

/** A few groups with many members, and the turns of the event loop that others have while a request is answered. */
async function directory() {
  const scim = createScim({
    resourceTypes: [User, Group],
    storage: memoryStorage(),
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
  });
  const send = async (method: string, path: string, body?: object) => {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await scim.handle({ method, url: `/scim/v2${path}`, headers: {}, ...text });
    return JSON.parse(String(response.body));
  };
  const users: string[] = [];
  for (let at = 0; at < 300; at++)
    users.push((await send("POST", "/Users", { schemas: [User.schema.id], userName: `u${at}` })).id);
  for (let at = 0; at < 12; at++) {
    const members = users.map((value) => ({ value }));
    await send("POST", "/Groups", { schemas: [Group.schema.id], displayName: `g${at}`, members });
  }
  const turnsIn = async (path: string) => {
    let turns = 0;
    let isDone = false;
    const others = (async () => {
      while (!isDone) {
        await turn();
        turns++;
      }
    })();
    const answer = await send("GET", path);
    isDone = true;
    await others;
    return { turns, answer };
  };
  return { turnsIn };
}

const costly = Array.from({ length: 60 }, (_, at) => `value co "z${at}z"`).join(" or ");

test("a filter over few resources with many elements lets others have their turns in between", async () => {
  const { turnsIn } = await directory();
  const path = `/Groups?excludedAttributes=members&filter=${encodeURIComponent(`members[${costly} or value pr]`)}&count=0`;
  const atOnce = await turnsIn(path);
  clock.step = 10;
  const inTurns = await turnsIn(path);
  expect(inTurns.answer).toEqual(atOnce.answer);
  expect(inTurns.answer.totalResults).toBe(12);
  expect(inTurns.turns).toBeGreaterThan(atOnce.turns + 8);
});
