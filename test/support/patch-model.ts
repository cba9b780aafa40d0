/**
 * RFC 7644 §3.5.2 once more: slow, literal, and written from the text and its rulings alone. It shares no code with the engine,
 * copies the whole resource at every step and looks at every element every time, so that what it does can be read off.
 */
export interface ModelAttribute {
  readonly name: string;
  readonly type?: "string" | "boolean" | "integer" | "complex";
  readonly multiValued?: boolean;
  readonly required?: boolean;
  readonly caseExact?: boolean;
  readonly mutability?: "readOnly" | "readWrite" | "immutable" | "writeOnly";
  readonly collection?: boolean;
  /** Suggested, and so no matter of a reading. */
  readonly canonicalValues?: readonly string[];
  readonly subAttributes?: readonly ModelAttribute[];
}

export interface ModelSchema {
  readonly id: string;
  readonly attributes: readonly ModelAttribute[];
}

export interface ModelType extends ModelSchema {
  readonly extensions: readonly (ModelSchema & { readonly required: boolean })[];
  /** `true`: with the tolerances of the default profile that concern PATCH. */
  readonly isTolerant: boolean;
  readonly maxElements: number;
}

export interface ModelOperation {
  readonly op: "add" | "remove" | "replace";
  readonly path?: string;
  readonly value?: unknown;
}

export type Outcome =
  | { readonly status: 200; readonly resource: Json; readonly secrets: Json }
  | { readonly status: 400; readonly scimType: string };

type Json = Record<string, unknown>;
interface Target {
  readonly attribute: ModelAttribute;
  readonly urn: string | undefined;
  readonly sub?: ModelAttribute | undefined;
}
type Step = (state: { resource: Json; readonly secrets: Json }) => void;

/** An operation on what the type does not have. */
const LEFT_OUT: Step = () => undefined;
/** An operation that says nothing. */
const NOTHING: Step = () => undefined;

class Refusal extends Error {
  readonly scimType: string;
  constructor(scimType: string) {
    super(scimType);
    this.scimType = scimType;
  }
}
const refuse = (scimType: string): never => {
  throw new Refusal(scimType);
};

const COMMON: readonly ModelAttribute[] = [
  { name: "id", mutability: "readOnly", caseExact: true },
  { name: "externalId", caseExact: true },
  {
    name: "meta",
    type: "complex",
    mutability: "readOnly",
    subAttributes: [{ name: "created", mutability: "readOnly" }],
  },
];

/** The whole of a PATCH: all of the operations or none. */
export function patchByTheBook(type: ModelType, resource: Json, operations: readonly ModelOperation[]): Outcome {
  const state = { resource: copy(resource), secrets: {} as Json };
  try {
    // What is wrong whatever the resource holds is seen first; then the operations run in order, each on the outcome of the last.
    const steps = operations.flatMap((operation) => readOperation(type, operation));
    // A request of nothing but unknown names must not look as if it were done. [R-37a]
    if (steps.includes(LEFT_OUT) && steps.every((step) => step === LEFT_OUT || step === NOTHING)) refuse("invalidPath");
    for (const step of steps) {
      state.resource = copy(state.resource);
      step(state);
      dropEmptyExtensions(type, state.resource);
    }
    judge(type, resource, state.resource);
    return { status: 200, ...state };
  } catch (error) {
    if (error instanceof Refusal) return { status: 400, scimType: error.scimType };
    throw error;
  }
}

// --- what an operation says ---

function readOperation(type: ModelType, operation: ModelOperation): Step[] {
  const { op, path } = operation;
  if (path === undefined) {
    if (op === "remove") return refuse("noTarget");
    return readWithoutPath(type, operation);
  }
  return readPath(type, operation, path);
}

