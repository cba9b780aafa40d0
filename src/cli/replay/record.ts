import { createExchangeMask } from "../../recordings/mask/exchange.ts";
import { createProxy } from "../../recordings/proxy.ts";
import { createSessionWriter } from "../../recordings/writer.ts";
import { CommandError, type Terminal } from "../command.ts";
import type { Connection } from "../connection.ts";

/** So many bytes of a body are kept. */
const MAX_BODY = 16 * 1024 * 1024;

export interface RecordOptions {
  readonly folder: string;
  readonly port: number;
  readonly host: string;
}

/** Passes requests on until it is stopped, and writes down what went by, masked. */
export async function record(
  { folder, port, host }: RecordOptions,
  connection: Connection,
  terminal: Terminal,
): Promise<number> {
  const writer = createSessionWriter(folder, new Date());
  const mask = createExchangeMask(connection.secrets);
  let kept = 0;
  let dropped = 0;
  const server = createProxy({
    target: connection.baseUrl,
    fetch: terminal.fetch,
    authorize: () => connection.headers(),
    maxBody: MAX_BODY,
    onExchange(raw) {
      try {
        writer.write(mask(raw));
        kept += 1;
      } catch (error) {
        // Half masked is not masked: the exchange is lost, and nothing of it is said but why.
        dropped += 1;
        terminal.error(`scimkit replay: a ${raw.method} is not recorded: ${(error as Error).message}.\n`);
      }
    },
  });
  try {
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  } catch (error) {
    writer.close();
    throw new CommandError(
      `port ${port} of ${host} cannot be listened on: ${(error as Error).message}. Choose another one with --port.`,
    );
  }
  const address = server.address();
  const open = typeof address === "object" && address !== null ? address.port : port;
  terminal.out(
    `Recording to ${writer.file}: send requests to http://${host}:${open}, they go on to ${connection.baseUrl}. Ctrl-C ends it.\n`,
  );
  await stopped(terminal.signal);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  writer.close();
  terminal.out(`${kept} recorded${dropped === 0 ? "" : `, ${dropped} not`}: ${writer.file}\n`);
  return dropped === 0 ? 0 : 1;
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
