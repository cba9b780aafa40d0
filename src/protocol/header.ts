/** Reads the header of a request in any letter case; several values are joined as HTTP has it. */
export function headerReader(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): (name: string) => string | undefined {
  return (name) => {
    const direct = headers[name];
    const key =
      direct !== undefined ? name : Object.keys(headers).find((candidate) => candidate.toLowerCase() === name);
    const value = key === undefined ? undefined : headers[key];
    return typeof value === "string" || value === undefined ? value : value.join(", ");
  };
}