function readPath(type: ModelType, operation: ModelOperation, path: string): Step[] {
  const bracket = path.indexOf("[");
  const end = path.lastIndexOf("]");
  const name = bracket < 0 ? path : path.slice(0, bracket);
  if (bracket < 0) {
    if (same(name, type.id)) return readOperation(type, { ...operation, path: undefined as never });
    const extension = type.extensions.find(({ id }) => same(id, name));
    if (extension !== undefined) return readExtension(type, operation, extension);
  }
  const target = find(type, name);
  if (target === undefined) return unknown(type);
  if (bracket < 0) return readTarget(type, operation, target);
  if (target.sub !== undefined || !target.attribute.multiValued) return refuse("invalidPath");
  const after = path.slice(end + 1);
  const sub = after === "" ? undefined : subOf(target.attribute, after.slice(1));
  if (after !== "" && sub === undefined) return unknown(type);
  const matches = readFilter(target.attribute, path.slice(bracket + 1, end));
  return readSelection(type, operation, { ...target, sub }, matches);
}

function unknown(type: ModelType): Step[] {
  return type.isTolerant ? [LEFT_OUT] : refuse("invalidPath");
}

/** Whether a value says something, and all of it of names that there are none of. [R-37a] */
function isOfUnknownNames(attribute: ModelAttribute, raw: unknown, value: unknown, isOne: boolean): boolean {
  if (value !== undefined && !isEmptyList(value) && !(isObject(value) && Object.keys(value).length === 0)) return false;
  const parts = (Array.isArray(raw) ? raw : [raw]).filter(isObject).flatMap((part) => Object.entries(part));
  return parts.some(([name]) => subOf(attribute, name) === undefined) && !(isOne && clearsSomething(attribute, raw));
}

function clearsSomething(attribute: ModelAttribute, raw: unknown): boolean {
  if (!isObject(raw)) return false;
  return Object.entries(raw).some(([name, part]) => {
    const sub = subOf(attribute, name);
    return sub !== undefined && !isReadOnly(sub) && (part === null || isEmptyList(part));
  });
}

function readWithoutPath(type: ModelType, operation: ModelOperation): Step[] {
  const members = assertedBy(operation);
  if (!isObject(members)) return refuse("invalidValue");
  return Object.entries(members).flatMap(([key, value]) => {
    const plain = [...COMMON, ...type.attributes].find(({ name }) => same(name, key));
    if (plain !== undefined) return readMember(type, operation, { attribute: plain, urn: undefined }, value);
    const extension = type.extensions.find(({ id }) => same(id, key));
    if (extension !== undefined) return readExtension(type, { op: operation.op, value }, extension);
    const bare = key.includes("[") ? key.slice(0, key.indexOf("[")) + key.slice(key.lastIndexOf("]") + 1) : key;
    const target = find(type, bare);
    if (target === undefined) return unknown(type);
    if (!type.isTolerant) return refuse("invalidPath");
    if (isReadOnly(target.attribute) || isReadOnly(target.sub)) return [];
    return readPath(type, { op: operation.op, value }, key);
  });
}

/** A readOnly attribute that is only carried along is ignored, or by the letter must say what is stored. */
function readMember(type: ModelType, { op }: ModelOperation, target: Target, value: unknown): Step[] {
  if (!isReadOnly(target.attribute)) return readTarget(type, { op, value }, target);
  if (type.isTolerant) return [];
  return [
    ({ resource }) => {
      const stored = get(resource, target);
      const isEcho =
        isObject(value) && isObject(stored)
          ? Object.entries(value).every(([name, part]) => equal(stored[name], part))
          : value === null || isEmptyList(value) || equal(stored, value);
      if (!isEcho) refuse("mutability");
    },
  ];
}

