/**
 * The part of the harness that makes its cases at random: whole lives for a property of your own, and steps for your own
 * backend. It needs fast-check: npm install --save-dev fast-check.
 */
export { backendCommands, command, type Deed } from "./backend/commands.js";
export { BackendBreach, type BackendCommand, type BackendRun, liveAgainst, type Model } from "./backend/run.js";
export { anyEvent, anyFacts, anyOrder, anyPayment, anyReading, anySettings } from "./decision/arbitraries.js";
export { type Arrival, anyArrival, anyPause } from "./decision/arrivals.js";
export { anyLife, anyMove, DecisionBreach, type LifeMove, type LifeScript, live, play } from "./decision/moves.js";
