import { BULK_DEFECTS } from "./bulk.ts";
import { CHARACTERISTIC_DEFECTS } from "./characteristics.ts";
import { CREATE_DEFECTS } from "./create.ts";
import { CURSOR_DEFECTS } from "./cursors.ts";
import type { Defect } from "./defect.ts";
import { DISCOVERY_DEFECTS } from "./discovery.ts";
import { ERROR_DEFECTS } from "./errors.ts";
import { ETAG_DEFECTS } from "./etags.ts";
import { FILTER_DEFECTS } from "./filters.ts";
import { GROUP_DEFECTS } from "./groups.ts";
import { HTTP_DEFECTS } from "./http.ts";
import { LIST_DEFECTS } from "./lists.ts";
import { PASSWORD_DEFECTS } from "./passwords.ts";
import { PATCH_DEFECTS } from "./patch.ts";
import { PROBE_DEFECTS } from "./probes.ts";
import { READ_DEFECTS } from "./read.ts";
import { TYPE_DEFECTS } from "./types.ts";
import { WRITE_DEFECTS } from "./write.ts";

/** Servers that are broken on purpose, one defect each, by the sections of the RFCs. */
export const DEFECTS: readonly Defect[] = [
  ...DISCOVERY_DEFECTS,
  ...CREATE_DEFECTS,
  ...READ_DEFECTS,
  ...WRITE_DEFECTS,
  ...ETAG_DEFECTS,
  ...ERROR_DEFECTS,
  ...HTTP_DEFECTS,
  ...PASSWORD_DEFECTS,
  ...TYPE_DEFECTS,
  ...CHARACTERISTIC_DEFECTS,
  ...FILTER_DEFECTS,
  ...LIST_DEFECTS,
  ...CURSOR_DEFECTS,
  ...PATCH_DEFECTS,
  ...GROUP_DEFECTS,
  ...BULK_DEFECTS,
  ...PROBE_DEFECTS,
];
