// What a worker that is to be killed says, from when it has begun until it is gone.
import type { Facts } from "./facts.ts";
import type { Worker } from "./processes.ts";

/** Notes what a worker says, from when it has begun until it is gone. */
export function listen(
  { child }: Worker,
  facts: Facts,
): { readonly begun: Promise<void>; readonly ended: Promise<void> } {
  const { stdout } = child;
  if (stdout === null) throw new Error("the worker has no output");
  let rest = "";
  stdout.setEncoding("utf8");
  stdout.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) note(facts, JSON.parse(line) as Readonly<Record<string, string>>);
  });
  const ended = new Promise<void>((resolve) => stdout.on("close", resolve));
  const begun = new Promise<void>((resolve) => stdout.once("data", () => resolve()));
  return { begun: Promise.race([begun, ended]), ended };
}

function note(facts: Facts, { created, changed, added, refused, title = "" }: Readonly<Record<string, string>>): void {
  if (refused !== undefined) {
    facts.refused++;
    return;
  }
  facts.acknowledged++;
  const id = created ?? changed;
  if (id !== undefined) facts.titles.set(id, title);
  if (added !== undefined) facts.members.add(added);
}
