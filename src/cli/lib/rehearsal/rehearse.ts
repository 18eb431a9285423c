/** Lives every act on the shop, and takes out again what it made there. */
import { thrownText } from "../../../ports/thrown.js";
import { rehearsalActs } from "./acts.js";
import type { ShopStage } from "./stage.js";

export interface RehearsalOutcome {
  name: string;
  seconds: number;
  /** What went against a rule; none = it held. */
  broken: string[];
}
export interface Rehearsal {
  outcomes: RehearsalOutcome[];
  /** What could not be taken out of the shop again. */
  left: string[];
}

const STOCK = 100_000;

/** @param only acts with these words in their name */
export const rehearse = async (
  stage: ShopStage,
  { rounds, only = "" }: { rounds: number; only?: string },
  told: (one: RehearsalOutcome) => void,
): Promise<Rehearsal> => {
  const outcomes: RehearsalOutcome[] = [];
  try {
    await stage.shop.wakePlugin();
    await stage.shop.makeProduct(STOCK);
    for (const { name, run } of rehearsalActs.filter((act) => act.name.includes(only))) {
      const began = performance.now();
      const broken = await run(stage, rounds).catch((thrown: unknown) => [thrownText(thrown)]);
      const one = { name, seconds: Math.round((performance.now() - began) / 100) / 10, broken };
      outcomes.push(one);
      told(one);
    }
  } finally {
    // The deletion is told to the engine, which is still there.
    await stage.up().catch(() => {});
  }
  return { outcomes, left: await stage.shop.restore() };
};
