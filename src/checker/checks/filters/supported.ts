import { freeText } from "../../attributes.ts";
import type { Check } from "../../check.ts";
import { isDeclined } from "./declined.ts";
import { search } from "./search.ts";

/** What a server declines to filter by, which each check of what it would mean passes over. */
export const supportChecks: readonly Check[] = [
  {
    id: "filter/comparisons-supported",
    title: "Every operator of Table 3 can be used, on attributes of each kind.",
    level: "should",
    requirements: ["P-3.4.2.2-02"],
    section: "RFC 7644 §3.4.2.2",
    suffers: "Clients that filter by more than names have to read everybody, and compare by themselves.",
    misses: "Attributes that are not asked for here.",
    async run(bench) {
      const name = freeText(bench);
      const wanted = [
        ...["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"].map((operator) => `${name} ${operator} "x"`),
        `${name} pr`,
        `meta.created gt "2001-01-01T00:00:00Z"`,
        ...(bench.hasAttribute("active") ? ["active eq true"] : []),
        ...(bench.hasAttribute("name.familyName") ? ['name.familyName eq "x"'] : []),
        ...(bench.hasAttribute("emails.type") ? ['emails.value eq "x"', 'emails[type eq "work"]'] : []),
      ];
      const declined: string[] = [];
      for (const filter of wanted) if (isDeclined((await search(bench, filter)).answer)) declined.push(filter);
      const seen = `Declined by 400 invalidFilter: ${declined.join(", ")}.`;
      bench.expect(declined.length === 0, seen, "Each is answered by those who match.");
    },
  },
];
