/**
 * The test harness: sentences about decisions, the laws, doubles that behave, a clock that stands still, the scenario
 * runner, the simulator, the contracts. It brings no test runner; properties.ts has what needs fast-check.
 */
export type { Backend, Basket, ObservedOrder, ShopUnderTest } from "./backend/backend.js";
export { type BackendLaw, type BackendLife, backendLaws, type Look } from "./backend/laws.js";
export { type RuntimeUnderTest, runtimeBackend } from "./backend/runtime-backend.js";
export { DecisionDiffers, type Expected, type Given, given, type SomePayment, type When } from "./decision/given.js";
export { type DecidedStep, type DecisionLaw, decisionLaws } from "./decision/laws.js";
export { type EventInput, Life, rulesWith } from "./decision/life.js";
export { anOrder, callback, PAYMENT, type PaymentName, payments, reading } from "./decision/samples.js";
export { type FrontBody, type FrontPage, frontAnswer } from "./front-page.js";
export * from "./gateway-contract.js";
export { type LegacyDouble, legacyDouble } from "./legacy-double.js";
export { type KillPoint, Mortal } from "./mortal.js";
export { type NetsDouble, netsDouble } from "./nets-double.js";
export * from "./reachable/index.js";
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
export { type Sandbox, sandbox } from "./sandbox.js";
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
export { type StoreCase, type StorePlace, storeContract } from "./store-contract.js";
export { VirtualClock } from "./virtual-clock.js";
export { type WooDouble, wooDouble } from "./woocommerce-double.js";
export {
  type Disturbance,
  type ShopChange,
  type WooServer,
  type WooServerOptions,
  wooServer,
} from "./woocommerce-server.js";
