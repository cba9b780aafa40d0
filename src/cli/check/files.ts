import { access, constants, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { isObject } from "../../schema/value.ts";
import { CommandError } from "../command.ts";

/** Reads a file that an option names. */
export async function readText(option: string, file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  } catch (error) {
    throw new CommandError(`--${option} ${file} cannot be read (${codeOf(error)}).`);
  }
}

/** Reads a JSON object that an option names. */
export async function readObject(option: string, file: string): Promise<Record<string, unknown>> {
  const text = await readText(option, file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CommandError(`--${option} ${file} is no JSON: ${(error as Error).message}.`);
  }
  if (!isObject(value)) throw new CommandError(`--${option} ${file} is no JSON object.`);
  return value;
}

/** Before a long run, and not after it: whether its results can be written. */
export async function checkWritable(option: string, file: string): Promise<void> {
  const folder = dirname(file);
  try {
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new CommandError(`--${option} ${file} cannot be written: the folder ${folder} (${codeOf(error)}).`);
  }
}

export async function writeText(option: string, file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new CommandError(`--${option} ${file} cannot be written (${codeOf(error)}).`);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
