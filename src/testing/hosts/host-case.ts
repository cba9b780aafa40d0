import type { HostSubject } from "./host-subject.ts";

/** What a host may not be able to do, because its server or runtime does not let it. */
export const HOST_FEATURES = ["dotSegments", "root", "streams", "backpressure", "clientGone"] as const;

/**
 * Something that a host may say it cannot do: `"dotSegments"` (the runtime resolves them before the host sees the URL), `"root"`
 * (it is mounted below the base URL alone), `"streams"` (answers are held in memory), `"backpressure"` (a stream is read whatever
 * the client reads), `"clientGone"` (nobody tells it that a client has left). This union may grow: give a `switch` over it a default
 * branch.
 */
export type HostFeature = (typeof HOST_FEATURES)[number];

/** One thing that a host must do. */
export interface HostCase {
  /** A sentence that states the behaviour, ending with the ids that it is about. */
  readonly title: string;
  /** Left out where the host cannot do one of these. */
  readonly features: readonly HostFeature[];
  run(subject: HostSubject): Promise<void>;
}
