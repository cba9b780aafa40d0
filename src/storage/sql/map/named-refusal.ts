import { isScimError, ownError, ScimError } from "../../../error.ts";
import type { Dialect } from "../dialect/dialect.ts";
import type { DriverError } from "../dialect/driver-error.ts";
import type { MappedType } from "./compile.ts";
import type { Attempted } from "./refused-write.ts";

/**
 * The host's own error for what the database refused, with what the driver said as its cause; undefined where the mappings name no
 * such constraint. The type that is written comes first: a deletion is refused by what guards the rows of another one, too.
 * @throws {TypeError} where the host's function gives no ScimError.
 */
export function namedRefusal(
  dialect: Dialect,
  all: readonly MappedType[],
  error: DriverError,
  attempted: Attempted,
): ScimError | undefined {
  const names = namesOf(dialect, error);
  const own = all.filter(({ name }) => name === attempted.resourceType);
  for (const { mapping } of [...own, ...all])
    for (const constraint of names) {
      const { refusals = {} } = mapping;
      if (!Object.hasOwn(refusals, constraint)) continue;
      const answer = refusals[constraint]?.({ ...attempted, constraint });
      if (!isScimError(answer))
        throw new TypeError(`refusals.${constraint} gave no ScimError: give one of errors.…().`, { cause: error });
      return withCause(ownError(answer), error);
    }
  return undefined;
}

/** What a refusal may be named by: the constraint, and the texts of what a trigger raised. */
function namesOf(dialect: Dialect, error: DriverError): readonly string[] {
  const constraint = dialect.constraintOf(error)?.name;
  return [...(constraint === undefined ? [] : [constraint]), ...(dialect.raisedBy?.(error) ?? [])];
}

function withCause(answer: ScimError, error: DriverError): ScimError {
  if (answer.cause !== undefined) return answer;
  const { status, detail, scimType, headers, summary } = answer;
  return new ScimError(status, detail, { scimType, headers, summary, cause: error });
}
