/** The public API: the engine and its ports. Adapters, machines and the test harness have entries of their own. */
export type { Command, NewOrder } from "../machines/events.js";
export type { Rules } from "./core/builder.js";
export { type Decision, decide, defaultRules } from "./core/decide.js";
export { type DecisionPreview, preview } from "./core/preview.js";
export type {
  Answer,
  AnswerRule,
  Flag,
  HistoryEntry,
  OrderRecord,
  OutboxRow,
  Outcome,
  States,
  TimerRow,
} from "./core/record.js";
export { linesOf, type Said, type Why, why } from "./core/why.js";
export type { ApiToken, ApiTokens, Scope, SocketOf } from "./ports/access.js";
export {
  type ChangedPayment,
  type ChangeHandler,
  type ChangeType,
  type Delivered,
  type OrderChange,
  type SubscribeOptions,
  Undelivered,
} from "./ports/changes.js";
export * from "./ports/clock.js";
export { parseCommand } from "./ports/command.js";
export * from "./ports/gateway.js";
export * from "./ports/log.js";
export * from "./ports/observer.js";
export * from "./ports/runtime.js";
export * from "./ports/shop.js";
export * from "./ports/store.js";
export type { RefundOptions, Verbs } from "./ports/verbs.js";
export { createEngine, Engine } from "./runtime/embedded/engine.js";
export { type Limits, limits } from "./runtime/embedded/limits.js";
export type { EngineOptions } from "./runtime/embedded/options.js";
export { type QueryOptions, queriesOf } from "./runtime/embedded/queries.js";
export type { InTransaction } from "./runtime/embedded/within.js";
export { prune } from "./runtime/maintenance/prune.js";
