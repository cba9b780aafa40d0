// Processes that share a database.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A process that does what it is told. */
export interface Worker {
  readonly child: ChildProcess;
  /** Gives what the task came to. */
  run<T>(task: string, details: object): Promise<T>;
  stop(): Promise<void>;
}

/** Starts a worker and waits until it has the database open. */
export async function startWorker(place: object, isNaive = false, file = "worker.mjs"): Promise<Worker> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify({ place, isNaive })], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const failed = once(child, "exit").then(([code]) => {
    throw new Error(`the worker ended with ${code} before it was ready`);
  });
  await Promise.race([once(child, "message"), failed]);
  failed.catch(() => undefined);
  return {
    child,
    async run<T>(task: string, details: object) {
      child.send({ task, ...details });
      const [{ done }] = (await once(child, "message")) as [{ done: T }];
      return done;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.kill();
      await exit;
    },
  };
}

/** Runs the same task in several processes at the same time. */
export async function inProcesses<T>(
  place: object,
  count: number,
  isNaive: boolean,
  task: string,
  details: (index: number) => object,
): Promise<readonly T[]> {
  const workers = await Promise.all(Array.from({ length: count }, () => startWorker(place, isNaive)));
  try {
    return await Promise.all(workers.map((worker, index) => worker.run<T>(task, details(index))));
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}
