import { pathsIn } from "../filter/paths.ts";
import type { PreparedOperation } from "../patch/operation.ts";
import { type Attribute, type AttributePath, isComputedReference, leafOf, pathOf } from "../schema/attribute.ts";
import { memberNamed } from "../schema/canonical.ts";
import { isKept } from "../schema/kept.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import type { Engine } from "./call.ts";
import { isFixed, keepsOmitted } from "./omitted.ts";
import type {
  CreateOperation,
  MembershipChange,
  Operation,
  PatchOperation,
  QueryOperation,
  ReadOperation,
  ReplaceOperation,
  RootPart,
} from "./operation.ts";

/** What an operation touches of one resource type: told of a path of the type, it says whether that is among it. */
export interface Touched {
  readonly resourceType: CompiledResourceType;
  readonly has: (path: AttributePath) => boolean;
}

/** What an operation touches, of each resource type that it is about; nothing of discovery, and of a bulk request as a whole. */
export function touchedBy<C extends Context>(operation: Operation, engine: Engine<C>): readonly Touched[] {
  switch (operation.type) {
    case "create":
      return [among(operation.resourceType, [...createdBy(operation, engine), ...groupsIn(operation)])];
    case "replace":
      return [among(operation.resourceType, [...replacedBy(operation, engine), ...groupsIn(operation)])];
    case "patch":
      return [among(operation.resourceType, [...patchedBy(operation), ...groupsIn(operation)])];
    case "delete":
      return [{ resourceType: operation.resourceType, has: () => true }];
    case "read":
    case "query":
      return [readBy(operation)];
    case "rootQuery":
      return operation.parts.map(readBy);
    case "bulk":
    case "discover":
      return [];
  }
}

/** The attribute as a whole, or a part of it, is on the list; or the list has all of what the path is a part of. */
function among(resourceType: CompiledResourceType, paths: readonly AttributePath[]): Touched {
  return { resourceType, has: (path) => paths.some((touched) => overlap(touched, path)) };
}

function overlap(left: AttributePath, right: AttributePath): boolean {
  if (left.attribute !== right.attribute) return false;
  // What nobody declared may be named in ways that only the resource tells apart, as a whole object or as a member of it.
  return left.sub === undefined || right.sub === undefined || left.sub === right.sub || isKept(left.attribute);
}

/** What the answer shows, and what it depends on. */
function readBy(operation: ReadOperation | QueryOperation | RootPart): Touched {
  const { resourceType, selection } = operation;
  const asked = [
    ...("filter" in operation && operation.filter !== undefined ? pathsIn(operation.filter) : []),
    ...("sort" in operation && operation.sort !== undefined ? [operation.sort.path] : []),
    ...("sortPath" in operation && operation.sortPath !== undefined ? [operation.sortPath] : []),
  ];
  const { has } = among(resourceType, asked);
  return { resourceType, has: (path) => selection.includes(leafOf(path)) || has(path) };
}

/** The groups of a user, where the write says them (`writableGroups`). */
function groupsIn({ memberships = [] }: { readonly memberships?: readonly MembershipChange[] }) {
  return memberships.map(({ attribute }) => pathOf(attribute));
}

/** What a body names, as its reader finds it: in any letter case, under URNs, by aliases; but for what is not the client's to set. */
function namedIn<C extends Context>(
  { resourceType, body }: CreateOperation | ReplaceOperation,
  engine: Engine<C>,
): readonly AttributePath[] {
  // The reader says which rules fired; here nobody is told.
  const meant = (name: string): Attribute | undefined => engine.quirks.attribute(name, resourceType, () => undefined);
  const pathsOf = (attribute: Attribute, raw: unknown): readonly AttributePath[] => {
    const isLeftAlone = raw === "" && attribute.mutability === "writeOnly" && engine.quirks.reads.emptySecrets;
    return isLeftAlone ? [] : setBy(attribute, raw);
  };
  return Object.entries(body).flatMap(([name, raw]) => {
    const member = memberNamed(resourceType, name, meant);
    if (member === undefined) return [];
    if (member.type === "attribute") return pathsOf(member.attribute, raw);
    if (member.type === "kept") return [member.path];
    const { extension } = member;
    if (!isObject(raw)) return extension.attributes.flatMap((attribute) => pathsOf(attribute, undefined));
    return Object.entries(raw).flatMap(([key, value]) => {
      const attribute = extension.attribute(key);
      return attribute === undefined ? [] : pathsOf(attribute, value);
    });
  });
}

/** What a value for an attribute sets of it: of a singular complex one the sub-attributes that it names, of every other all. */
function setBy(attribute: Attribute, raw: unknown): readonly AttributePath[] {
  if (attribute.mutability === "readOnly" || attribute.path === "schemas") return [];
  if (attribute.type !== "complex" || attribute.multiValued || !isObject(raw)) return [pathOf(attribute)];
  const subs = Object.keys(raw).flatMap((name) => attribute.sub(name) ?? []);
  // A URL of a resource stands for its id.
  if (subs.some((sub) => isComputedReference(attribute, sub))) return [pathOf(attribute)];
  return subs.filter(({ mutability }) => mutability !== "readOnly").map((sub) => pathOf(attribute, sub));
}

/**
 * What a create names; and where it may become an account that exists (`adopt`), whether that is in service, and what it would clear
 * where that is as by a PUT.
 */
function createdBy<C extends Context>(operation: CreateOperation, engine: Engine<C>): readonly AttributePath[] {
  const { adopt } = engine;
  if (adopt === undefined) return namedIn(operation, engine);
  const inService = operation.resourceType.content.filter(({ lifecycle }) => lifecycle);
  const taken = adopt.take === "put" ? replacedBy(operation, engine) : namedIn(operation, engine);
  return [...taken, ...inService.map((attribute) => pathOf(attribute))];
}

/** What a PUT names, each as a whole, and what it clears because it does not. @see RFC 7644 §3.5.1 */
function replacedBy<C extends Context>(
  operation: CreateOperation | ReplaceOperation,
  engine: Engine<C>,
): readonly AttributePath[] {
  const named = new Set(namedIn(operation, engine).map(({ attribute }) => attribute));
  const cleared = operation.resourceType.content.filter(
    (attribute) =>
      attribute.mutability !== "writeOnly" &&
      !named.has(attribute) &&
      !isFixed(attribute, true) &&
      !keepsOmitted(engine, attribute, () => undefined),
  );
  return [...named, ...cleared].map((attribute) => pathOf(attribute));
}

function patchedBy({ resourceType, operations }: PatchOperation): readonly AttributePath[] {
  return operations.flatMap((operation) => changedBy(operation, resourceType));
}

function changedBy(operation: PreparedOperation, resourceType: CompiledResourceType): readonly AttributePath[] {
  switch (operation.type) {
    case "attribute":
      return [operation.path];
    case "element":
      return [pathOf(operation.attribute, operation.sub)];
    case "secret":
      return [pathOf(operation.attribute)];
    case "extension":
      return operation.extension.attributes.map((attribute) => pathOf(attribute));
    case "schemas": {
      // A URN that goes takes the data of its extension along.
      const { op, urns } = operation;
      if (op === "add") return [];
      return resourceType.extensions
        .filter(({ urn }) => urns.includes(urn) === (op === "remove"))
        .flatMap(({ attributes }) => attributes.map((attribute) => pathOf(attribute)));
    }
    case "echo":
      return [];
  }
}
