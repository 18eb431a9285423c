/** The test harness: doubles that behave, a clock that stands still, the scenario runner, the store contract. */
export { type KillPoint, Mortal } from "./mortal.js";
export { type NetsDouble, netsDouble } from "./nets-double.js";
export { type ResursDouble, resursDouble } from "./resurs-double.js";
export { check, checkable } from "./scenario/check.js";
export { type Difference, type Expectation, type Observed, Scenario, type ScenarioResult } from "./scenario/format.js";
export { judge, runScenario, unsupportedBecause } from "./scenario/run.js";
export * from "./simulator/index.js";
export { VirtualClock } from "./virtual-clock.js";
export { type WooDouble, wooDouble } from "./woocommerce-double.js";
