/** Lives one script from its beginning until nothing is left to do, and says what was seen. */
import type { Evidence, OrderEnd, StoreEnd } from "./evidence.js";
import { storeEnd } from "./evidence.js";
import { BACK_WITHIN } from "./laws-away.js";
import { play, reconciled } from "./play.js";
import { MINUTE, type Script, T0 } from "./script.js";
import { NeverRests, SimulatedWorld, type WorldOptions } from "./world.js";

const LAST_ACT = 2 * MINUTE;

export interface Lived {
  script: Script;
  evidence: Evidence;
  /** Before anybody asked the bank about orders in doubt. */
  before: OrderEnd[];
  /** The tick between the two. */
  reconciledFrom: number;
  /** After one reconciliation. */
  after: OrderEnd[];
  store: StoreEnd;
  /** What the engine decided with, for replays. */
  world: Pick<SimulatedWorld, "registry" | "decide">;
}

const ends = async (world: SimulatedWorld): Promise<OrderEnd[]> =>
  Promise.all(
    world.script.orders.map(async ({ id }) => {
      const [loaded] = await world.kept.load([{ orderId: id, eventIds: [] }]);
      const record = loaded?.record ?? null;
      const { status, statusHistory, stockReductions, stockIncreases } = world.woo.order(id);
      return {
        orderId: id,
        record,
        history: await world.kept.history(id, 0, 100_000),
        inShop: {
          status,
          statusHistory,
          mails: world.woo.confirmationMails(id),
          stockReductions,
          stockIncreases,
        },
        truth: world.bank.truthOf(record?.facts.payment.id ?? null),
        payments: world.bank.truthsOf(id),
      };
    }),
  );

export const live = async (script: Script, options: WorldOptions = {}): Promise<Lived> => {
  const world = new SimulatedWorld(script, options);
  const { clock, evidence, settle } = world;
  let before: OrderEnd[] = [];
  let reconciledFrom = 0;
  try {
    await world.begin();
    for (const [i, step] of script.steps.entries()) {
      // Steps of one moment meet each other; all others find the engine at rest.
      if (script.steps[i - 1]?.at !== step.at) await clock.advanceTo(T0 + step.at, settle);
      play(world, step);
    }
    // What the last step set going meets its faults too, and a bank that is away comes back by itself.
    const back = script.steps.map((step) => (step.do === "away" ? T0 + step.at + step.for + BACK_WITHIN : 0));
    await clock.advanceTo(Math.max(clock.now() + LAST_ACT, ...back), settle);
    world.note("--- the dust settles");
    await world.rest();
    before = await ends(world);
    reconciledFrom = world.tick();
    world.note("--- reconcile");
    const process = world.running();
    if (process !== null) void world.errand(reconciled(process), process);
    await world.rest();
  } catch (error) {
    if (!(error instanceof NeverRests)) throw error;
    evidence.broken.push({ law: "comes-to-rest", orderId: script.orders[0]?.id ?? "", detail: error.message });
  }
  const after = await ends(world);
  const store = await storeEnd(
    world.kept,
    after.map(({ orderId }) => orderId),
  );
  // What is still asleep in this world sleeps for ever.
  for (const process of world.processes) process?.die();
  return { script, evidence, before, reconciledFrom, after, store, world };
};
