import type { Check, Level } from "../check.ts";

/** A list that a server is judged by. */
export interface CheckProfile {
  readonly name: string;
  /** For the help of the command. */
  readonly says: string;
  /** The level that a check has under it; `undefined` where the profile asks for the opposite, or for nothing of the kind. */
  levelOf(check: Check): Level | undefined;
  /** What it asks for besides. */
  readonly extra: readonly Check[];
}

/** The checks as the profile has them. */
export function judgedBy(profile: CheckProfile, checks: readonly Check[]): readonly Check[] {
  return [...checks, ...profile.extra].flatMap((check) => {
    const level = profile.levelOf(check);
    if (level === undefined) return [];
    return level === check.level ? [check] : [{ ...check, level, run: (bench) => check.run(bench) }];
  });
}