function readExtension(type: ModelType, operation: ModelOperation, extension: ModelType["extensions"][number]): Step[] {
  const { op } = operation;
  const value = op === "remove" ? null : assertedBy(operation);
  if (value === null && op === "add") return [];
  if (value === null) {
    return [
      ({ resource }) => {
        if (extension.required) refuse(op === "remove" ? "mutability" : "invalidValue");
        const container = (resource[extension.id] ?? {}) as Json;
        for (const attribute of extension.attributes) {
          if (isReadOnly(attribute) || container[attribute.name] === undefined) continue;
          if (attribute.mutability === "immutable") refuse("mutability");
          delete container[attribute.name];
        }
      },
    ];
  }
  if (!isObject(value)) return refuse("invalidValue");
  return Object.entries(value).flatMap(([key, part]) => {
    const attribute = extension.attributes.find(({ name }) => same(name, key));
    if (attribute === undefined) {
      const target = find(type, `${extension.id}:${key}`);
      if (target === undefined) return unknown(type);
      if (!type.isTolerant) return refuse("invalidPath");
      if (isReadOnly(target.attribute) || isReadOnly(target.sub)) return [];
      return readTarget(type, { op, value: part }, target);
    }
    const target = { attribute, urn: extension.id };
    if (isReadOnly(attribute)) return readMember(type, operation, target, part);
    return readTarget(type, { op, value: part }, target);
  });
}

function readTarget(type: ModelType, operation: ModelOperation, target: Target): Step[] {
  const { attribute, sub } = target;
  const { op } = operation;
  if (isReadOnly(attribute) || isReadOnly(sub)) return refuse("mutability");
  if (attribute.mutability === "writeOnly") {
    const value = op === "remove" ? null : assertedBy(operation);
    if (value === null && op === "add") return [];
    const secret = value === null ? null : readOne(attribute, value, type);
    return [({ secrets }) => Object.assign(secrets, { [attribute.name]: secret })];
  }
  if (sub !== undefined && attribute.multiValued) return readSelection(type, operation, target, undefined);
  const leaf = sub ?? attribute;
  if (op === "remove") {
    const listed = readListed(type, operation, leaf);
    if (listed?.length === 0) return [NOTHING];
    return [change(target, op, (before) => removed(leaf, sub, op, before, listed, attribute))];
  }
  const raw = assertedBy(operation);
  const value = readAny(leaf, raw, type);
  if (isOfUnknownNames(leaf, raw, value, !leaf.multiValued)) return unknown(type);
  if (op === "add" && (raw === null || (leaf.multiValued && (value as unknown[]).length === 0))) return [];
  if (isObject(value) && Object.keys(value).length === 0 && !clearsSomething(leaf, raw)) return [NOTHING];
  if (sub !== undefined) {
    return [
      change(target, op, (before) =>
        orNothing(
          value === undefined || isEmptyList(value)
            ? unassign(sub, op, asObject(before))
            : assign(sub, op, asObject(before), value),
        ),
      ),
    ];
  }
  if (attribute.multiValued) {
    return [
      change(target, op, (before) => {
        const elements = (before ?? []) as unknown[];
        const given = value as unknown[];
        return orNone(op === "add" ? added(attribute, elements, given) : replacedList(attribute, elements, given));
      }),
    ];
  }
  if (attribute.type === "complex" && value !== undefined)
    return [
      change(target, op, (before) =>
        orNothing(mergedInto(attribute, op, asObject(before), value as Json, raw as Json)),
      ),
    ];
  return [change(target, op, () => value)];
}

/** Of an attribute as a whole, or of one of its sub-attributes: everything, or what is listed. */
function removed(
  leaf: ModelAttribute,
  sub: ModelAttribute | undefined,
  op: ModelOperation["op"],
  before: unknown,
  listed: readonly unknown[] | undefined,
  attribute: ModelAttribute,
): unknown {
  if (sub !== undefined) {
    const complex = asObject(before);
    if (listed === undefined || complex[sub.name] === undefined) return orNothing(unassign(sub, op, complex));
    const left = withoutListed(leaf, complex[sub.name] as unknown[], listed);
    if (left.length === 0) return orNothing(unassign(sub, op, complex));
    return assign(sub, "replace", complex, left);
  }
  if (listed === undefined) return undefined;
  return orNone(withoutListed(attribute, (before ?? []) as unknown[], listed));
}

