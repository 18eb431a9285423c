/** The test harness: doubles that behave, a clock that stands still, the scenario runner, the contracts. */
export * from "./gateway-contract.js";
export { type LegacyDouble, legacyDouble } from "./legacy-double.js";
export { type KillPoint, Mortal } from "./mortal.js";
export { type NetsDouble, netsDouble } from "./nets-double.js";
export { type ResursDouble, resursDouble } from "./resurs-double.js";
export {
  type Ability,
  type ContractOptions,
  Guest,
  type NodeParts,
  nodeParts,
  type OpenRuntime,
  offer,
  type RuntimePlace,
  runtimeContract,
  type Setup,
} from "./runtime-contract.js";
export { check, checkable } from "./scenario/check.js";
export { type Difference, type Expectation, type Observed, Scenario, type ScenarioResult } from "./scenario/format.js";
export { type Ground, sqliteGround } from "./scenario/one-store.js";
export { judge, runScenario, unsupportedBecause } from "./scenario/run.js";
export {
  type Cast,
  engineStage,
  type OpenStage,
  type Stage,
  type StageNode,
  sqliteStage,
} from "./scenario/stage.js";
export * from "./simulator/index.js";
export { type Case, type Place, storeContract } from "./store-contract.js";
export { VirtualClock } from "./virtual-clock.js";
export { type WooDouble, wooDouble } from "./woocommerce-double.js";
export {
  type Change,
  type Disturbance,
  type WooServer,
  type WooServerOptions,
  wooServer,
} from "./woocommerce-server.js";
