// The host's own business: who is logged in, and which keys open its API. It stands for services of other machines, which may be down.

/** What a person gets in with, by id. */
export interface Access {
  readonly sessions: ReadonlyMap<string, number>;
  readonly keys: ReadonlyMap<string, number>;
  logIn(userId: string): void;
  /** Ends all sessions; where there are none, nothing is done. */
  endSessions(userId: string, signal: AbortSignal): Promise<void>;
  /** Revokes all keys; where there are none, nothing is done. */
  revokeKeys(userId: string, signal: AbortSignal): Promise<void>;
  /** Whether the services answer. */
  isUp: boolean;
}

export function createAccess(): Access {
  const sessions = new Map<string, number>();
  const keys = new Map<string, number>();
  const access: Access = {
    sessions,
    keys,
    isUp: true,
    logIn(userId) {
      sessions.set(userId, 2);
      keys.set(userId, 1);
    },
    async endSessions(userId, signal) {
      await answer(signal);
      sessions.delete(userId);
    },
    async revokeKeys(userId, signal) {
      await answer(signal);
      keys.delete(userId);
    },
  };
  /** A service far away takes its time, and fails where it is down. */
  async function answer(signal: AbortSignal): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    signal.throwIfAborted();
    if (!access.isUp) throw new Error("503 from the session service");
  }
  return access;
}