function readListed(type: ModelType, { value }: ModelOperation, leaf: ModelAttribute): readonly unknown[] | undefined {
  if (!leaf.multiValued || value === undefined || value === null) return undefined;
  if (!type.isTolerant) return refuse("invalidValue");
  for (const one of Array.isArray(value) ? value : [value]) if (!saysWhich(leaf, one)) refuse("invalidValue");
  const all = { ...leaf, subAttributes: (leaf.subAttributes ?? []).map((sub) => ({ ...sub, required: false })) };
  return readAny(all, value, type) as unknown[];
}

/** Whether a listed value tells an element from others: by its value, or, of what is no collection, by any part. [R-2a] */
function saysWhich(attribute: ModelAttribute, one: unknown): boolean {
  if (!isObject(one)) return one !== null && one !== "" && !isEmptyList(one);
  return Object.entries(one).some(([name, part]) => {
    const sub = subOf(attribute, name);
    if (sub === undefined || isReadOnly(sub) || (attribute.collection && sub.name !== "value")) return false;
    return part !== null && part !== "" && !isEmptyList(part);
  });
}

function withoutListed(attribute: ModelAttribute, elements: readonly unknown[], listed: readonly unknown[]): unknown[] {
  const isListed = (element: unknown): boolean =>
    listed.some((one) => {
      if (!isObject(one) || !isObject(element)) return key(attribute, one) === key(attribute, element);
      const value = subOf(attribute, "value");
      if (value !== undefined && one.value !== undefined)
        return element.value !== undefined && key(value, one.value) === key(value, element.value);
      return Object.entries(one).every(([name, part]) => {
        const sub = subOf(attribute, name);
        if (sub === undefined || element[name] === undefined) return false;
        const text = (raw: unknown) => JSON.stringify(Array.isArray(raw) ? raw.map((x) => key(sub, x)) : key(sub, raw));
        return text(part) === text(element[name]);
      });
    });
  return elements.filter((element) => !isListed(element));
}

/** `attr[filter]`, `attr[filter].sub`, and `attr.sub` of every element. */
function readSelection(
  type: ModelType,
  operation: ModelOperation,
  { attribute, urn, sub }: Target,
  filter: { matches: (element: unknown) => boolean; described: Json | undefined } | undefined,
): Step[] {
  const { op } = operation;
  if (isReadOnly(attribute) || isReadOnly(sub)) return refuse("mutability");
  const target = { attribute, urn };
  const matches = filter?.matches ?? (() => true);
  const described = attribute.type !== "complex" ? undefined : filter === undefined ? {} : filter.described;
  const removeMatching = (listed: readonly unknown[] | undefined): Step =>
    change(target, op, (before) =>
      orNone(
        ((before ?? []) as unknown[]).flatMap((element) => {
          if (!matches(element)) return [element];
          if (sub === undefined) return [];
          const left = removed(sub, sub, op, element, listed, attribute);
          return left === undefined ? [] : [left];
        }),
      ),
    );
  if (op === "remove") {
    const listed = sub === undefined ? undefined : readListed(type, operation, sub);
    return [listed?.length === 0 ? NOTHING : removeMatching(listed)];
  }
  const raw = assertedBy(operation);
  const value =
    sub === undefined ? (raw === null ? undefined : readOne(attribute, raw, type)) : readAny(sub, raw, type);
  if (op === "add" && (raw === null || (sub?.multiValued === true && isEmptyList(value)))) return [];
  if (sub === undefined && op === "replace" && isObject(value) && Object.keys(value).length === 0)
    return refuse("invalidValue");
  if (isOfUnknownNames(sub ?? attribute, raw, value, sub === undefined || !sub.multiValued)) return unknown(type);
  if (value === undefined || isEmptyList(value)) {
    const remove = removeMatching(undefined);
    return [
      (state) => {
        if (!((get(state.resource, target) ?? []) as unknown[]).some(matches)) refuse("noTarget");
        remove(state);
      },
    ];
  }
  return [
    change(target, op, (before) => {
      const elements = (before ?? []) as unknown[];
      const selected = elements.filter(matches);
      const sets =
        sub === undefined ? isObject(value) && value.primary === true : sub.name === "primary" && value === true;
      if (selected.length === 0) {
        if (described === undefined || (filter !== undefined && !type.isTolerant)) refuse("noTarget");
        const made = { ...described, ...(sub === undefined ? (value as Json) : { [sub.name]: value }) };
        return added(attribute, elements, [made]);
      }
      const after = elements.map((element) => {
        if (!matches(element)) return sets && selected.length === 1 ? notPrimary(element) : element;
        if (sub !== undefined) return assign(sub, op, element as Json, value);
        if (op === "add" && isObject(element)) return mergedInto(attribute, op, element, value as Json, raw as Json);
        return overwrite(attribute, element, value);
      });
      return orNone(after.filter((element) => !isObject(element) || Object.keys(element).length > 0));
    }),
  ];
}

