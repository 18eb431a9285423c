/** What each build lives on a store on disk; `npm run campaign exhaustive` takes all of them. */
import type { Scenario } from "../../src/testing/index.js";
import { isWhole } from "../exhaustive/whole.js";

const OF_EACH_AREA = 1;

/** The first of each area, and those that must be among them. */
export const partOf = (all: Scenario[], must: (scenario: Scenario) => boolean): Scenario[] =>
  isWhole
    ? all
    : all.filter((one) => must(one) || all.filter(({ area }) => area === one.area).indexOf(one) < OF_EACH_AREA);

export const hasNodes = ({ events }: Scenario): boolean => events.some((event) => "node" in event);

/** Its process dies, or its store fails. */
export const needsAFile = ({ events }: Scenario): boolean =>
  events.some(({ type }) => type.startsWith("process.") || type === "store.fault");
