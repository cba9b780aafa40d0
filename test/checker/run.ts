import { createScim, EnterpriseUserSchema, Group, type Scim, type ScimOptions, User } from "scimkit";
import { fetchHandler } from "scimkit/fetch";
import { memoryStorage } from "scimkit/memory";
import type { Check } from "../../src/checker/check.ts";
import { checks } from "../../src/checker/checks/index.ts";
import type { Report } from "../../src/checker/report.ts";
import { type RunOptions, runChecks } from "../../src/checker/run-checks.ts";
import { selected } from "../../src/checker/select.ts";

export const BASE_URL = "http://scim.test/scim/v2";

export interface CheckScimOptions extends Partial<RunOptions> {
  /** Which checks, as `--only` takes them. Default all. */
  readonly only?: readonly string[];
}

/** A service over memory that can do all that scimkit can. */
export function freshScim(options: Partial<ScimOptions> = {}): Scim {
  return createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage: memoryStorage(),
    baseUrl: BASE_URL,
    authenticate: () => ({}),
    ...options,
  });
}

/** Runs checks against a service without a socket, or against whatever a `fetch` leads to. */
export function checkScim(scim: Scim, { only = [], ...options }: CheckScimOptions = {}): Promise<Report> {
  const handle = fetchHandler(scim);
  return runChecks({
    baseUrl: BASE_URL,
    fetch: (input, init) => handle(new Request(input, init)),
    ...options,
    checks: selected(options.checks ?? checks, only),
  });
}

/** A check of which a test needs nothing but what it does. */
export function checkOf(id: string, run: Check["run"]): Check {
  return { id, title: id, level: "must", requirements: [], section: "RFC 7644 §3.3", suffers: "", misses: "", run };
}

/** What did not pass, in a form that a failed test shows well. */
export function problems(report: Report): readonly string[] {
  return report.results
    .filter(({ outcome }) => outcome === "failed" || outcome === "blocked")
    .map(({ id, outcome, reason, failure }) => `${outcome} ${id}: ${failure?.seen ?? reason}`);
}
