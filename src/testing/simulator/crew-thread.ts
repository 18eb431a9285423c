/** One thread of a campaign: lives the share that it is asked for. */
import { parentPort } from "node:worker_threads";
import { thrownText } from "../../ports/thrown.js";
import { liveMany } from "./campaign.js";
import { type Share, withModule } from "./crew.js";
import { turnsWithoutInput } from "./turns.js";

turnsWithoutInput();
parentPort?.on("message", async ({ options, module, from, to }: Share) => {
  try {
    const tally = await liveMany(await withModule(options, module), from, to);
    parentPort?.postMessage({ tally });
  } catch (error) {
    parentPort?.postMessage({ error: thrownText(error) });
  }
});
