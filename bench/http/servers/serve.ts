import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { GROUP, type NewGroup, type NewUser, type Ready, type Seeds, userAt } from "../data.ts";

/** The arguments that the server was started with, behind its seeds. */
export const [seedsText = "{}", ...settings] = process.argv.slice(2);
const seeds = JSON.parse(seedsText) as Seeds;

const groupAt = (at: number, users: readonly string[]): NewGroup => ({
  schemas: [GROUP],
  displayName: `Group ${at}`,
  members: users.slice(0, seeds.members).map((value) => ({ value })),
});

/** Makes the seeds one after another, by what a server has for it. */
export async function seed(
  createUser: (user: NewUser) => string | Promise<string>,
  createGroup: (group: NewGroup) => string | Promise<string>,
): Promise<Omit<Ready, "port">> {
  const users: string[] = [];
  for (let at = 0; at < seeds.users; at++) users.push(await createUser(userAt(at)));
  const groups: string[] = [];
  for (let at = 0; at < seeds.groups; at++) groups.push(await createGroup(groupAt(at, users)));
  return { users, groups };
}

/** Listens, and tells the process that started this one. Ends with it. */
export function serve(listener: RequestListener, seeded: Omit<Ready, "port">): void {
  process.on("disconnect", () => process.exit());
  const server = createServer(listener);
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    process.send?.({ port, ...seeded } satisfies Ready);
  });
}
