/** One thing that is wrong with a body: where, and what to change. */
export interface Problem {
  /** Attribute path with element positions, e.g. `emails[0].value`; "" for the body itself. */
  readonly path: string;
  /** The end of the sentence that begins with the path: "must be a string, not a number". */
  readonly message: string;
  /** How a SCIM error calls it. */
  readonly scimType: "invalidValue" | "invalidSyntax" | "invalidPath" | "mutability";
}

/** Most problems that one error lists; a longer list helps nobody. */
export const MOST_PROBLEMS = 10;

/** The problems as text, as many as one error lists: `emails[0].value must be a string, not a number; name is required`. */
export function listProblems(problems: readonly Problem[]): string {
  return problems
    .slice(0, MOST_PROBLEMS)
    .map(({ path, message }) => (path === "" ? message : `${path} ${message}`))
    .join("; ");
}
