/** A signal that any of others aborts, until it is let go: what lives as long as a client must not gather a listener for each request. */
export interface JoinedSignal {
  readonly signal: AbortSignal;
  letGo(): void;
}

/** What is promised, or the reason of the signal as soon as it is aborted: whoever promises may not know of it. */
export async function unlessAborted<T>(promised: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promised;
  let stop = (): void => {};
  const ended = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
  });
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    return await Promise.race([promised, ended]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

export function joinSignals(signals: readonly (AbortSignal | undefined)[]): JoinedSignal {
  const controller = new AbortController();
  const joined = signals.flatMap((one) =>
    one === undefined ? [] : [{ one, end: () => controller.abort(one.reason) }],
  );
  for (const { one, end } of joined) {
    if (one.aborted) end();
    else one.addEventListener("abort", end);
  }
  return {
    signal: controller.signal,
    letGo: () => {
      for (const { one, end } of joined) one.removeEventListener("abort", end);
    },
  };
}
