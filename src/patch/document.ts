import jsonPatch from "fast-json-patch";
import type { Attribute } from "../schema/attribute.ts";
import { isKept } from "../schema/kept.ts";
import { copyValue, isObject, type ResourceObject, readAttribute } from "../schema/value.ts";
import { forEach, type Steps } from "../time-slice.ts";
import type { Effort } from "./effort.ts";
import { differences, ElementList } from "./element-list.ts";
import type { JsonPatchOperation } from "./json-patch.ts";
import { pointerOf, pointerTo } from "./pointer.ts";

/**
 * A resource being patched. Every change of it is an RFC 6902 operation that fast-json-patch applies: of a singular attribute
 * at once, of a multi-valued one when all operations have been through its list. What storage handed out is never changed, and
 * only what an operation touches is copied.
 */
export class PatchedDocument {
  readonly #document: Record<string, unknown>;
  readonly effort: Effort;
  readonly #owned = new Set<string>();
  readonly #lists = new Map<Attribute, ElementList>();
  readonly #operations: JsonPatchOperation[] = [];

  constructor(resource: ResourceObject, effort: Effort) {
    this.#document = { ...resource };
    this.effort = effort;
  }

  /** The value of an attribute that is not multi-valued; of one that is, the value at first. */
  read(attribute: Attribute): unknown {
    return readAttribute(this.#document, attribute);
  }

  /** Gives a singular attribute another value; undefined unassigns it. */
  write(attribute: Attribute, after: unknown): void {
    const before = this.read(attribute);
    if (before === undefined) {
      if (after === undefined) return;
      this.#own(attribute);
      this.#apply({ op: "add", path: pointerTo(attribute), value: after });
      return;
    }
    this.#own(attribute);
    // Who is told of what nobody declared is told of each of its members.
    const isByMember = after !== undefined || isKept(attribute);
    const steps = isByMember ? differences(before, after ?? {}, (...below) => pointerTo(attribute, ...below)) : [];
    for (const operation of steps) this.#apply(operation);
    if (after === undefined) this.#apply({ op: "remove", path: pointerTo(attribute) });
  }

  /** The elements of a multi-valued attribute, to work on. */
  elements(attribute: Attribute): ElementList {
    let list = this.#lists.get(attribute);
    if (list === undefined) {
      list = new ElementList(attribute, this.read(attribute), this.effort);
      this.#lists.set(attribute, list);
    }
    return list;
  }

  /** The lists that were worked on. */
  lists(): Iterable<ElementList> {
    return this.#lists.values();
  }

  /** The finished resource, and every operation that made it. @see RFC 6902 */
  *finish(): Steps<{ readonly resource: ResourceObject; readonly operations: readonly JsonPatchOperation[] }> {
    for (const [attribute, list] of this.#lists) {
      const operations = yield* list.operations((...below) => pointerTo(attribute, ...below));
      if (operations.length === 0) continue;
      const isNew = this.read(attribute) === undefined;
      const holder = this.#own(attribute);
      if (!isNew) holder[attribute.name] = list.draft();
      yield* forEach(operations, (operation) => this.#apply(operation, (value) => value));
    }
    for (const extension of this.#owned) {
      const container = this.#document[extension];
      if (isObject(container) && Object.keys(container).length === 0)
        this.#apply({ op: "remove", path: pointerOf(extension) });
    }
    return { resource: this.#document, operations: this.#operations };
  }

  /** Applies an operation to a copy of its value, because a later one may change that in place; the record stays as it is. */
  #apply(operation: JsonPatchOperation, take: (value: unknown) => unknown = copyValue): void {
    this.#operations.push(operation);
    const applied = "value" in operation ? { ...operation, value: take(operation.value) } : operation;
    jsonPatch.applyOperation(this.#document, applied, false, true, true);
  }

  /** The object that holds the attribute, as a copy of its own together with a complex value. */
  #own(attribute: Attribute): Record<string, unknown> {
    const { extension, name } = attribute;
    if (extension !== undefined && !this.#owned.has(extension)) {
      this.#owned.add(extension);
      const container = this.#document[extension];
      if (container !== undefined) this.#document[extension] = { ...(container as ResourceObject) };
    }
    if (extension !== undefined && this.#document[extension] === undefined)
      this.#apply({ op: "add", path: pointerOf(extension), value: {} });
    const holder = (extension === undefined ? this.#document : this.#document[extension]) as Record<string, unknown>;
    if (!attribute.multiValued && !this.#owned.has(attribute.path)) {
      this.#owned.add(attribute.path);
      if (isObject(holder[name])) holder[name] = { ...holder[name] };
    }
    return holder;
  }
}
