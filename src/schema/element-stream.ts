import type { ResourceObject } from "./value.ts";

/** The elements of a collection as storage hands them out, one after the other. */
export type ElementStream = AsyncIterable<ResourceObject>;

/** Tells a collection that is handed out element by element from one that is an array. */
export function isElementStream(value: unknown): value is ElementStream {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** The elements changed one by one; `undefined` leaves one out. To end it ends what it is made of, begun or not. */
export function mapElements(
  elements: ElementStream,
  change: (element: ResourceObject) => ResourceObject | undefined,
): ElementStream {
  return {
    [Symbol.asyncIterator]() {
      const iterator = elements[Symbol.asyncIterator]();
      return {
        async next() {
          for (;;) {
            const next = await iterator.next();
            const changed = next.done === true ? undefined : change(next.value);
            if (next.done === true) return { done: true, value: undefined };
            if (changed !== undefined) return { done: false, value: changed };
          }
        },
        async return() {
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

/** Looks at the first element: undefined where there is none, otherwise all of them as before. */
export async function peek(elements: ElementStream): Promise<ElementStream | undefined> {
  const iterator = elements[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return undefined;
  return (async function* () {
    yield first.value;
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield next.value;
    }
  })();
}

/** An element stream whose end is in the hands of the response that shows it. */
export interface OpenStream extends ElementStream {
  /** Ends the iteration wherever it is, also before its first element, so that storage frees what it holds. */
  free(): Promise<void>;
}

/**
 * Opens a stream: it has one iterator, which is always ended — by its last element, by its failure or by `free`, which does
 * not wait for an element that is on its way.
 */
export function openStream(elements: ElementStream): OpenStream {
  let iterator: AsyncIterator<ResourceObject> | undefined;
  let isOver = false;
  const started = (): AsyncIterator<ResourceObject> => {
    iterator ??= elements[Symbol.asyncIterator]();
    return iterator;
  };
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        if (isOver) return { done: true, value: undefined };
        try {
          const result = await started().next();
          if (result.done === true) isOver = true;
          return result;
        } catch (error) {
          isOver = true;
          throw error;
        }
      },
    }),
    async free() {
      if (isOver) return;
      isOver = true;
      await started().return?.();
    },
  };
}