// --- what is done to values ---

/** Changes one attribute, with the rules that hold for every change of it. */
function change(target: Target, op: ModelOperation["op"], work: (before: unknown) => unknown): Step {
  return ({ resource }) => {
    const { attribute } = target;
    const before = get(resource, target);
    const after = work(copy(before));
    if (equal(before, after)) return;
    if (before !== undefined && attribute.mutability === "immutable") refuse("mutability");
    if (before !== undefined && after === undefined && attribute.required)
      refuse(op === "remove" ? "mutability" : "invalidValue");
    put(resource, target, after);
  };
}

function assign(sub: ModelAttribute, op: ModelOperation["op"], complex: Json, value: unknown): Json {
  const old = complex[sub.name];
  const next =
    op === "add" && sub.multiValued && Array.isArray(old)
      ? [...old, ...(value as unknown[]).filter((one) => !old.some((other) => key(sub, other) === key(sub, one)))]
      : value;
  if (equal(old, next)) return complex;
  if (old !== undefined && sub.mutability === "immutable") refuse("mutability");
  return { ...complex, [sub.name]: next };
}

function unassign(sub: ModelAttribute, op: ModelOperation["op"], complex: Json): Json {
  if (complex[sub.name] === undefined) return complex;
  if (sub.required) refuse(op === "remove" ? "mutability" : "invalidValue");
  if (sub.mutability === "immutable") refuse("mutability");
  const { [sub.name]: _, ...rest } = complex;
  return rest;
}

function mergedInto(attribute: ModelAttribute, op: ModelOperation["op"], complex: Json, value: Json, raw: Json): Json {
  let after = complex;
  for (const sub of attribute.subAttributes ?? []) {
    if (value[sub.name] !== undefined) after = assign(sub, op, after, value[sub.name]);
  }
  for (const [name, part] of Object.entries(raw)) {
    const sub = subOf(attribute, name);
    if (sub !== undefined && !isReadOnly(sub) && (part === null || isEmptyList(part)))
      after = unassign(sub, "replace", after);
  }
  return after;
}

/** The record is the new value, but for what no client may change. */
function overwrite(attribute: ModelAttribute, element: unknown, value: unknown): unknown {
  if (!isObject(element) || !isObject(value)) return value;
  const after: Json = { ...value };
  for (const sub of attribute.subAttributes ?? []) {
    const old = element[sub.name];
    if (old === undefined) continue;
    if (isReadOnly(sub)) after[sub.name] = old;
    if (sub.mutability !== "immutable") continue;
    if (after[sub.name] === undefined || attribute.collection) after[sub.name] = old;
    else if (!equal(after[sub.name], old)) refuse("mutability");
  }
  return after;
}

