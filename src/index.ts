/** The public API: the engine and its ports. Adapters, machines and the test harness have entries of their own. */
export { type Decision, decide, defaultRules } from "./core/decide.js";
export type { Rules } from "./core/fold.js";
export { type Foreseen, foresee } from "./core/foresee.js";
export type { Answer, Flag, HistoryEntry, OrderRecord, OutboxRow, Outcome, States, TimerRow } from "./core/record.js";
export { why } from "./core/why.js";
export { createEngine, Engine } from "./engine/engine.js";
export { type Limits, limits } from "./engine/limits.js";
export { type LookOptions, lookingAt } from "./engine/look.js";
export type { EngineOptions } from "./engine/options.js";
export { prune } from "./engine/prune.js";
export * from "./ports/clock.js";
export * from "./ports/gateway.js";
export * from "./ports/log.js";
export * from "./ports/observer.js";
export * from "./ports/runtime.js";
export * from "./ports/shop.js";
export * from "./ports/store.js";
