/** A thread that tries ranges of inputs, and says after each what it found. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { fuzz, type Tally } from "./run.js";

export interface WorkerSetup {
  seed: number;
  targets: string[] | undefined;
  /** The number of the input that is being tried, for whoever watches. */
  trying: SharedArrayBuffer;
}
export type Range = { from: number; inputs: number };
/** `heap`: bytes in use after everything that could be collected was. */
export type Tried = Tally & { heap: number };

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const { seed, targets, trying } = workerData as WorkerSetup;
const now = new Float64Array(trying);
const port = parentPort as MessagePort;
port.on("message", async ({ from, inputs }: Range) => {
  const tally = await fuzz({
    seed,
    from,
    inputs,
    ...(targets && { targets }),
    trying: (input) => {
      now[0] = input;
    },
  });
  collect();
  port.postMessage({ ...tally, heap: process.memoryUsage().heapUsed } satisfies Tried);
});
