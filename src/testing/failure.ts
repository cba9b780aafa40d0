import { isScimError, type ScimType } from "../error.ts";
import { isObject, isSame } from "../schema/value.ts";

/** Thrown by a case of the kit: one sentence that says what the adapter must do and what it did instead. */
export class ConformanceFailure extends Error {
  /** Stable mark of this class across copies of the package. */
  readonly code = "ERR_SCIM_CONFORMANCE";

  constructor(message: string) {
    super(message);
    this.name = "ConformanceFailure";
  }
}

/** Thrown by a case that finds out, while it runs, that the adapter legitimately does not do what the case is about. */
export class LeftOut extends Error {}

/**
 * Fails the case unless the condition holds. `rule` is what the adapter must do and why, `but` what it did.
 * @throws {ConformanceFailure} "<rule>, but <but>."
 */
export function must(condition: boolean, rule: string, but: string): asserts condition {
  if (!condition) throw new ConformanceFailure(`${rule}, but ${but}.`);
}

/** Fails the case unless two JSON values are the same. */
export function mustBe(actual: unknown, expected: unknown, rule: string): void {
  if (isSame(actual, expected)) return;
  const { path, left, right } = firstDifference(actual, expected, "");
  const where = path === "" ? "" : ` at ${path.replace(/^\./, "")}`;
  throw new ConformanceFailure(
    `${rule}, but the adapter gave ${show(left)}${where} where ${show(right)} was expected.`,
  );
}

/** The errors that an adapter throws on purpose. */
export type Refusal = "uniqueness" | "versionMismatch" | "invalidValue" | "invalidCursor";

const REFUSALS: Readonly<Record<Refusal, { readonly status: number; readonly scimType: ScimType | undefined }>> = {
  uniqueness: { status: 409, scimType: "uniqueness" },
  versionMismatch: { status: 412, scimType: undefined },
  invalidValue: { status: 400, scimType: "invalidValue" },
  invalidCursor: { status: 400, scimType: "invalidCursor" },
};

/**
 * Fails the case unless the call is refused with the ScimError of that name; gives its detail.
 * @throws {ConformanceFailure} also where the detail does not name `naming`.
 */
export async function mustRefuse(
  call: Promise<unknown>,
  refusal: Refusal,
  rule: string,
  naming?: string,
): Promise<string> {
  const outcome = await outcomeOf(call);
  must(outcome.error !== undefined, rule, `the call succeeded and gave ${show(outcome.value)}`);
  const { error } = outcome;
  must(isRefusal(error, refusal), rule, `the adapter threw ${showError(error)} instead of ${refusal}()`);
  const detail = (error as Error).message;
  if (naming !== undefined) must(detail.includes(naming), `${rule}, naming ${naming}`, `the detail is "${detail}"`);
  return detail;
}

/** Whether a thrown value is the ScimError of that name. */
export function isRefusal(error: unknown, refusal: Refusal): boolean {
  const { status, scimType } = REFUSALS[refusal];
  return isScimError(error) && error.status === status && error.scimType === scimType;
}

/** A call that is waited for later. Until then its failure is nobody's, which would end the process of who runs the kit. */
export function begun<T>(call: Promise<T>): Promise<T> {
  call.catch(() => undefined);
  return call;
}

/** What became of a call. */
export interface Outcome<T> {
  readonly value: T | undefined;
  /** Undefined where the call succeeded. */
  readonly error: unknown;
}

/** Waits for a call without throwing, unless the adapter turned out to do without what the case is about. */
export async function outcomeOf<T>(call: Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await call, error: undefined };
  } catch (error) {
    if (error instanceof LeftOut) throw error;
    return { value: undefined, error: error ?? new Error("nothing") };
  }
}

/** A value as it may stand in a sentence: JSON, cut where it gets long. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text =
    JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part)) ?? String(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** A thrown value as it may stand in a sentence. */
export function showError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : show(error);
}

interface Difference {
  readonly path: string;
  readonly left: unknown;
  readonly right: unknown;
}

function firstDifference(left: unknown, right: unknown, path: string): Difference {
  if (Array.isArray(left) && Array.isArray(right) && left.length === right.length) {
    const index = left.findIndex((value, at) => !isSame(value, right[at]));
    return firstDifference(left[index], right[index], `${path}[${index}]`);
  }
  if (isObject(left) && isObject(right)) {
    const name = [...Object.keys(left), ...Object.keys(right)].find((key) => !isSame(left[key], right[key]));
    if (name !== undefined) return firstDifference(left[name], right[name], `${path}.${name}`);
  }
  return { path, left, right };
}
