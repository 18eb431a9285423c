/**
 * The numbered steps from nothing to today's schema, and what keeps two nodes from taking one twice.
 *
 * Ours and not one of the known runners: node-pg-migrate 9 holds its lock for the session, which a pooler in
 * transaction mode hands to somebody else, and wants files beside the code, which a bundler leaves behind; postgrator 8
 * wants files and has no lock; umzug 3 takes steps from memory but leaves table, lock and transaction to its user, and
 * with those written a loop is all it adds. None refuses a schema that is newer than the program, or another's.
 */
import { commitFunction, commitUnlessAside, commitWithLanes } from "./commit.js";
import { subscribed } from "./deliveries.js";
import { functions, functionsUnlessAside, nextDueByPeer, nextDueOvertaking } from "./functions.js";
import { claimByPeer, claimInLanes, claimInRange, claimOvertaking } from "./lanes.js";
import { damaged, lanes, latestFirst, sealedSecrets, secrets, tables } from "./tables.js";

export interface Migration {
  number: number;
  name: string;
  sql(schema: string): string;
}

/** Only ever added to. What an older node calls must stay as long as one may run beside a newer. */
export const migrations: Migration[] = [
  { number: 1, name: "tables and functions", sql: (s) => tables(s) + commitFunction(s) + functions(s) },
  { number: 2, name: "lists that begin with the order written last", sql: latestFirst },
  { number: 3, name: "secrets", sql: secrets },
  {
    number: 4,
    name: "rows that cannot be read are set aside with their order",
    sql: (s) => damaged(s) + commitUnlessAside(s) + functionsUnlessAside(s),
  },
  { number: 5, name: "effects in lanes", sql: (s) => lanes(s) + commitWithLanes(s) + claimInLanes(s) },
  { number: 6, name: "a claim computes with no number that cannot be", sql: claimInRange },
  { number: 7, name: "secrets with a checksum", sql: sealedSecrets },
  { number: 8, name: "calls to two banks do not wait for each other", sql: (s) => claimByPeer(s) + nextDueByPeer(s) },
  { number: 9, name: "subscriptions", sql: subscribed },
  {
    number: 10,
    name: "a reading does not wait for a call that is put off",
    sql: (s) => claimOvertaking(s) + nextDueOvertaking(s),
  },
];
