/**
 * Forms: what options and the envelopes of requests must look like, read at run time. They are made as Zod's schemas are, and say what
 * is wrong in the same words; but they are a hundredth of its code, and `createScim` starts in half the time without it.
 */

/** What is wrong with a value, and where in it. */
export interface Issue {
  readonly message: string;
  readonly path: readonly PropertyKey[];
  /** The values that are possible, of one that is none of them. */
  readonly values?: readonly unknown[];
  /** The names that an object has and may not have. */
  readonly keys?: readonly string[];
  /** What is wrong by each of several forms. */
  readonly errors?: readonly (readonly Issue[])[];
}

/** An issue while it is on its way out of a value: its path grows at the front. */
interface Found extends Omit<Issue, "path"> {
  readonly path: PropertyKey[];
  /** Whether the value has the right type all the same: then what else there is to look at in it is looked at. */
  readonly goesOn: boolean;
}

/** What came of reading a value. */
export type Result<T> =
  | { readonly success: true; readonly data: T; readonly error?: undefined }
  | { readonly success: false; readonly data?: undefined; readonly error: { readonly issues: readonly Issue[] } };

/** What is asked of a value besides its type. */
interface Check<T> {
  readonly look: (value: T, issues: Found[]) => void;
  /** How long a value is, is looked at even where something in it is wrong. */
  readonly isOfLength?: boolean;
}

/** The value of a form. */
export type ValueOf<F> = F extends Form<infer T> ? T : never;

/** What a value must look like, and the value that is read of it. */
export abstract class Form<out T> {
  protected readonly checks: readonly Check<never>[];

  constructor(checks: readonly Check<never>[] = []) {
    this.checks = checks;
  }

  protected abstract readType(value: unknown, issues: Found[]): T;
  /** The same form with other checks. */
  protected abstract withChecks(checks: readonly Check<never>[]): this;

  /** Reads a value; what is wrong with it is added to the issues. */
  read(value: unknown, issues: Found[]): T {
    const start = issues.length;
    const read = this.readType(value, issues);
    for (const check of this.checks) {
      if (issues.length > start && !check.isOfLength && hasEnded(issues, start)) continue;
      (check as Check<T>).look(read, issues);
    }
    return read;
  }

  safeParse(value: unknown): Result<T> {
    const issues: Found[] = [];
    const data = this.read(value, issues);
    return issues.length === 0 ? { success: true, data } : { success: false, error: { issues } };
  }

  optional(): OptionalForm<T | undefined> {
    return new OptionalForm<T | undefined>(this, (value) => value === undefined);
  }

  nullish(): OptionalForm<T | null | undefined> {
    return new OptionalForm<T | null | undefined>(this, (value) => value === undefined || value === null);
  }

  transform<U>(make: (value: T) => U): Form<U> {
    return new TransformedForm(this, make);
  }

  /** Asks something more of a value that has the right type. */
  refine(test: (value: T) => unknown, message: string): this {
    return this.superRefine((value, { addIssue }) => {
      if (!test(value)) addIssue({ message });
    });
  }

  /** The same, with as many issues as there are, each with its place in the value. */
  superRefine(
    look: (
      value: T,
      context: { addIssue(issue: { readonly message: string; readonly path?: readonly PropertyKey[] }): void },
    ) => void,
  ): this {
    return this.also({
      look: (value, issues) =>
        look(value, {
          addIssue: ({ message, path = [] }) => issues.push({ message, path: [...path], goesOn: true }),
        }),
    });
  }

  protected also(check: Check<T>): this {
    return this.withChecks([...this.checks, check as Check<never>]);
  }
}

function hasEnded(issues: readonly Found[], start: number): boolean {
  return issues.some(({ goesOn }, index) => index >= start && !goesOn);
}

function addWrongType(issues: Found[], expected: string, value: unknown): void {
  const message = `Invalid input: expected ${expected}, received ${typeOf(value)}`;
  issues.push({ message, path: [], goesOn: false });
}

function typeOf(value: unknown): string {
  if (typeof value === "number") return Number.isFinite(value) ? "number" : String(value);
  if (typeof value !== "object") return typeof value;
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  const isPlain = Object.getPrototypeOf(value) === Object.prototype;
  return isPlain || !("constructor" in value) || !value.constructor ? "object" : value.constructor.name;
}

function bound<T>(isWithin: (value: T) => boolean, message: string): Check<T> {
  return {
    look(value, issues) {
      if (!isWithin(value)) issues.push({ message, path: [], goesOn: true });
    },
  };
}

/** A bound on the length of what has one: of another type there is nothing to say. */
function lengthBound(isWithin: (length: number) => boolean, message: string): Check<string | readonly unknown[]> {
  const isOfType = (value: unknown): value is string | readonly unknown[] =>
    typeof value === "string" || Array.isArray(value);
  return { ...bound((value) => !isOfType(value) || isWithin(value.length), message), isOfLength: true };
}

/** A form of which nothing is known but how it is read. */
class SimpleForm<T> extends Form<T> {
  readonly #read: (value: unknown, issues: Found[]) => T;

