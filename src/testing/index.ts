/** The conformance kit for authors of storage adapters, runner-agnostic, with a score card; and a client for the tests of hosts. */

export { type TestAnswer, type TestClient, type TestClientOptions, testClient } from "./client.ts";
export { type Conformance, type ConformanceOptions, storageConformance } from "./conformance.ts";
export { ConformanceFailure } from "./failure.ts";
export type { HostFeature } from "./hosts/host-case.ts";
export { type HostConformanceOptions, hostConformance } from "./hosts/host-conformance.ts";
export type { StartedHost } from "./hosts/host-subject.ts";
export { KIT_RESOURCE_TYPES } from "./resource-types.ts";
export { type ChapterScore, printScoreCard, type ScoreCard } from "./score-card.ts";
export type { Made } from "./subject.ts";
