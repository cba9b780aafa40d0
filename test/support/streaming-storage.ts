import type { Context, StorageAdapter, StoredResource } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";

/** What became of the streams that storage handed out. */
export interface StreamProbe {
  /** Iterators that were taken. */
  taken: number;
  /** Elements that were asked for, over all streams. */
  asked: number;
  /** Streams that were read to their end. */
  finished: number;
  /** Streams that were ended early by `return()`. */
  freed: number;
  /** Streams that are open at this moment, and the most that ever were at once. */
  open: number;
  mostOpen: number;
}

export interface StreamingStorage extends StorageAdapter {
  readonly probe: StreamProbe;
}

/** What a test does to a stream: it is called before each element. */
export type BeforeElement = (index: number) => void | Promise<void>;

/** Storage over memory that hands out the collection `members` as a stream wherever the core takes one. */
export function streamingStorage(before: BeforeElement = () => undefined): StreamingStorage {
  const memory = memoryStorage();
  const probe: StreamProbe = { taken: 0, asked: 0, finished: 0, freed: 0, open: 0, mostOpen: 0 };
  const streamed = (resource: StoredResource): StoredResource => {
    const { members } = resource;
    // Without members there is a stream as well: storage does not know before it looks.
    const elements = Array.isArray(members) ? members : [];
    return resource.meta.resourceType === "Group"
      ? { ...resource, members: probed(elements, probe, before) }
      : resource;
  };
  return {
    ...memory,
    probe,
    async get(request, context: Context) {
      const resource = await memory.get({ ...request, stream: false }, context);
      return resource === undefined || request.stream !== true ? resource : streamed(resource);
    },
    async query(request, context: Context) {
      const found = await memory.query(request, context);
      return request.stream === true ? { ...found, resources: found.resources.map(streamed) } : found;
    },
  };
}

function probed(elements: readonly unknown[], probe: StreamProbe, before: BeforeElement): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]() {
      probe.taken++;
      let index = 0;
      let isOpen = false;
      const close = (): void => {
        if (isOpen) probe.open--;
        isOpen = false;
      };
      return {
        async next() {
          if (index === 0 && !isOpen) {
            isOpen = true;
            probe.mostOpen = Math.max(probe.mostOpen, ++probe.open);
          }
          if (index === elements.length) {
            probe.finished++;
            close();
            return { done: true, value: undefined };
          }
          probe.asked++;
          await before(index);
          return { done: false, value: elements[index++] };
        },
        async return() {
          probe.freed++;
          close();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
