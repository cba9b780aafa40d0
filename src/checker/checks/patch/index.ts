import type { Check } from "../../check.ts";
import { addChecks } from "./add.ts";
import { elementPatchChecks } from "./elements.ts";
import { extensionPatchChecks } from "./extensions.ts";
import { messageChecks } from "./messages.ts";
import { removeChecks } from "./remove.ts";
import { replaceChecks } from "./replace.ts";
import { wholeChecks } from "./whole.ts";

/** RFC 7644 §3.5.2: PATCH. */
export const patchChecks: readonly Check[] = [
  ...messageChecks,
  ...addChecks,
  ...removeChecks,
  ...replaceChecks,
  ...elementPatchChecks,
  ...extensionPatchChecks,
  ...wholeChecks,
];
