/** The deterministic simulator: whole shops in one process, under one seed, with everything going wrong. */
export { type AsScenario, asScenario } from "./as-scenario.js";
export { type Bug, bugs } from "./bugs.js";
export { liveMany, liveScript, type SimulationOptions, scriptFor, type Tally } from "./campaign.js";
export { type CampaignOptions, campaign, withModule } from "./crew.js";
export { type Breach, breachesOf, type Law, laws } from "./laws.js";
export type { Lived } from "./life.js";
export { points, unreachable, unreachedIn } from "./points.js";
export { type BankChange, inWords, type Script, type ScriptStep } from "./script.js";
export { shrink } from "./shrink.js";
export { traceOf } from "./trace.js";
