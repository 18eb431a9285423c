/** The whole reachable space of a registry's machines, and what of them it covers. */
export { Coverage } from "./coverage.js";
export { type Explored, type ExploreOptions, explore } from "./explore.js";
