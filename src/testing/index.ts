/**
 * The conformance kit for authors of storage adapters, runner-agnostic, with a score card; a client for the tests of hosts, and a server
 * for the tests of clients.
 */

export { type TestAnswer, type TestClient, type TestClientOptions, testClient } from "./client.ts";
export { type Conformance, type ConformanceOptions, storageConformance } from "./conformance.ts";
export { ConformanceFailure } from "./failure.ts";
export type { HostFeature } from "./hosts/host-case.ts";
export { type HostConformanceOptions, hostConformance } from "./hosts/host-conformance.ts";
export type { StartedHost } from "./hosts/host-subject.ts";
export { KIT_RESOURCE_TYPES } from "./resource-types.ts";
export { type ChapterScore, printScoreCard, type ScoreCard } from "./score-card.ts";
export type { PlannedFailure, TestFailure, TestFailures } from "./server/failures.ts";
export type { TestRequest, TestSeed, TestServer, TestServerOptions } from "./server/options.ts";
export { startTestServer } from "./server/start.ts";
export type { Made } from "./subject.ts";
