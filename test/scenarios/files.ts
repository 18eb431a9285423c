/** Where the scenarios lie: our own beside this file, the shared ones in the folder next to the project's. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Scenario } from "../../src/testing/index.js";

const ownFolder = new URL("../../../test/scenarios/", import.meta.url);
const sharedFile = new URL("../../../../shared/scenarios/scenarios.json", import.meta.url);

const read = (file: URL): Scenario[] => Scenario.array().parse(JSON.parse(readFileSync(file, "utf8")));

/** File name → its scenarios. */
export const own: Record<string, Scenario[]> = Object.fromEntries(
  readdirSync(ownFolder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => [name, read(new URL(name, ownFolder))]),
);

/** A week without a bank, each of them. */
export const outage: Scenario[] = own["outage.json"] ?? [];

/**
 * Where the bank is away for a week: so many days. After two a try that is not capped is more than an hour off, so they
 * show what a week shows; after one it is half an hour off.
 */
export const forDays = (scenario: Scenario, days: 1 | 2): Scenario =>
  Scenario.parse(JSON.parse(JSON.stringify(scenario).replaceAll("2026-06-08T", `2026-06-0${1 + days}T`)));

/** null where the folder is not here. */
export const shared: Scenario[] | null = existsSync(sharedFile) ? read(sharedFile) : null;
