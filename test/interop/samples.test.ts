import { describe, expect, test } from "vitest";
import type { ProfileName } from "../../src/index.ts";
import { type Directory, directoryWith } from "../support/directory.ts";
import { departures, readSamples, type Sample, stateBefore } from "../support/samples.ts";
import { hasShared } from "../support/shared.ts";

/** Samples that need their client's profile, because a ruling keeps the tolerance off by default. */
const OTHER_PROFILE: Readonly<Record<string, { readonly profile: ProfileName; readonly why: string }>> = {
  "entra/09-match-externalid-unquoted": { profile: "entra", why: "unquoted operands make filters ambiguous (A30)" },
  "entra/19-filter-or-group-unquoted": { profile: "entra", why: "unquoted operands make filters ambiguous (A30)" },
};

/** Where a ruling departs from what a recording says of a strict server. */
const RULED: Readonly<Record<string, { readonly status: number; readonly scimType: string; readonly why: string }>> = {
  "onelogin/10-group-remove-member": {
    status: 400,
    scimType: "invalidValue",
    why: "read literally, a remove with values would empty the group, so strict refuses it (A2)",
  },
};

const samples = hasShared ? readSamples() : [];

test.runIf(process.env.CI)("the recordings of identity providers are there in CI", () => {
  expect(samples.length).toBeGreaterThan(100);
});

test.skipIf(hasShared || process.env.CI)(
  "the recordings of identity providers are not in this checkout, so none is replayed",
  () => {},
);

async function replay(sample: Sample, service: Directory): Promise<string[]> {
  const { method, path, headers = {}, body } = sample.request;
  const authorization = headers.Authorization === "Bearer wrong" ? "Bearer wrong" : "Bearer good";
  const { Authorization: _, ...others } = headers;
  const answer = await service.ask(method, path, body, { ...others, authorization });
  const problems = departures(sample.expect, answer.status, answer.headers, answer.body);
  for (const after of sample.expect.after ?? []) {
    const next = await service.ask("GET", after.get);
    problems.push(
      ...departures(after, next.status, next.headers, next.body).map(
        (problem) => `afterwards ${after.get}: ${problem}`,
      ),
    );
  }
  return problems;
}

describe("recorded requests are answered as their client needs", () => {
  for (const sample of samples) {
    const other = OTHER_PROFILE[sample.id];
    const title = other === undefined ? sample.id : `${sample.id}, under the profile ${other.profile}: ${other.why}`;
    test(`${title} [${(sample.quirks ?? []).join(" ")}]`, async () => {
      const service = await directoryWith(stateBefore(sample), other === undefined ? {} : { profile: other.profile });
      expect(await replay(sample, service)).toEqual([]);
      expect(service.events.filter(({ type }) => type === "error")).toEqual([]);
    });
  }
});

describe("the strict profile answers as the RFC is written", () => {
  for (const sample of samples.filter((candidate) => candidate.strictRfc !== undefined)) {
    const ruled = RULED[sample.id];
    const strictRfc = ruled ?? sample.strictRfc;
    test(`${sample.id}${ruled === undefined ? "" : `, where ${ruled.why},`} is ${strictRfc?.status} ${strictRfc?.scimType ?? ""} [${(sample.quirks ?? []).join(" ")}]`, async () => {
      const service = await directoryWith(stateBefore(sample), { profile: "strict" });
      const { method, path, body } = sample.request;
      const answer = await service.ask(method, path, body);
      expect({ status: answer.status, scimType: answer.json?.scimType }).toEqual({
        status: strictRfc?.status,
        scimType: strictRfc?.scimType,
      });
    });
  }
});
