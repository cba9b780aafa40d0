import type { Attribute } from "../schema/attribute.ts";
import { isKept } from "../schema/kept.ts";
import { copyValue, isObject, type ResourceObject, readAttribute } from "../schema/value.ts";
import { andThen, oneByOne, type Work } from "../time-slice.ts";
import { changed } from "./changes.ts";
import type { Effort } from "./effort.ts";
import { ElementList, type FinishedList } from "./element-list.ts";
import type { JsonPatchOperation } from "./json-patch.ts";
import { pointerOf, pointerTo } from "./pointer.ts";

/**
 * A resource being patched. What storage handed out is never changed, and only what an operation touches is copied. Each change is noted
 * as an RFC 6902 operation: of a singular attribute at once, of a multi-valued one when all operations have been through its list.
 */
export class PatchedDocument {
  readonly effort: Effort;
  readonly #document: Record<string, unknown>;
  readonly #changes: JsonPatchOperation[] = [];
  // Lists, that are looked through: a schema has few extensions, and a request names few attributes.
  readonly #containers: string[] = [];
  readonly #lists: ElementList[] = [];
  readonly #complex: Attribute[] = [];
  #mayLack = false;

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
    if (before === undefined && after === undefined) return;
    const holder = this.#holderOf(attribute);
    const path = pointerTo(attribute);
    if (attribute.type === "complex" && !this.#complex.includes(attribute)) this.#complex.push(attribute);
    if (before === undefined) {
      this.#changes.push({ op: "add", path, value: after });
      holder[attribute.name] = copyValue(after);
      return;
    }
    // Who is told of what nobody declared is told of each of its members.
    if (after !== undefined || isKept(attribute))
      holder[attribute.name] = changed(before, after ?? {}, path, this.#changes, copyValue);
    if (after === undefined) this.#unassign(holder, attribute.name, path);
  }

  /** The elements of a multi-valued attribute, to work on. */
  elements(attribute: Attribute): ElementList {
    for (const known of this.#lists) if (known.attribute === attribute) return known;
    const list = new ElementList(attribute, this.read(attribute), this.effort);
    this.#lists.push(list);
    return list;
  }

  /** The lists that were worked on. */
  get lists(): readonly ElementList[] {
    return this.#lists;
  }

  /** The singular complex attributes that were written. */
  get complex(): readonly Attribute[] {
    return this.#complex;
  }

  /** Whether something may be missing that was not before: an attribute was unassigned, or an extension came whose attributes are required. */
  get mayLack(): boolean {
    return this.#mayLack;
  }

  /** The finished resource, and every operation that made it. @see RFC 6902 */
  finish(): Work<{ readonly resource: ResourceObject; readonly changes: readonly JsonPatchOperation[] }> {
    if (this.#lists.length === 0) return this.#finishContainers();
    const put = oneByOne(this.#lists, (list) => andThen(list.finish(), (done) => this.#put(list.attribute, done)));
    return andThen(put, () => this.#finishContainers());
  }

  #finishContainers(): { readonly resource: ResourceObject; readonly changes: readonly JsonPatchOperation[] } {
    for (const extension of this.#containers) {
      const container = this.#document[extension];
      if (isObject(container) && Object.keys(container).length === 0)
        this.#unassign(this.#document, extension, pointerOf(extension));
    }
    return { resource: this.#document, changes: this.#changes };
  }

  #put(attribute: Attribute, { elements, changes }: FinishedList): void {
    if (changes.length === 0) return;
    const holder = this.#holderOf(attribute);
    for (const change of changes) this.#changes.push(change);
    if (elements.length > 0) holder[attribute.name] = elements;
    else {
      delete holder[attribute.name];
      this.#mayLack = true;
    }
  }

  #unassign(holder: Record<string, unknown>, name: string, path: string): void {
    this.#changes.push({ op: "remove", path });
    delete holder[name];
    this.#mayLack = true;
  }

  /** The object that holds the attribute: of an extension the container, as a copy of its own. */
  #holderOf({ extension }: Attribute): Record<string, unknown> {
    if (extension === undefined) return this.#document;
    if (!this.#containers.includes(extension)) {
      this.#containers.push(extension);
      const container = this.#document[extension];
      if (container !== undefined) this.#document[extension] = { ...(container as ResourceObject) };
    }
    if (this.#document[extension] === undefined) {
      this.#changes.push({ op: "add", path: pointerOf(extension), value: {} });
      this.#document[extension] = {};
      this.#mayLack = true;
    }
    return this.#document[extension] as Record<string, unknown>;
  }
}
