import { BASE_URL } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

export const MIRA = "6513270e-269e-4d37-b2a7-4de452e6b438";
export const TOMAS = "d23f0824-128b-4f33-8c5c-7fd0a6a3a450";

const mira = { display: "Mira Solberg", $ref: `${BASE_URL}/Users/${MIRA}`, value: MIRA };
const tomas = { display: "Tomas Lind", $ref: `${BASE_URL}/Users/${TOMAS}`, value: TOMAS };

/** Bodies of PATCH as RFC 7644 §3.5.2 prints them, by section. */
export const BODIES = {
  "3.5.2-figure6-patch-body": patchOf({ op: "add", path: "members", value: [mira] }),
  "3.5.2.1-patch-add-member": patchOf({ op: "add", path: "members", value: [mira] }),
  // nickName is printed in lower case here and in §3.5.2.3.
  "3.5.2.1-patch-add-without-path": patchOf({
    op: "add",
    value: { emails: [{ value: "mira@home.example", type: "home" }], nickname: "Mimi" },
  }),
  "3.5.2.2-patch-remove-one-member": patchOf({ op: "remove", path: `members[value eq "${MIRA}"]` }),
  "3.5.2.2-patch-remove-all-members": patchOf({ op: "remove", path: "members" }),
  "3.5.2.2-patch-remove-email-by-complex-filter": patchOf({
    op: "remove",
    path: 'emails[type eq "work" and value ew "example.com"]',
  }),
  // Printed without a blank after eq.
  "3.5.2.2-patch-remove-and-add-member": patchOf(
    { op: "remove", path: `members[value eq"${MIRA}"]` },
    { op: "add", path: "members", value: [tomas] },
  ),
  "3.5.2.2-patch-remove-all-then-add-members": patchOf(
    { op: "remove", path: "members" },
    { op: "add", path: "members", value: [mira, tomas] },
  ),
  "3.5.2.3-patch-replace-members": patchOf({ op: "replace", path: "members", value: [mira, tomas] }),
  "3.5.2.3-patch-replace-work-address": patchOf({
    op: "replace",
    path: 'addresses[type eq "work"]',
    value: {
      type: "work",
      streetAddress: "12 Harbour Lane",
      locality: "Bergen",
      region: "Vestland",
      postalCode: "5003",
      country: "NO",
      formatted: "12 Harbour Lane\n5003 Bergen, Vestland NO",
      primary: true,
    },
  }),
  "3.5.2.3-patch-replace-work-streetAddress": patchOf({
    op: "replace",
    path: 'addresses[type eq "work"].streetAddress',
    value: "40 Mill Road",
  }),
  "3.5.2.3-patch-replace-without-path": patchOf({
    op: "replace",
    value: {
      emails: [
        { value: "mira.solberg@example.com", type: "work", primary: true },
        { value: "mira@home.example", type: "home" },
      ],
      nickname: "Mimi",
    },
  }),
} as const satisfies Readonly<Record<string, object>>;

/** Paths as Figure 8 of §3.5.2 prints them; members have no displayName. */
export const PATHS: readonly string[] = [
  "members",
  "name.familyName",
  'addresses[type eq "work"]',
  `members[value eq "${MIRA}"]`,
  `members[value eq "${MIRA}"].displayName`,
];
