/** A JSON object, as opposed to an array, null or a simple value. That of the schema's room would bring code of it along. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
