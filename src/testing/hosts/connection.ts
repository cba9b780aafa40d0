import type { Socket } from "node:net";
import { must } from "../failure.ts";

/** An answer as it came over the connection. */
export interface WireAnswer {
  readonly status: number;
  /** Names in lower case; of several values the last one. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How often each name came. */
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Waits for something that must come to pass.
 * @throws {ConformanceFailure} "<rule>, but <but> within 5 seconds."
 */
export type Soon = <T>(promise: Promise<T>, rule: string, but: string) => Promise<T>;

/** Waits for so many milliseconds at most. */
export function soonWithin(patience: number): Soon {
  return async (promise, rule, but) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), patience);
    });
    try {
      const first = await Promise.race([promise.then((value) => ({ value })), late]);
      must(first !== "late", rule, `${but} within ${patience / 1000} seconds`);
      return first.value;
    } finally {
      clearTimeout(timer);
    }
  };
}

/** A connection on which bytes go as a case wants them to: HTTP is spelt out, because clients would mend it. */
export class Connection {
  readonly #socket: Socket;
  readonly #soon: Soon;
  #received = Buffer.alloc(0);
  #isOver = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket, soon: Soon) {
    this.#socket = socket;
    this.#soon = soon;
    socket.on("data", (data) => {
      this.#received = Buffer.concat([this.#received, data]);
      this.#wake();
    });
    // A connection that is reset is over, as one that is closed is.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#isOver = true;
      this.#wake();
    });
  }

  static async open(url: string, soon: Soon): Promise<Connection> {
    const { connect } = await import("node:net");
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port || 80), hostname.replace(/^\[(.*)\]$/, "$1"));
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return new Connection(socket, soon);
  }

  send(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Reads no more until `resume`. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Leaves without a word. */
  leave(): void {
    this.#socket.destroy();
  }

  /** Whether the host has ended the connection. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Everything that has come and that no answer was made of. */
  get rest(): string {
    return this.#received.toString("latin1");
  }

  /** Settles when the host has ended the connection. */
  async ended(rule: string, but: string): Promise<void> {
    await this.#soon(
      this.#until(() => this.#isOver),
      rule,
      but,
    );
  }

  /**
   * The next answer, whole. `isHead`: it has no body whatever its headers say.
   * @throws {ConformanceFailure} where none comes, or one that is no HTTP.
   */
  async answer(rule: string, isHead = false): Promise<WireAnswer> {
    const end = () => this.#received.indexOf("\r\n\r\n");
    await this.#soon(
      this.#until(() => end() !== -1 || this.#isOver),
      rule,
      "no answer came",
    );
    must(end() !== -1, rule, "the connection ended without an answer");
    const head = this.#received.subarray(0, end()).toString("latin1");
    this.#received = this.#received.subarray(end() + 4);
    const [first = "", ...lines] = head.split("\r\n");
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1]);
    must(Number.isInteger(status), rule, `what came is no HTTP: ${first.slice(0, 60)}`);
    if (status === 100) return this.answer(rule, isHead);
    const { headers, counts } = headersIn(lines);
    const hasBody = !isHead && status !== 204 && status !== 304;
    const body = hasBody ? await this.#body(headers, rule) : "";
    return { status, headers, body, counts };
  }

  async #body(headers: Readonly<Record<string, string>>, rule: string): Promise<string> {
    if (headers["transfer-encoding"]?.toLowerCase() === "chunked") return this.#chunks(rule);
    const length = headers["content-length"];
    if (length === undefined) {
      await this.ended(rule, "an answer of unknown length did not end");
      return this.#take(this.#received.length).toString("utf8");
    }
    await this.#whole(Number(length), rule);
    return this.#take(Number(length)).toString("utf8");
  }

  async #chunks(rule: string): Promise<string> {
    const parts: Buffer[] = [];
    for (;;) {
      await this.#soon(
        this.#until(() => this.#received.includes("\r\n") || this.#isOver),
        rule,
        "the answer did not go on",
      );
      const line = this.#received.indexOf("\r\n");
      must(line !== -1, rule, "the connection ended in the middle of the answer");
      const size = Number.parseInt(this.#take(line + 2).toString("latin1"), 16);
      await this.#whole(size + 2, rule);
      parts.push(this.#take(size + 2).subarray(0, size));
      if (size === 0) return Buffer.concat(parts).toString("utf8");
    }
  }

  async #whole(size: number, rule: string): Promise<void> {
    const isWhole = () => this.#received.length >= size;
    await this.#soon(
      this.#until(() => isWhole() || this.#isOver),
      rule,
      "the answer did not come to its end",
    );
    must(isWhole(), rule, "the connection ended in the middle of the answer");
  }

  #take(size: number): Buffer {
    const taken = this.#received.subarray(0, size);
    this.#received = this.#received.subarray(size);
    return taken;
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds())
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }
}

function headersIn(lines: readonly string[]) {
  const headers: Record<string, string> = {};
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    headers[name] = line.slice(colon + 1).trim();
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return { headers, counts };
}

/** A request as text, with a Host and the headers given; `body` gets its Content-Length. */
export function requestText(
  method: string,
  path: string,
  headers: readonly (readonly [name: string, value: string])[] = [],
  body?: string,
): string {
  const length = body === undefined ? [] : [["Content-Length", String(new TextEncoder().encode(body).length)]];
  const lines = [["Host", "127.0.0.1"], ...headers, ...length].map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`;
}