function added(attribute: ModelAttribute, elements: readonly unknown[], given: readonly unknown[]): unknown[] {
  let after = [...elements];
  let primary: number | undefined;
  for (const element of given) {
    let position = after.findIndex((other) => isSameElement(attribute, other, element));
    if (position < 0) position = after.push(element) - 1;
    else if (isObject(element) && !attribute.collection) {
      // What makes it the same element is there already, in whatever letter case.
      const { value: _value, type: _type, ...more } = element;
      after[position] = mergedInto(attribute, "add", after[position] as Json, more, {});
    }
    if (isObject(element) && element.primary === true) primary = position;
  }
  if (primary !== undefined) after = after.map((element, index) => (index === primary ? element : notPrimary(element)));
  return after;
}

function replacedList(attribute: ModelAttribute, elements: readonly unknown[], given: readonly unknown[]): unknown[] {
  return given.map((element) => {
    const twin = elements.find((other) => isSameElement(attribute, other, element));
    const hasFixed = (attribute.subAttributes ?? []).some(
      ({ mutability }) => mutability === "readOnly" || mutability === "immutable",
    );
    return twin === undefined || !hasFixed ? element : overwrite(attribute, twin, element);
  });
}

/** The value and the type; of members the value alone; of what has no value, everything. [R-51 R-53] */
function isSameElement(attribute: ModelAttribute, left: unknown, right: unknown): boolean {
  if (!isObject(left) || !isObject(right)) return key(attribute, left) === key(attribute, right);
  const value = subOf(attribute, "value");
  if (value === undefined || left.value === undefined || right.value === undefined) return equal(left, right);
  if (key(value, left.value) !== key(value, right.value)) return false;
  const type = attribute.collection ? undefined : subOf(attribute, "type");
  const textOf = (element: Json) =>
    type === undefined || element.type === undefined ? undefined : key(type, element.type);
  return textOf(left) === textOf(right);
}

function notPrimary(element: unknown): unknown {
  return isObject(element) && element.primary === true ? { ...element, primary: false } : element;
}

// --- what is judged at the end [R-13] ---

function judge(type: ModelType, before: Json, after: Json): void {
  for (const { attribute, urn } of everyAttribute(type)) {
    const target = { attribute, urn };
    const value = get(after, target);
    const old = get(before, target);
    if (equal(old, value) || value === undefined) continue;
    if (Array.isArray(value)) {
      const distinct = value.filter(
        (one, index) => !value.slice(0, index).some((other) => isDuplicate(attribute, other, one)),
      );
      put(after, target, distinct);
      if (distinct.filter((element) => isObject(element) && element.primary === true).length > 1)
        refuse("invalidValue");
      const most = Array.isArray(old) ? Math.max(old.length, type.maxElements) : type.maxElements;
      if (!attribute.collection && distinct.length > most) refuse("invalidValue");
    }
    for (const element of Array.isArray(value) ? value : [value]) {
      if (!isObject(element)) continue;
      for (const sub of attribute.subAttributes ?? [])
        if (sub.required && !isReadOnly(sub) && element[sub.name] === undefined) refuse("invalidValue");
    }
  }
  for (const { attribute, urn } of everyAttribute(type)) {
    const isAsked = urn === undefined || after[urn] !== undefined;
    if (attribute.required && !isReadOnly(attribute) && isAsked && get(after, { attribute, urn }) === undefined)
      refuse("invalidValue");
  }
  for (const extension of type.extensions)
    if (extension.required && after[extension.id] === undefined) refuse("invalidValue");
}

function isDuplicate(attribute: ModelAttribute, left: unknown, right: unknown): boolean {
  return attribute.collection ? isSameElement(attribute, left, right) : equal(left, right);
}

function everyAttribute(type: ModelType): readonly Target[] {
  return [
    ...type.attributes.map((attribute) => ({ attribute, urn: undefined })),
    ...type.extensions.flatMap(({ id, attributes }) => attributes.map((attribute) => ({ attribute, urn: id }))),
  ];
}

