/** Every act on a real shop: on a WooCommerce whose orders have tables of their own, and on one that keeps them as posts. */
import { chromiumAt, launch } from "../../inspector/browser.js";
import { acts } from "./acts.js";
import { customerActs } from "./customers.js";
import { doorActs } from "./doors.js";
import { merchantActs } from "./merchant.js";
import { outageActs } from "./outages.js";
import { pastHooksActs } from "./past-hooks.js";
import { pictureActs } from "./pictures.js";
import { refundActs } from "./refunds.js";
import { missing } from "./stand-up.js";
import { tellingActs } from "./tells.js";
import { theirActs } from "./theirs.js";
import { realWorld } from "./world.js";

export interface ActOutcome {
  name: string;
  orders: "HPOS" | "posts";
  seconds: number;
  broken: string[];
}
export interface RealTally {
  /** Why there was no real shop; null = there was one. */
  skipped: string | null;
  versions: string;
  outcomes: ActOutcome[];
}

const none = (skipped: string): RealTally => ({ skipped, versions: "", outcomes: [] });

export interface Asked {
  /** How many pay at each checkout. */
  customers: number;
  /** Orders under which the engine is stopped. */
  outage: number;
  storage: "HPOS" | "posts" | "both";
  /** Acts whose name has one of these in it; none = all. */
  only?: string[] | undefined;
  /** Where the pictures of docs/woocommerce.md go; none are taken without it. */
  pictures?: string | undefined;
}

export const liveReal = async (
  { customers, outage, storage, only = [""], pictures }: Asked,
  told: (one: ActOutcome) => void,
): Promise<RealTally> => {
  const why = missing() ?? (chromiumAt === null ? "there is no Chromium here (apt-get install chromium)" : null);
  if (why !== null) return none(why);
  const outcomes: ActOutcome[] = [];
  let versions = "";
  const browser = await launch();
  try {
    for (const orders of storage === "both" ? (["HPOS", "posts"] as const) : [storage]) {
      const world = await realWorld({ hpos: orders === "HPOS" });
      const { wordpress, woocommerce, php } = world.shop.versions;
      versions = `WooCommerce ${woocommerce}, WordPress ${wordpress}, PHP ${php}`;
      try {
        for (const { name, run } of [
          ...merchantActs,
          ...doorActs,
          ...pastHooksActs,
          ...theirActs,
          ...tellingActs(customers),
          ...outageActs(outage),
          ...refundActs,
          ...customerActs(customers),
          ...acts,
          ...pictureActs(pictures),
        ].filter((act) => only.some((words) => act.name.includes(words)))) {
          const began = performance.now();
          const broken = await run(world, browser).catch((thrown: unknown) => [String(thrown).slice(0, 500)]);
          const one = { name, orders, seconds: (performance.now() - began) / 1000, broken };
          outcomes.push(one);
          told(one);
        }
      } finally {
        await world.close();
      }
    }
  } finally {
    await browser.close();
  }
  return { skipped: null, versions, outcomes };
};
