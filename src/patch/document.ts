import jsonPatch, { type Operation } from "fast-json-patch";
import type { Attribute } from "../schema/attribute.ts";
import { copyValue, isObject, type ResourceObject, readAttribute } from "../schema/value.ts";
import { pointerOf, pointerTo } from "./pointer.ts";

/**
 * A resource being patched: RFC 6902 operations applied one after the other. What storage handed out is never changed, and
 * only the attributes that an operation touches are copied.
 */
export class PatchedDocument {
  readonly #document: Record<string, unknown>;
  readonly #owned = new Set<string>();
  readonly #operations: Operation[] = [];

  constructor(resource: ResourceObject) {
    this.#document = { ...resource };
  }

  /** The resource as it is now. */
  get resource(): ResourceObject {
    return this.#document;
  }

  /** Every operation that was applied, in order. @see RFC 6902 */
  get operations(): readonly Operation[] {
    return this.#operations;
  }

  read(attribute: Attribute): unknown {
    return readAttribute(this.#document, attribute);
  }

  /** Sets the value below the attribute: of the attribute itself, of a sub-attribute, of an element, of an element's sub-attribute. */
  set(attribute: Attribute, value: unknown, ...below: readonly (string | number)[]): void {
    this.#own(attribute);
    this.#ensureContainer(attribute);
    this.#apply({
      op: this.#has(attribute, below) ? "replace" : "add",
      path: pointerTo(attribute, ...below),
      value: copyValue(value),
    });
  }

  /** Appends an element; the attribute comes into being where it has no value. */
  append(attribute: Attribute, element: unknown): void {
    if (this.read(attribute) === undefined) return this.set(attribute, [element]);
    this.#own(attribute);
    this.#apply({ op: "add", path: pointerTo(attribute, "-"), value: copyValue(element) });
  }

  /** Removes what is below the attribute, and with the last of its content the attribute and its container. */
  remove(attribute: Attribute, ...below: readonly (string | number)[]): void {
    if (!this.#has(attribute, below)) return;
    this.#own(attribute);
    this.#apply({ op: "remove", path: pointerTo(attribute, ...below) });
    const [position] = below;
    const value = this.read(attribute);
    if (below.length === 2 && position !== undefined && isEmpty((value as readonly unknown[])[Number(position)])) {
      this.#apply({ op: "remove", path: pointerTo(attribute, position) });
    }
    if (below.length > 0 && isEmpty(this.read(attribute))) this.#apply({ op: "remove", path: pointerTo(attribute) });
    const { extension } = attribute;
    if (extension !== undefined && isEmpty(this.#document[extension]))
      this.#apply({ op: "remove", path: pointerOf(extension) });
  }

  #apply(operation: Operation): void {
    jsonPatch.applyOperation(this.#document, operation, false, true, true);
    this.#operations.push(operation);
  }

  #has(attribute: Attribute, below: readonly (string | number)[]): boolean {
    let value: unknown = this.read(attribute);
    for (const step of below)
      value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[step] : undefined;
    return value !== undefined;
  }

  #ensureContainer({ extension }: Attribute): void {
    if (extension !== undefined && this.#document[extension] === undefined)
      this.#apply({ op: "add", path: pointerOf(extension), value: {} });
  }

  /** Copies an attribute's value before it is changed for the first time. */
  #own(attribute: Attribute): void {
    const { extension } = attribute;
    if (extension !== undefined && !this.#owned.has(extension)) {
      this.#owned.add(extension);
      const container = this.#document[extension];
      if (container !== undefined) this.#document[extension] = { ...(container as ResourceObject) };
    }
    if (this.#owned.has(attribute.path)) return;
    this.#owned.add(attribute.path);
    const holder = (extension === undefined ? this.#document : this.#document[extension]) as
      | Record<string, unknown>
      | undefined;
    if (holder?.[attribute.name] !== undefined) holder[attribute.name] = copyValue(holder[attribute.name]);
  }
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}
