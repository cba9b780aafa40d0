import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Figure, Figures } from "../harness/figures.ts";
import { median } from "../storage/statistics.ts";
import { PATH, type Ready } from "./data.ts";
import { type HttpRow, ROWS, Server } from "./rows.ts";

/** What is measured, and for how long. */
export interface HttpOptions {
  /** The folder of the package, and that of one from before. */
  readonly folder: string;
  readonly before?: string | undefined;
  readonly withPeers: boolean;
  /** How many rounds each server has, in turns with the others, and how many seconds each takes. */
  readonly rounds: number;
  readonly seconds: number;
  /** Rows whose name has it. */
  readonly only: string;
  readonly report: (line: string) => void;
}

const BY_HAND = "by hand";
const CONNECTIONS = 16;
const P99 = 2;
/** How many times node's time a framework may take. */
const FRAMEWORKS: Readonly<Record<string, number>> = { "scimkit, Express": 1.2, "scimkit, Hono": 1.15 };

interface Contender {
  readonly name: string;
  /** The file of its server, and its settings. */
  readonly file: string;
  readonly settings: readonly string[];
}

/** What wrk has counted in a round. */
interface Round {
  readonly requests: number;
  readonly microseconds: number;
  readonly refused: number;
  readonly broken: number;
  readonly p99: number;
}

interface Racer {
  readonly name: string;
  readonly process: ChildProcess;
  readonly server: Server;
  readonly script: string;
  turn: number;
  readonly rounds: Round[];
}

/** Whether the program that asks is installed. */
export const hasWrk = (): boolean => spawnSync("wrk", ["--version"]).error === undefined;
const hasTaskset = (): boolean => spawnSync("taskset", ["--version"]).error === undefined;

/** What the HTTP part says where wrk is missing. */
export const WITHOUT_WRK =
  "HTTP is left out: wrk is not in PATH. It is a package of that name for apt, apk, dnf and brew, or https://github.com/wg/wrk.";

function contendersOf({ folder, before, withPeers }: HttpOptions): readonly Contender[] {
  return [
    { name: BY_HAND, file: "by-hand.ts", settings: [] },
    { name: "scimkit", file: "scimkit.ts", settings: [folder, "node"] },
    ...(before === undefined ? [] : [{ name: "before", file: "scimkit.ts", settings: [before, "node"] }]),
    { name: "scimkit, Express", file: "scimkit.ts", settings: [folder, "express"] },
    { name: "scimkit, Hono", file: "scimkit.ts", settings: [folder, "hono"] },
    ...(withPeers
      ? [
          { name: "scimmy, Express", file: "scimmy.ts", settings: [] },
          { name: "better-auth", file: "better-auth.ts", settings: [] },
        ]
      : []),
  ];
}

/**
 * Requests a second of servers in processes of their own, all on one core, which wrk asks from another: each checked first by plain requests,
 * then in turns, round by round.
 */
export async function measureHttp(options: HttpOptions): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), "scimkit-http-"));
  const rows: Figure[] = [];
  try {
    for (const row of ROWS.filter(({ name }) => `HTTP ${name}`.includes(options.only)))
      rows.push(...(await measureRow(row, options, folder)));
  } finally {
    rmSync(folder, { recursive: true });
  }
  return {
    title: "HTTP",
    about:
      "Requests a second that servers over node:http answer to wrk, and how long the slowest hundredth of the requests took at least (p99), " +
      `over ${CONNECTIONS} connections that always ask for more. Each server is a process on one core, alone at it in its round; wrk has another. ` +
      "New values in each request. Nobody is authenticated but by better-auth, which always compares a token; its adapter in memory " +
      "copies all tables for each write, so that it only reads here. Ratios of requests: more is better; of p99: less.",
    rows,
  };
}

async function measureRow(row: HttpRow, options: HttpOptions, folder: string): Promise<readonly Figure[]> {
  const { report } = options;
  report(`\n${row.name}, over HTTP (at least ${row.target} of the requests by hand)`);
  const racers: Racer[] = [];
  const wrong: Figure[] = [];
  try {
    for (const contender of contendersOf(options)) {
      // Its adapter in memory copies all tables for each write, and that would be measured.
      if (contender.file === "better-auth.ts" && !row.name.startsWith("GET")) continue;
      const racer = await start(contender, row, join(folder, `${row.script}-${racers.length}.lua`));
      racers.push(racer);
      try {
        await row.check(racer.server);
      } catch (error) {
        racers.pop();
        racer.process.kill();
        const why = firstLine(error);
        if (contender.name === BY_HAND || contender.file === "scimkit.ts") throw new Error(`${contender.name}: ${why}`);
        report(`  ${contender.name.padEnd(20)} wrong: ${why}`);
        wrong.push({ name: `${row.name}: ${contender.name}`, values: { "requests/s": `wrong: ${why}` } });
      }
    }
    // The first is for the compiler, and does not count.
    for (let round = -1; round < options.rounds; round++)
      for (let place = 0; place < racers.length; place++) {
        const racer = racers[(place + round + racers.length) % racers.length] as Racer;
        const counted = ask(racer, round === -1 ? 1 : options.seconds);
        if (round !== -1) racer.rounds.push(counted);
      }
    const figures = figuresOf(row, racers);
    for (const figure of figures) report(lineOf(figure, row));
    return [...figures, ...wrong];
  } finally {
    for (const { process } of racers) process.kill();
  }
}

