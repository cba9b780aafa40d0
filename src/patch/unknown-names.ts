import { invalidPath, invalidSyntax, type ScimError } from "../error.ts";
import { notAnAttribute } from "../schema/nearest.ts";
import { printable } from "../schema/printable.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isObject } from "../schema/value.ts";
import { checkUnknownNames, type ReadOptions, type Tolerances } from "../schema/value-reader.ts";
import { type PreparedOperation, withPosition } from "./operation.ts";
import type { OperationValue } from "./operation-value.ts";

/** What is to become of names that the resource type does not have. */
export interface UnknownNameOptions {
  /** As that of `PrepareOptions`. */
  readonly unknownPath?: ((path: string) => void) | undefined;
  /** As that of `PrepareOptions`. */
  readonly isRegistered?: ((path: string) => boolean) | undefined;
  /** As that of `PrepareOptions`. */
  readonly unknownRefused?: ((path: string) => string) | undefined;
}

/**
 * The names of one request that its resource type does not have. An operation on one of them is left out, but a request of
 * nothing else is refused: it changes nothing, and a success would say that it did [R-37a].
 */
export class UnknownNames implements Pick<Tolerances, "unknown"> {
  readonly #type: CompiledResourceType;
  readonly #options: UnknownNameOptions;
  readonly #read: ReadOptions;
  // Made with the first: most requests have none.
  #left: { readonly index: number; readonly path: string }[] | undefined;
  #names: Set<string> | undefined;
  /** The first unknown name of the value that is read now. */
  #inValue: string | undefined;

  constructor(type: CompiledResourceType, options: UnknownNameOptions, read: ReadOptions) {
    this.#type = type;
    this.#options = options;
    this.#read = read;
  }

  /** Is to be told of the unknown names of a value that is going to be read. */
  ofValue(): this {
    this.#inValue = undefined;
    return this;
  }

  unknown(path: string, name: string): void {
    this.#add(name);
    this.#inValue ??= path;
    this.#read.tolerances.unknown(path, name);
  }

  /**
   * Leaves an operation out.
   * @throws {ScimError} 400 invalidPath where nothing is tolerated, invalidSyntax for more of them than a list may have elements.
   */
  leaveOut(path: string, index: number): void {
    if (this.#options.unknownPath === undefined) throw this.#refusal(path);
    this.#add(path);
    this.#left ??= [];
    this.#left.push({ index, path });
  }

  /**
   * Whether all that the value says which was read last is said of names that there are none of; its operation is left out then: to read
   * it as nothing would unassign what a slip of the pen was about, or pass it over.
   */
  areAllOf(value: OperationValue, index: number): boolean {
    if (this.#inValue === undefined || !saysNothing(value)) return false;
    this.leaveOut(this.#inValue, index);
    return true;
  }

  /**
   * Tells of what was left out, once it is clear that the rest of the request is about something.
   * @throws {ScimError} 400 invalidPath naming the first name, unless it is of a schema that this server has nothing to do with.
   */
  settle(isAboutSomethingElse: () => boolean): void {
    if (this.#left === undefined) return;
    const slip = this.#left.find(({ path }) => !this.#isForeign(path));
    if (slip !== undefined && !isAboutSomethingElse()) throw withPosition(this.#refusal(slip.path), slip.index);
    for (const { path } of this.#left) this.#options.unknownPath?.(printable(path));
  }

  /** Whether a path is under the URN of a schema that nobody registered: what another server has, this one need not know. */
  #isForeign(path: string): boolean {
    const text = path.toLowerCase();
    if (!text.startsWith("urn:") && !text.includes("://")) return false;
    const urns = [this.#type.urn, ...this.#type.extensions.map(({ urn }) => urn)];
    return !urns.some((urn) => isUnder(urn, text)) && this.#options.isRegistered?.(path) !== true;
  }

  /** Those of all operations together are no more than those of one body may be. */
  #add(name: string): void {
    this.#names ??= new Set();
    checkUnknownNames(this.#names.add(name).size, this.#read.limits);
  }

  #refusal(path: string): ScimError {
    const { unknownRefused } = this.#options;
    const detail = notAnAttribute(this.#type, path);
    if (unknownRefused === undefined) return invalidPath(detail);
    return invalidSyntax(`${detail.replace(/\.$/, "")} (rule ${unknownRefused(printable(path))}).`);
  }
}

/** Whether a path in lower case is a schema's URN or something of that schema, a dot taken for the colon too. */
export function isUnder(urn: string, path: string): boolean {
  const prefix = urn.toLowerCase();
  return path.startsWith(prefix) && ["", ":", "."].includes(path.charAt(prefix.length));
}

function saysNothing({ value, cleared }: OperationValue): boolean {
  return cleared.length === 0 && (value === undefined || isEmpty(value));
}

/**
 * Whether an operation names what a client can change and says something of it. Whether that changes the resource does not
 * matter: clients repeat what is done, and the answer must not depend on it.
 */
export function isAboutSomething(operation: PreparedOperation): boolean {
  switch (operation.type) {
    case "echo":
      return false;
    case "schemas":
      // What follows from the data; only a URN that goes takes data with it.
      return operation.op === "remove";
    case "attribute":
      return operation.cleared.length > 0 || !isEmpty(operation.value);
    case "element":
      // `{}` may say nothing, but the filter does, where an element is made of it.
      return operation.op !== "remove" || !isEmpty(operation.value);
    default:
      return true;
  }
}

/** `{}`, or a remove of `[]`. */
function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}
