import type { Check } from "../../check.ts";
import { provider } from "./provider.ts";
import { reading } from "./reading.ts";
import { types } from "./types.ts";

/** What the server says of itself. @see RFC 7644 §4 */
export const discovery: readonly Check[] = [...provider, ...types, ...reading];
