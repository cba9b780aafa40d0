import { describe, expect, test, vi } from "vitest";
import { doSoon, TimeSlice } from "../src/time-slice.ts";

/** Takes so many turns, and notes each. */
async function take(turns: number, slice: TimeSlice, note: () => void): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    await slice.next();
    note();
  }
}

describe("turns of the event loop", () => {
  test("go round among those that want them", async () => {
    const order: string[] = [];
    await Promise.all(["a", "b", "c"].map((name) => take(3, new TimeSlice(), () => order.push(name))));
    expect(order.join("")).toBe("abcabcabc");
  });

  test("are one for each: between two of them, everybody else has had theirs", async () => {
    let turn = 0;
    let isDone = false;
    const count = (): void => {
      turn++;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const seen: number[] = [];
    await Promise.all([1, 2, 3, 4].map(() => take(4, new TimeSlice(), () => seen.push(turn))));
    isDone = true;
    expect(new Set(seen).size).toBe(16);
  });

  test("go to one that has had few every other time, however many have had many", async () => {
    let others = 0;
    let isDone = false;
    const long = Array.from({ length: 10 }, async () => {
      const slice = new TimeSlice();
      await take(20, slice, () => undefined);
      while (!isDone) await take(1, slice, () => others++);
    });
    const waiting = new TimeSlice();
    await take(2, waiting, () => undefined);
    for (let turn = 0; turn < 250; turn++) await new Promise((resolve) => setImmediate(resolve));
    others = 0;
    await take(5, new TimeSlice(), () => undefined);
    expect(others).toBeLessThanOrEqual(6);
    expect(others).toBeGreaterThanOrEqual(4);
    isDone = true;
    await Promise.all(long);
  });

  test("end for one whose client has left, with its reason, and the next one goes on", async () => {
    const leaving = new AbortController();
    const first = new TimeSlice().next(leaving.signal);
    const second = new TimeSlice().next();
    leaving.abort(new Error("left"));
    await expect(first).rejects.toThrow("left");
    await second;
  });

  test("come to one that waits, though the runtime ended the request that had asked for them", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    const lost = vi.spyOn(globalThis, "setImmediate").mockImplementationOnce(() => ({}) as NodeJS.Immediate);
    try {
      const gone = new TimeSlice().next();
      const waiting = new TimeSlice().next();
      vi.advanceTimersByTime(3000);
      await Promise.all([gone, waiting]);
      expect(lost).toHaveBeenCalled();
    } finally {
      lost.mockRestore();
      vi.useRealTimers();
    }
  });

  test("what the very first step waits for is waited for before the next one", async () => {
    const seen: string[] = [];
    const first = Promise.resolve().then(() => void seen.push("there"));
    await doSoon(
      (function* () {
        yield first;
        seen.push("gone on");
      })(),
      new TimeSlice(),
    );
    expect(seen).toEqual(["there", "gone on"]);
  });
});
