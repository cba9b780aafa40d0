import type { ComparisonKey } from "../../../schema/attribute.ts";
import { compileResourceType, type ResourceTypeDefinition } from "../../../schema/resource-type.ts";
import { changesOfShape, type Shape, type ShapeChange, shapeOf } from "../../../schema/shape.ts";
import type { SchemaChange } from "../../upkeep.ts";
import type { Session } from "../database.ts";
import { concat } from "../dialect/dialect.ts";
import { raw, sql } from "../dialect/fragment.ts";
import { markOf, SHAPE_STATES, type Shapes } from "./shapes.ts";
import type { Tables } from "./tables.ts";

/** Which schemas are compared with what the tables hold, and of whom. */
export interface SchemaQuestion {
  /** The resource types, the same as `createScim` or the tenant gets. */
  readonly resourceTypes: readonly ResourceTypeDefinition[];
  /** The comparison key, where `createScim` gets one of your own. */
  readonly comparisonKey?: ComparisonKey | undefined;
  /** The one tenant to look at. Default: all that storage has, each by these resource types. */
  readonly tenant?: string | undefined;
}

/** A resource type that storage has resources of, and that is not served. */
export interface UnknownType {
  readonly resourceType: string;
  readonly tenant: string | undefined;
}

/** How the schemas that are served now differ from those that what is stored was written under. */
export interface SchemaComparison {
  readonly schemaChanges: readonly SchemaChange[];
  /**
   * Renamed or removed: nobody is given their resources, whose ids and unique values stay taken, and references to them lead nowhere.
   */
  readonly unknownTypes: readonly UnknownType[];
}

/** A shape that rows of a type of a tenant have, and that is not the one that is served. */
interface OtherUse {
  readonly tenant: string;
  readonly type: string;
  /** `""`: rows without a mark. */
  readonly fingerprint: string;
}

/** Compares schemas with what the tables hold. Where nothing has changed it is one statement, which gives no rows. */
export async function compareSchemas(
  session: Session,
  tables: Tables,
  shapes: Shapes,
  question: SchemaQuestion,
): Promise<SchemaComparison> {
  const served = new Map<string, Shape>();
  for (const definition of question.resourceTypes) {
    const type = compileResourceType(definition, question.comparisonKey);
    served.set(type.name, shapeOf(type));
  }
  const differences = new Map<string, Difference>();
  const unknownTypes = new Map<string, UnknownType>();
  for (const use of await otherUses(session, tables, served, question.tenant)) {
    const own = served.get(use.type);
    const place = JSON.stringify([use.tenant, use.type]);
    const named = { resourceType: use.type, tenant: use.tenant === "" ? undefined : use.tenant };
    if (own === undefined) unknownTypes.set(place, named);
    else {
      const difference = differences.get(place) ?? { named, own, others: [] };
      differences.set(place, difference);
      difference.others.push(await shapes.shapeOfMark(session, use.fingerprint, own));
    }
  }
  const schemaChanges = [...differences.values()].map(toSchemaChange);
  return { schemaChanges, unknownTypes: [...unknownTypes.values()] };
}

interface Difference {
  readonly named: UnknownType;
  readonly own: Shape;
  /** Undefined: rows that vouch for nothing. */
  readonly others: (Shape | undefined)[];
}

function toSchemaChange({ named, own, others }: Difference): SchemaChange {
  const changes = new Map<string, ShapeChange>();
  for (const other of others)
    for (const change of other === undefined ? [] : changesOfShape(other, own))
      changes.set(`${change.attribute} ${change.change}`, change);
  const all = [...changes.values()];
  return {
    ...named,
    changes: all,
    needsReindex: others.includes(undefined) || all.some(({ needsReindex }) => needsReindex),
  };
}

/**
 * The uses of other shapes than those that are served, of which there are rows. Rows without a mark are looked for whatever is said of them:
 * releases that know of no marks may go on writing them.
 */
async function otherUses(
  session: Session,
  { shapeUse, resource }: Tables,
  served: ReadonlyMap<string, Shape>,
  tenant: string | undefined,
): Promise<readonly OtherUse[]> {
  const { dialect } = session;
  const own = JSON.stringify([...served].map(([type, { fingerprint }]) => `${fingerprint} ${type}`));
  const isTheirs = tenant === undefined ? raw("") : sql` AND s.tenant = ${tenant}`;
  return session.run<OtherUse>(sql`SELECT u.tenant, u.type, u.fingerprint
    FROM (SELECT s.tenant, s.type, s.fingerprint FROM ${shapeUse} s WHERE s.state <> ${SHAPE_STATES.retired}${isTheirs}
      UNION SELECT s.tenant, s.type, '' FROM ${shapeUse} s WHERE (1 = 1)${isTheirs}) u
    WHERE ${concat(dialect, [raw("u.fingerprint"), raw("' '"), raw("u.type")])} NOT IN (SELECT value FROM ${dialect.list(own)})
      AND EXISTS (SELECT 1 FROM ${resource} r
        WHERE r.type = u.type AND r.tenant = ${tenant ?? raw("u.tenant")} AND ${markOf(dialect)} = u.fingerprint)
    ORDER BY u.type, u.tenant, u.fingerprint`);
}