function dropEmptyExtensions(type: ModelType, resource: Json): void {
  for (const { id } of type.extensions)
    if (isObject(resource[id]) && Object.keys(resource[id]).length === 0) delete resource[id];
}

// --- values as the schema has them ---

function assertedBy(operation: ModelOperation): unknown {
  return "value" in operation && operation.value !== undefined ? operation.value : refuse("invalidValue");
}

function readAny(attribute: ModelAttribute, raw: unknown, type: ModelType): unknown {
  if (!attribute.multiValued) return raw === null ? undefined : readOne(attribute, raw, type);
  if (raw === null) return [];
  const list = Array.isArray(raw) ? raw : [raw];
  if (list.length > type.maxElements && !attribute.collection) refuse("invalidValue");
  const values = list.flatMap((one) => {
    if (one === null) refuse("invalidValue");
    const value = readOne(attribute, one, type);
    if (isObject(value)) {
      if (
        Object.keys(value).length === 0 &&
        !(attribute.subAttributes ?? []).some(({ required, mutability }) => required && mutability !== "readOnly")
      )
        return [];
      for (const sub of attribute.subAttributes ?? [])
        if (sub.required && !isReadOnly(sub) && value[sub.name] === undefined) refuse("invalidValue");
    }
    return [value];
  });
  if (values.filter((value) => isObject(value) && value.primary === true).length > 1) refuse("invalidValue");
  return values.filter((one, index) => {
    const others = values.slice(0, index);
    if (attribute.collection && isObject(one) && one.value !== undefined)
      return !others.some((other) => isSameElement(attribute, other, one));
    return !others.some((other) => equal(other, one));
  });
}

function readOne(attribute: ModelAttribute, raw: unknown, type: ModelType): unknown {
  if (attribute.type === "complex") {
    if (!isObject(raw)) return refuse("invalidValue");
    const value: Json = {};
    for (const [name, part] of Object.entries(raw)) {
      const sub = subOf(attribute, name);
      if (sub === undefined || isReadOnly(sub) || part === null) continue;
      if (sub.multiValued && !Array.isArray(part)) refuse("invalidValue");
      const read = readAny(sub, part, type);
      if (!isEmptyList(read)) value[sub.name] = read;
    }
    return value;
  }
  if (attribute.type === "boolean") return typeof raw === "boolean" ? raw : refuse("invalidValue");
  if (attribute.type === "integer") return Number.isInteger(raw) ? raw : refuse("invalidValue");
  if (typeof raw !== "string") return refuse("invalidValue");
  return attribute.required && raw.trim() === "" ? refuse("invalidValue") : raw;
}

// --- filters ---