function lineOf({ name, values, isMet }: Figure, row: HttpRow): string {
  const columns = Object.entries(values).map(([title, value]) => `${title}: ${value}`.padEnd(22));
  return `  ${name.slice(row.name.length + 2).padEnd(18)} ${columns.join(" ").trimEnd()}${isMet === false ? " MISSED" : ""}`;
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";

async function start({ name, file, settings }: Contender, row: HttpRow, script: string): Promise<Racer> {
  const path = fileURLToPath(new URL(`servers/${file}`, import.meta.url));
  const command = [process.execPath, path, JSON.stringify(row.seeds), ...settings];
  const [program = "", ...args] = hasTaskset() ? ["taskset", "-c", "0", ...command] : command;
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const ready = await Promise.race([
    once(child, "message").then(([message]) => message as Ready),
    once(child, "exit").then(([code]) => {
      throw new Error(`The server ${name} ended with ${code}.`);
    }),
  ]);
  const ids = (of: readonly string[]): string => `{${of.map((id) => JSON.stringify(id)).join(",")}}`;
  const requests = ["common", row.script].map((part) =>
    readFileSync(new URL(`requests/${part}.lua`, import.meta.url), "utf8"),
  );
  const { path: mount = PATH, token } = ready;
  const lines = [
    `path = ${JSON.stringify(mount)}`,
    `authorization = ${token === undefined ? "nil" : JSON.stringify(`Bearer ${token}`)}`,
    `users, groups = ${ids(ready.users)}, ${ids(ready.groups)}`,
    ...requests,
  ];
  writeFileSync(script, lines.join("\n"));
  return { name, process: child, server: new Server(ready), script, turn: 0, rounds: [] };
}

/** One round of wrk, which goes on behind the values of the round before. */
function ask(racer: Racer, seconds: number): Round {
  const wrk = ["wrk", "-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, "-s", racer.script, racer.server.url];
  const command = [...(hasTaskset() ? ["taskset", "-c", "1"] : []), ...wrk, "--", String(racer.turn)];
  const { stdout, stderr } = spawnSync(command[0] as string, command.slice(1), { encoding: "utf8" });
  const line = stdout.split("\n").find((one) => one.startsWith("{"));
  if (line === undefined) throw new Error(`wrk said nothing of ${racer.name}: ${stdout}${stderr}`);
  const round = JSON.parse(line) as Round;
  racer.turn += round.requests + CONNECTIONS;
  if (round.refused > 0) throw new Error(`${racer.name} refused ${round.refused} of ${round.requests} requests.`);
  return round;
}

function figuresOf(row: HttpRow, racers: readonly Racer[]): readonly Figure[] {
  const measured = racers.map(({ name, rounds }) => ({
    name,
    rate: median(rounds.map(({ requests, microseconds }) => (requests / microseconds) * 1e6)),
    p99: median(rounds.map(({ p99 }) => p99)) / 1000,
  }));
  const of = (name: string) => measured.find((one) => one.name === name) as (typeof measured)[number];
  const hand = of(BY_HAND);
  return measured.map(({ name, rate, p99 }) => {
    const values = {
      "requests/s": Math.round(rate),
      "÷ by hand": round(rate / hand.rate),
      // So slow that no request came to its end in most of the rounds.
      ...(rate === 0 ? {} : { "p99, ms": round(p99), "p99 ÷ by hand's": round(p99 / hand.p99) }),
    };
    const figure = { name: `${row.name}: ${name}`, values };
    const most = FRAMEWORKS[name];
    if (most !== undefined) {
      const times = of("scimkit").rate / rate;
      return {
        ...figure,
        values: { ...values, "time ÷ scimkit's on node:http": round(times) },
        target: `at most ${most} × the time on node:http`,
        isMet: times <= most,
      };
    }
    if (name !== "scimkit") return figure;
    const isMet = rate / hand.rate >= row.target && p99 / hand.p99 <= P99;
    return { ...figure, target: `at least ${row.target} of the requests, p99 at most ${P99} ×`, isMet };
  });
}

const round = (value: number): number => Number(value.toPrecision(3));
