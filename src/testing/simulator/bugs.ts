/**
 * Known bugs, to be planted: each is one that somebody has shipped. They wrap a part of the engine's world or its
 * decision and touch nothing of the product. A campaign with one of them must find it.
 */
import { decisionBugs } from "./bugs-decision.js";
import { lateBugs } from "./bugs-late.js";
import { paymentBugs } from "./bugs-payments.js";
import { storeBugs } from "./bugs-store.js";
import { worldBugs } from "./bugs-world.js";
import type { Plant, PlantSite } from "./plant.js";

export interface Bug {
  /** What it does wrong, as a clause. */
  says: string;
  plant(site: PlantSite): Plant;
}

export const bugs: Readonly<Record<string, Bug>> = {
  ...storeBugs,
  ...decisionBugs,
  ...lateBugs,
  ...paymentBugs,
  ...worldBugs,
};