function readFilter(attribute: ModelAttribute, text: string) {
  const tokens = [...text.matchAll(/"[^"]*"|[()]|[^\s()"]+/g)].map(([token]) => token);
  let isConjunction = true;
  const described: Json = {};
  const either = (): ((element: unknown) => boolean) => {
    let left = both();
    while (tokens[0] === "or") {
      isConjunction = false;
      tokens.shift();
      const [a, b] = [left, both()];
      left = (element) => a(element) || b(element);
    }
    return left;
  };
  const both = (): ((element: unknown) => boolean) => {
    let left = one();
    while (tokens[0] === "and") {
      tokens.shift();
      const [a, b] = [left, one()];
      left = (element) => a(element) && b(element);
    }
    return left;
  };
  const one = (): ((element: unknown) => boolean) => {
    const word = tokens.shift() as string;
    if (word === "not" || word === "(") {
      if (word === "not") {
        isConjunction = false;
        tokens.shift();
      }
      const inner = either();
      tokens.shift();
      return word === "not" ? (element) => !inner(element) : inner;
    }
    const sub = attribute.type === "complex" ? subOf(attribute, word) : same(word, "value") ? attribute : undefined;
    if (sub === undefined) return refuse("invalidFilter");
    const valuesOf = (element: unknown): unknown[] => {
      const value = attribute.type === "complex" ? (element as Json)[sub.name] : element;
      if (value === undefined) return sub.name === "primary" ? [false] : [];
      return Array.isArray(value) ? value : [value];
    };
    const operator = tokens.shift() as string;
    if (operator === "pr") {
      isConjunction = false;
      return (element) => valuesOf(element).some((value) => value !== "");
    }
    const operand: unknown = JSON.parse(tokens.shift() as string);
    const expected = sub.type ?? "string";
    if (typeof operand !== (expected === "integer" ? "number" : expected)) return refuse("invalidFilter");
    if (operator === "eq" && !isReadOnly(sub)) {
      if (described[sub.name] !== undefined && described[sub.name] !== operand) isConjunction = false;
      described[sub.name] = sub.multiValued && sub !== attribute ? [operand] : operand;
    } else isConjunction = false;
    const [left, right] = [(value: unknown) => key(sub, value), key(sub, operand)];
    return (element) => {
      const values = valuesOf(element);
      if (operator === "ne") return values.length === 0 || values.some((value) => left(value) !== right);
      if (operator === "sw") return values.some((value) => String(left(value)).startsWith(String(right)));
      return values.some((value) => left(value) === right);
    };
  };
  const matches = either();
  const isValid = Object.entries(described).every(([name, value]) => {
    const sub = subOf(attribute, name);
    return !(sub?.required && typeof value === "string" && value.trim() === "");
  });
  return { matches, described: isConjunction && isValid ? described : undefined };
}

// --- small things ---

function find(type: ModelType, text: string): Target | undefined {
  for (const { id, attributes } of [...type.extensions, { id: type.id, attributes: [...COMMON, ...type.attributes] }]) {
    if (!text.toLowerCase().startsWith(`${id.toLowerCase()}:`)) continue;
    return findIn(attributes, text.slice(id.length + 1), id === type.id ? undefined : id);
  }
  return findIn([...COMMON, ...type.attributes], text, undefined);
}

function findIn(attributes: readonly ModelAttribute[], text: string, urn: string | undefined): Target | undefined {
  const [name = "", subName] = text.split(".");
  const attribute = attributes.find((candidate) => same(candidate.name, name));
  if (attribute === undefined) return undefined;
  const sub = subName === undefined ? undefined : subOf(attribute, subName);
  return subName !== undefined && sub === undefined ? undefined : { attribute, urn, sub };
}

function subOf({ subAttributes = [] }: ModelAttribute, name: string): ModelAttribute | undefined {
  return subAttributes.find((sub) => same(sub.name, name));
}

function get(resource: Json, { attribute, urn }: Target): unknown {
  return urn === undefined ? resource[attribute.name] : (resource[urn] as Json | undefined)?.[attribute.name];
}

function put(resource: Json, { attribute, urn }: Target, value: unknown): void {
  if (urn !== undefined) resource[urn] ??= {};
  const holder = urn === undefined ? resource : (resource[urn] as Json);
  if (value === undefined) delete holder[attribute.name];
  else holder[attribute.name] = value;
}

function key({ caseExact, type = "string" }: ModelAttribute, value: unknown): unknown {
  return typeof value === "string" && type === "string" && !caseExact ? value.toLowerCase() : value;
}

const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const asObject = (value: unknown): Json => (isObject(value) ? value : {});
const isReadOnly = (attribute: ModelAttribute | undefined): boolean => attribute?.mutability === "readOnly";
const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
const orNone = (list: readonly unknown[]): unknown => (list.length === 0 ? undefined : list);
const orNothing = (complex: Json): unknown => (Object.keys(complex).length === 0 ? undefined : complex);

function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copy(part)])) as T;
}

/** Member order does not count, the order of elements does. */
function equal(left: unknown, right: unknown): boolean {
  return JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  );
}
