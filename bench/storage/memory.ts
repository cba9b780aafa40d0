// Peak memory of a server, in a process of its own; its client is this process, and so does not count.
import { fork } from "node:child_process";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { fileURLToPath } from "node:url";
import type { Place } from "./engine.ts";

export interface Peak {
  readonly megabytes: number;
  /** What it did, for the line that is printed. */
  readonly note: string;
}

/**
 * What a server in a small container is started with. Node's own settings let garbage grow with the memory of the machine, so
 * that they say little about what is needed.
 */
export const SMALL_HEAP = ["--max-old-space-size=64", "--max-semi-space-size=2"];

/** Has a server do something, and gives the most memory that it had. */
export async function peakOf(
  task: "list" | "patch" | "get",
  place: Place,
  group: string,
  execArgv: string[] = [],
): Promise<Peak> {
  const path = fileURLToPath(new URL("server.mjs", import.meta.url));
  const child = fork(path, [JSON.stringify({ task, place, group })], { execArgv });
  const answer = async (): Promise<Partial<Peak> & { readonly url?: string }> => {
    const gone = once(child, "exit").then(() => [{}]);
    const [message] = await Promise.race([once(child, "message"), gone]);
    return message as Partial<Peak>;
  };
  const first = await answer();
  let whole = "";
  let last = first;
  if (first.url !== undefined) {
    whole = await readWhole(`${first.url}/Groups/${group}`);
    await leaveHalfWay(`${first.url}/Groups/${group}`);
    child.send("report");
    last = await answer();
  }
  if (last.megabytes === undefined) throw new Error(`the server of the task ${task} failed`);
  if (child.exitCode === null) await once(child, "exit");
  return { megabytes: last.megabytes, note: `${whole}${last.note}` };
}

/** Reads an answer, and checks on the way that it is one whole JSON text with all of its members. */
async function readWhole(url: string): Promise<string> {
  const [response] = (await once(get(url), "response")) as [IncomingMessage];
  let bytes = 0;
  let members = 0;
  let depth = 0;
  let rest = "";
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    const text = rest + chunk.toString("latin1");
    const end = text.lastIndexOf("}") + 1;
    const part = text.slice(0, end);
    // No value of the data holds a brace, so that they tell the structure.
    depth += part.split("{").length - part.split("}").length;
    members += part.split('"value":').length - 1;
    rest = text.slice(end);
  }
  if (response.statusCode !== 200 || depth !== 0 || rest.trim() !== "")
    throw new Error(`the answer is not whole: status ${response.statusCode}, depth ${depth}`);
  return ` (${members} members, ${Math.round(bytes / 1e6)} MB)`;
}

/** A client that reads a little and goes. */
async function leaveHalfWay(url: string): Promise<void> {
  const request = get(url);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  await once(response, "data");
  request.destroy();
}
