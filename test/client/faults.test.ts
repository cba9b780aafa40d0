import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { Group, type Resource, type Scim } from "scimkit";
import { type ClientFetch, createClient } from "scimkit/client";
import { fetchHandler } from "scimkit/fetch";
import { exportResources } from "scimkit/transfer";
import { describe, expect, test } from "vitest";
import { type Random, randomFrom } from "../../src/testing/random.ts";
import { directory } from "../support/directory.ts";
import { pickSeed, pickSize } from "../support/size.ts";
import { Employee } from "./answers.ts";
import { FAULTS, type Fault, withFaults } from "./faults.ts";
import { testClock } from "./time.ts";

interface Desired {
  readonly users: Readonly<Record<string, { readonly title?: string; readonly active?: boolean }>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

/** All that a service has, by names; what is there twice would be two lines of the same name. */
async function stateOf(scim: Scim): Promise<Desired> {
  const users: [string, object][] = [];
  const groups: [string, readonly string[]][] = [];
  const names = new Map<string, string>();
  for await (const { resourceType, resource } of exportResources(scim)) {
    const {
      id = "",
      userName,
      displayName,
      title,
      active,
      members = [],
    } = resource as Partial<Resource<typeof Employee> & Resource<typeof Group>>;
    if (resourceType === "User") {
      names.set(id, userName ?? "");
      users.push([
        userName ?? "",
        { ...(title === undefined ? {} : { title }), ...(active === undefined ? {} : { active }) },
      ]);
    } else groups.push([displayName ?? "", members.map(({ value = "" }) => names.get(value) ?? "nobody").toSorted()]);
  }
  for (const list of [users, groups]) expect(new Set(list.map(([name]) => name)).size).toBe(list.length);
  return { users: Object.fromEntries(users), groups: Object.fromEntries(groups) };
}

/** Provisions a directory as identity providers do: creates, changes, memberships, a leaver. Returns what should be there then. */
async function provision(
  fetch: ClientFetch,
  random: Random,
  baseUrl = "https://example.com/scim/v2",
): Promise<Desired> {
  const clock = testClock(() => random.below(1000) / 1000);
  const client = createClient({
    baseUrl,
    token: "good",
    resourceTypes: [Employee, Group],
    fetch,
    clock,
    retry: { attempts: 40 },
  });
  const users = client.resource(Employee);
  const groups = client.resource(Group);
  const names = random.list(3, 6, (index) => `user${index}`);
  const people = await Promise.all(
    names.map((userName, index) =>
      users.create({ userName, active: true, ...(index % 2 === 0 ? { externalId: `e${index}` } : {}) }),
    ),
  );
  const [first, second, leaver] = people.map(({ id }) => id) as [string, string, string];
  const teams = await Promise.all([
    groups.create({ displayName: "All", members: people.map(({ id }) => ({ value: id })) }),
    groups.create({ displayName: "Some", members: [{ value: first }, { value: leaver }] }),
    groups.create({ displayName: "None" }),
  ]);
  const [all, some, none] = teams.map(({ id }) => id) as [string, string, string];
  await Promise.all([
    users.patch(first, [{ op: "replace", path: "title", value: "Boss" }]),
    users.replace(second, { userName: names[1] ?? "", title: "Clerk", active: false }),
    groups.patch(none, [{ op: "add", path: "members", value: [{ value: second }] }]),
    groups.patch(some, [
      { op: "add", path: "members", value: [{ value: second }] },
      { op: "remove", path: `members[value eq "${first}"]` },
    ]),
    groups.patch(all, [{ op: "remove", path: `members[value eq "${second}"]` }]),
  ]);
  expect(await users.delete(leaver)).toBe(true);
  await groups.delete(none);
  const read: string[] = [];
  for await (const { userName } of users.list({ count: 2 })) read.push(userName);
  const left = names.filter((_, index) => index !== 2);
  expect(read.toSorted()).toEqual(left);
  const kept = Object.fromEntries(left.map((name) => [name, { active: true }]));
  return {
    users: { ...kept, user0: { active: true, title: "Boss" }, user1: { active: false, title: "Clerk" } },
    groups: { All: left.filter((name) => name !== "user1"), Some: ["user1"] },
  };
}

describe("a directory is provisioned as it should be", () => {
  const seed = pickSeed();

  test("through faults of every kind, before and after the server has done what was asked", async () => {
    const runs = pickSize("runs through faults", { everyday: 60, thorough: 300 });
    const told: Fault[] = [];
    for (let run = 0; run < runs; run++) {
      const { scim } = directory();
      const random = randomFrom(seed + run);
      const desired = await provision(withFaults(fetchHandler(scim), random, random.pick([2, 3, 5]), told), random);
      expect(await stateOf(scim), `run ${run} of seed ${seed}`).toEqual(desired);
    }
    expect(new Set(told)).toEqual(new Set(FAULTS));
    console.log(`${told.length.toLocaleString("en")} faults in ${runs} runs`);
  });

  test("over connections that break", async () => {
    const runs = pickSize("runs over connections that break", { everyday: 5, thorough: 20 });
    for (let run = 0; run < runs; run++) {
      const { scim } = directory();
      const random = randomFrom(seed - run);
      const serve = withFaults(fetchHandler(scim), random, 3);
      const server = createServer(async (incoming, outgoing) => {
        const { method = "GET", url = "/", headers } = incoming;
        const body = method === "GET" || method === "DELETE" ? null : await buffer(incoming);
        const request = new Request(`https://example.com${url}`, {
          method,
          headers: headers as Record<string, string>,
          body,
        });
        try {
          const answer = await serve(request);
          outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
          for await (const chunk of answer.body ?? []) outgoing.write(chunk);
          outgoing.end();
        } catch {
          outgoing.destroy();
        }
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      try {
        const desired = await provision(
          fetch,
          random,
          `http://127.0.0.1:${(server.address() as AddressInfo).port}/scim/v2`,
        );
        expect(await stateOf(scim), `run ${run} of seed ${seed}`).toEqual(desired);
      } finally {
        server.closeAllConnections();
        server.close();
      }
    }
  });
});
