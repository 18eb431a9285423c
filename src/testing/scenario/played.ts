/** What a scenario's events leave behind for its expectations. */
import type { ScenarioEvent } from "./format.js";
import type { ScenarioWorld } from "./world.js";

/** What is kept of an event for the expectations. */
export interface Played {
  http: Map<number, string[]>;
  /** Event id in the engine → index in the scenario. */
  ids: Map<string, { event: number; orderId: string }>;
  /** deliveryId → acknowledged with a 2xx. */
  acknowledged: Set<string>;
  /** Requests whose answer is still awaited. */
  open: Promise<unknown>[];
  created: string | null;
  /** What Nets was told when the customer pressed Pay. */
  reply: boolean | null;
  errorShown: boolean;
  redirect: string | null;
  result: string | null;
  explanation: string | null;
  /** Events that were turned away at the door, by index. */
  turnedAway: { event: number; reason: string }[];
}

export type Play = (world: ScenarioWorld, event: ScenarioEvent, index: number, played: Played) => Promise<void>;

/** The answer that an event got at the door. */
export const record = (played: Played, index: number, status: string): void => {
  played.http.set(index, [...(played.http.get(index) ?? []), status]);
};
