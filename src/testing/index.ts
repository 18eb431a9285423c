/**
 * The test harness: sentences about decisions, the laws, doubles that behave, a clock that stands still, the scenario
 * runner, the simulator, the contracts. It brings no test runner; properties.ts has what needs fast-check.
 */
export type { Backend, Basket, ObservedOrder, ShopUnderTest } from "./backend/backend.js";
export {
  type BackendLaw,
  type BackendLife,
  type BackendTier,
  backendLaws,
  backendTiers,
  type Look,
} from "./backend/laws.js";
export { type RuntimeUnderTest, runtimeBackend } from "./backend/runtime-backend.js";
export * from "./contracts/gateway.js";
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
} from "./contracts/runtime.js";
export { type StoreCase, type StorePlace, storeContract } from "./contracts/store.js";
export { DecisionDiffers, type Expected, type Given, given, type SomePayment, type When } from "./decision/given.js";
export { type DecidedStep, type DecisionLaw, decisionLaws } from "./decision/laws.js";
export { type EventInput, Life, rulesWith } from "./decision/life.js";
export { anOrder, callback, PAYMENT, type PaymentName, payments, reading } from "./decision/samples.js";
export { type FrontBody, type FrontPage, frontAnswer } from "./doubles/front-page.js";
export { type NetsDouble, netsDouble } from "./doubles/nets/double.js";
export { type ResursDouble, resursDouble } from "./doubles/resurs/double.js";
export { type LegacyDouble, legacyDouble } from "./doubles/resurs-legacy/double.js";
export { type WooDouble, wooDouble } from "./doubles/woocommerce/double.js";
export {
  type Disturbance,
  type ShopChange,
  type WooServer,
  type WooServerOptions,
  wooServer,
} from "./doubles/woocommerce/server.js";
export { type KillPoint, Mortal } from "./mortal.js";
export * from "./reachable/index.js";
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
export { VirtualClock } from "./virtual-clock.js";
