/**
 * Where the engine differs from the recorded plugins: by name, and why. docs/rules.md shows this table; the test of the
 * rows counts each, and fails on a row that none of them explains.
 *
 * A difference is narrow: it holds for the rows that `when` knows by their facts, and for nothing but its `pairs`.
 */

import { choiceDifferences } from "./differences-choices.js";
import { netsDifferences } from "./differences-nets.js";
import { readingDifferences } from "./differences-readings.js";
import type { Replayed } from "./replay.js";
import type { File, Row } from "./rows.js";

export interface Difference {
  name: string;
  /** What the plugin does, and what the engine does instead. */
  plugin: string;
  engine: string;
  /** The document, the numbered bug of the plugin, or the section of the fact sheets that settles it. */
  why: string;
  /** How many rows of each file it explains. */
  rows: Partial<Record<File, number>>;
  /** `theirs → ours`, exactly; each of them occurs. */
  pairs: string[];
  when: (one: Replayed) => boolean;
  /** Settings of the shop with which the engine ends as the plugin does. */
  option?: { named: string; settings: Row };
}

export const differences: Difference[] = [...readingDifferences, ...choiceDifferences, ...netsDifferences];

export const explains = ({ when, pairs }: Difference, one: Replayed): boolean => pairs.includes(one.pair) && when(one);

/** What became of the rows of a file. A row that is asked from several statuses may come under more than one name. */
export interface Tally {
  rows: number;
  same: number;
  different: number;
  /** Rows about which there is nothing to decide. */
  outside: number;
}

export const tallies: Record<File, Tally> = {
  "nets-easy": { rows: 78, same: 37, different: 41, outside: 0 },
  "resurs-status-update": { rows: 260, same: 201, different: 59, outside: 0 },
  "resurs-callbacks": { rows: 57, same: 41, different: 16, outside: 0 },
  "resurs-checkout": { rows: 45, same: 37, different: 5, outside: 3 },
  "resurs-before-status-change-rules": { rows: 258, same: 168, different: 90, outside: 0 },
};

/** The rows about which there is nothing to decide, and why. */
export const outside: { when: (row: Row) => boolean; rows: Partial<Record<File, number>>; why: string }[] = [
  {
    when: (row) =>
      /^process_payment: create (400|500)$/.test(String(row.case)) &&
      row.woo_status_after === row.woo_status_before &&
      row.payment_id_stored === false,
    rows: { "resurs-checkout": 3 },
    why: "the bank refused to create the payment: the customer is told so at the checkout, the order is told of it and stays as it is (`src/runtime/embedded/checkout.ts`)",
  },
];
