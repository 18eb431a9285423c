/** What parent and child tell each other. */
import type { Pace } from "./fast-clock.js";
import type { PlantedBug } from "./planted.js";
import type { Armed } from "./points.js";

export interface NodeSetup {
  file: string;
  bankUrl: string;
  shopUrl: string;
  pace: Pace;
  /** From the first line on. */
  armed: Armed | null;
  bug: PlantedBug | null;
}
export type Told = { arm: Armed | null } | { prune: number } | { backUpTo: string } | { stop: true };
export type Said = { ready: string } | { armed: true } | { pruned: number } | { backedUp: boolean };

/** An order.updated by this one cannot be decided the first time that a process sees it. */
export const STUMBLES = "custom.stumbles";
