/**
 * System tests that take more than about ten seconds of a processor, and whose code a shorter one meets as well:
 * `npm run campaign long`. CI runs them beside `npm test`, on a machine of their own.
 */
export const long = [
  "test/campaign.test.ts",
  "test/cli/bulk.test.ts",
  "test/cli/typed-wrong.test.ts",
  "test/docs/testing.test.ts",
  "test/doors/damaged-rows.test.ts",
  "test/doors/hostile-fields.test.ts",
  "test/doors/passwords.test.ts",
  "test/doors/slow-bodies.test.ts",
  "test/doors/text.test.ts",
  "test/engine/kill.test.ts",
  "test/engine/lanes.test.ts",
  "test/engine/race.test.ts",
  "test/inspector/browser.test.ts",
  "test/inspector/situations.test.ts",
  "test/nodes/nodes.test.ts",
  "test/operating/backup.test.ts",
  "test/operating/document.test.ts",
  "test/release.test.ts",
  "test/runtimes/postgres.test.ts",
  "test/scenarios-postgres.test.ts",
  "test/scenarios/outage.test.ts",
  "test/siege/flood.test.ts",
  "test/stores/postgres-contract.test.ts",
  "test/stores/sqlite-moved.test.ts",
  "test/testing/backend.test.ts",
  "test/wire/edges.test.ts",
  "test/woo/answers.test.ts",
];
