/** A signal that any of others aborts, until it is let go: what lives as long as a client must not gather a listener for each request. */
export interface JoinedSignal {
  readonly signal: AbortSignal;
  letGo(): void;
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