  constructor(read: (value: unknown, issues: Found[]) => T, checks?: readonly Check<never>[]) {
    super(checks);
    this.#read = read;
  }

  protected readType(value: unknown, issues: Found[]): T {
    return this.#read(value, issues);
  }

  protected withChecks(checks: readonly Check<never>[]): this {
    return new SimpleForm(this.#read, checks) as this;
  }
}

/** What need not be there. */
export class OptionalForm<T> extends Form<T> {
  readonly inner: Form<unknown>;
  readonly #isNothing: (value: unknown) => boolean;

  constructor(inner: Form<unknown>, isNothing: (value: unknown) => boolean, checks?: readonly Check<never>[]) {
    super(checks);
    this.inner = inner;
    this.#isNothing = isNothing;
  }

  protected readType(value: unknown, issues: Found[]): T {
    return (this.#isNothing(value) ? value : this.inner.read(value, issues)) as T;
  }

  protected withChecks(checks: readonly Check<never>[]): this {
    return new OptionalForm(this.inner, this.#isNothing, checks) as this;
  }
}

class TransformedForm<T, U> extends Form<U> {
  readonly #inner: Form<T>;
  readonly #make: (value: T) => U;

  constructor(inner: Form<T>, make: (value: T) => U, checks?: readonly Check<never>[]) {
    super(checks);
    this.#inner = inner;
    this.#make = make;
  }

  protected readType(value: unknown, issues: Found[]): U {
    const start = issues.length;
    const read = this.#inner.read(value, issues);
    return issues.length > start ? (undefined as U) : this.#make(read);
  }

  protected withChecks(checks: readonly Check<never>[]): this {
    return new TransformedForm(this.#inner, this.#make, checks) as this;
  }
}

export class StringForm extends Form<string> {
  protected readType(value: unknown, issues: Found[]): string {
    if (typeof value !== "string") addWrongType(issues, "string", value);
    return value as string;
  }

  protected withChecks(checks: readonly Check<never>[]): this {
    return new StringForm(checks) as this;
  }

  min(least: number, message = `Too small: expected string to have >=${least} characters`): this {
    return this.also(lengthBound((length) => length >= least, message));
  }

  max(most: number, message = `Too big: expected string to have <=${most} characters`): this {
    return this.also(lengthBound((length) => length <= most, message));
  }
}

export class NumberForm extends Form<number> {
  protected readType(value: unknown, issues: Found[]): number {
    if (!Number.isFinite(value)) addWrongType(issues, "number", value);
    return value as number;
  }

  protected withChecks(checks: readonly Check<never>[]): this {
    return new NumberForm(checks) as this;
  }

  /** A whole number, and no larger than one that is exact. */
  int(): this {
    const most = Number.MAX_SAFE_INTEGER;
    return this.also({
      look(value, issues) {
        if (!Number.isInteger(value)) addWrongType(issues, "int", value);
      },
    })
      .also(bound((value) => value <= most, `Too big: expected int to be <=${most}`))
      .also(bound((value) => value >= -most, `Too small: expected int to be >=${-most}`));
  }

  positive(): this {
    return this.also(bound((value) => value > 0, "Too small: expected number to be >0"));
  }

  nonnegative(): this {
    return this.min(0);
  }

  min(least: number): this {
    return this.also(bound((value) => value >= least, `Too small: expected number to be >=${least}`));
  }

  max(most: number): this {
    return this.also(bound((value) => value <= most, `Too big: expected number to be <=${most}`));
  }
}

export class ArrayForm<T> extends Form<readonly T[]> {
  readonly element: Form<T>;
  readonly #most: number;

  constructor(element: Form<T>, checks?: readonly Check<never>[], most = Number.POSITIVE_INFINITY) {
    super(checks);
    this.element = element;
    this.#most = most;
  }

  protected readType(value: unknown, issues: Found[]): readonly T[] {
    if (!Array.isArray(value)) addWrongType(issues, "array", value);
    else if (value.length <= this.#most) return value.map((item, index) => readAt(this.element, item, index, issues));
    // Nobody looks into it.
    else issues.push({ message: `Too big: expected array to have <=${this.#most} items`, path: [], goesOn: false });
    return value as readonly T[];
  }

  protected withChecks(checks: readonly Check<never>[]): this {
    return new ArrayForm(this.element, checks, this.#most) as this;
  }

  min(least: number): this {
    return this.also(lengthBound((length) => length >= least, `Too small: expected array to have >=${least} items`));
  }

  max(most: number): ArrayForm<T> {
    return new ArrayForm(this.element, this.checks, most);
  }
}

function readAt<T>(form: Form<T>, value: unknown, at: PropertyKey, issues: Found[]): T {
  const start = issues.length;
  const read = form.read(value, issues);
  for (let index = start; index < issues.length; index++) issues[index]?.path.unshift(at);
  return read;
}

type Shape = Readonly<Record<string, Form<unknown>>>;

/** What an object may have besides what its shape says: whatever there is, nothing, or what another form says. */
type Others = "dropped" | "kept" | "refused" | Form<unknown>;

export class ObjectForm<S extends Shape> extends Form<{ readonly [K in keyof S]: ValueOf<S[K]> }> {
  readonly shape: S;
  readonly #others: Others;

  constructor(shape: S, others: Others, checks?: readonly Check<never>[]) {
    super(checks);
    this.shape = shape;
    this.#others = others;
  }

  protected readType(value: unknown, issues: Found[]): { readonly [K in keyof S]: ValueOf<S[K]> } {
    const read: Record<string, unknown> = {};
    if (typeof value !== "object" || value === null || Array.isArray(value)) addWrongType(issues, "object", value);
    else {
      const object = value as Readonly<Record<string, unknown>>;
      for (const name of Object.keys(this.shape))
        read[name] = readAt(this.shape[name] as Form<unknown>, object[name], name, issues);
      if (this.#others !== "dropped") this.#readOthers(object, read, issues);
    }
    return read as { readonly [K in keyof S]: ValueOf<S[K]> };
  }

  #readOthers(object: Readonly<Record<string, unknown>>, read: Record<string, unknown>, issues: Found[]): void {
    const others = this.#others;
    const keys: string[] = [];
    for (const name in object) {
      if (Object.hasOwn(this.shape, name)) continue;
      keys.push(name);
      // Put there by an assignment, it would be the prototype.
      if (name === "__proto__") continue;
      if (others === "kept") read[name] = object[name];
      else if (others instanceof Form) read[name] = readAt(others, object[name], name, issues);
    }
    if (others !== "refused" || keys.length === 0) return;
    const message = `Unrecognized key${keys.length > 1 ? "s" : ""}: ${keys.map((key) => `"${key}"`).join(", ")}`;
    issues.push({ message, keys, path: [], goesOn: true });
  }

  protected withChecks(checks: readonly Check<never>[]): this {
    return new ObjectForm(this.shape, this.#others, checks) as this;
  }

  catchall(others: Form<unknown>): ObjectForm<S> {
    return new ObjectForm(this.shape, others);
  }
}

/** An object; members that its shape does not have are dropped. */
export function object<S extends Shape>(shape: S): ObjectForm<S> {
  return new ObjectForm(shape, "dropped");
}

/** An object that may have other members besides. */
export function looseObject<S extends Shape>(shape: S): ObjectForm<S> {
  return new ObjectForm(shape, "kept");
}

/** An object with no other members than these. */
export function strictObject<S extends Shape>(shape: S): ObjectForm<S> {
  return new ObjectForm(shape, "refused");
}

export function array<T>(element: Form<T>): ArrayForm<T> {
  return new ArrayForm(element);
}

export function string(): StringForm {
  return new StringForm();
}

export function number(): NumberForm {
  return new NumberForm();
}

export function int(): NumberForm {
  return new NumberForm().int();
}

export function boolean(): Form<boolean> {
  return new SimpleForm((value, issues) => {
    if (typeof value !== "boolean") addWrongType(issues, "boolean", value);
    return value as boolean;
  });
}

export function unknown(): Form<unknown> {
  return new SimpleForm((value) => value);
}

/** Whatever passes the test. */
export function custom<T>(test: (value: unknown) => boolean, message: string): Form<T> {
  return new SimpleForm((value, issues) => {
    if (!test(value)) issues.push({ message, path: [], goesOn: false });
    return value as T;
  });
}

/** One of some values. */
export function oneOf<const V extends readonly (string | boolean)[]>(values: V): Form<V[number]> {
  return new SimpleForm((value, issues) => {
    if (!values.includes(value as V[number])) {
      const message = `Invalid option: expected one of ${values.map((one) => JSON.stringify(one)).join("|")}`;
      issues.push({ message, values, path: [], goesOn: false });
    }
    return value as V[number];
  });
}

/** One of several forms: the first that fits. */
export function union<const F extends readonly Form<unknown>[]>(
  forms: F,
  message = "Invalid input",
): Form<ValueOf<F[number]>> {
  return new SimpleForm((value, issues) => {
    const tried = forms.map((form) => {
      const found: Found[] = [];
      return { read: form.read(value, found), found };
    });
    const ofType = tried.filter(({ found }) => !hasEnded(found, 0));
    const fitting = tried.find(({ found }) => found.length === 0) ?? (ofType.length === 1 ? ofType[0] : undefined);
    // What it has the type of says best what is wrong with it.
    if (fitting !== undefined) issues.push(...fitting.found);
    else {
      const errors = tried.map(({ found }) => found);
      issues.push({ message, errors, path: [], goesOn: false });
    }
    return fitting?.read as ValueOf<F[number]>;
  });
}

/** An absolute URL. */
export function url(): Form<string> {
  return string().refine((text) => URL.canParse(text.trim()), "Invalid URL");
}

/** Whatever JSON can say. */
export function json(): Form<unknown> {
  return new SimpleForm((value, issues) => {
    if (!isJson(value)) issues.push({ message: "Invalid input", errors: [], path: [], goesOn: false });
    return value;
  });
}

function isJson(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return typeof value === "string" || typeof value === "boolean";
  if (value === null) return true;
  if (Array.isArray(value)) return value.every(isJson);
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isPlain && Object.values(value).every(isJson);
}
