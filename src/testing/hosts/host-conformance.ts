import type { Scim } from "../../scim.ts";
import { ConformanceFailure, showError } from "../failure.ts";
import { ANSWER_CASES } from "./answer-cases.ts";
import { BODY_CASES } from "./body-cases.ts";
import type { HostCase, HostFeature } from "./host-case.ts";
import { hostSubject, type StartedHost } from "./host-subject.ts";
import { REQUEST_CASES } from "./request-cases.ts";

/** Options of `hostConformance`. */
export interface HostConformanceOptions {
  /** The runner's function that registers a test: `test` of vitest, `node:test` or `bun:test`. */
  readonly test: (title: string, run: () => Promise<void>) => unknown;
  /**
   * Starts a server with the service mounted below `/scim/v2`, on a free port of this machine and over plain HTTP/1.1, in this process:
   * the kit looks at what `scim.handle` is given, and answers some requests in its place. It is called once for each case.
   */
  readonly start: (scim: Scim) => StartedHost | Promise<StartedHost>;
  /** What the host cannot do; the cases about it are left out. Default: nothing, so that all cases run. */
  readonly without?: readonly HostFeature[] | undefined;
  /**
   * Below which path requests arrive at scimkit, where the server takes something off: `"/"` where all of `/scim/v2` is gone, as
   * `path` of `createScim`. Default: they arrive below `/scim/v2`.
   */
  readonly path?: string | undefined;
  /**
   * For how many milliseconds a case waits for what a host must do at once. A host may drop what is left of a refused body for a while
   * ahead of its answer; let it be longer than that. Default 5,000.
   */
  readonly patience?: number | undefined;
}

/** Cases of `hostConformance` in the order in which they run. */
const CASES: readonly HostCase[] = [...REQUEST_CASES, ...BODY_CASES, ...ANSWER_CASES];

/**
 * Registers the conformance cases of a host with a test runner: what stands between a server and `scim.handle`. They go over
 * connections of their own, in HTTP as it is spelt out here, because clients would mend what a host does wrong. Each case that fails
 * says in one sentence what the host must do and what it did instead.
 *
 * It needs Node's `net`, as Node, Bun and Deno have it.
 *
 * @returns the titles of the cases that run.
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { test } from "node:test";
 * import { nodeHandler } from "scimkit/node";
 * import { hostConformance } from "scimkit/testing";
 * hostConformance({
 *   test,
 *   async start(scim) {
 *     const server = createServer(nodeHandler(scim)); // your host
 *     await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
 *     const address = server.address();
 *     const port = typeof address === "object" ? address?.port : undefined;
 *     return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
 *   },
 * });
 * ```
 * @see RFC 7644 §3
 */
export function hostConformance(options: HostConformanceOptions): readonly string[] {
  const { test, without = [] } = options;
  const cases = CASES.filter(({ features }) => !features.some((feature) => without.includes(feature)));
  for (const one of cases) test(one.title, () => runCase(one, options));
  return cases.map(({ title }) => title);
}

async function runCase(one: HostCase, { start, path, patience = 5000 }: HostConformanceOptions): Promise<void> {
  const subject = await hostSubject(start, { path, patience });
  try {
    await one.run(subject);
  } catch (error) {
    if (error instanceof ConformanceFailure) throw new ConformanceFailure(`Host: ${error.message}`);
    throw new ConformanceFailure(`Host: ${one.title}, but something threw ${showError(error)}.`);
  } finally {
    await subject.close();
  }
}
