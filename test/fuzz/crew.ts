/** Many inputs on several threads; one that hangs or dies is told of, and the rest go on without it. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { allTargets, type Finding, inputFor } from "./run.js";
import type { Range, Tried, WorkerSetup } from "./worker.js";

export interface CrewOptions {
  seed: number;
  inputs: number;
  workers: number;
  targets?: string[];
  /** Ends after the ranges under way, with what was found so far. */
  stop?: AbortSignal;
  progress?: (done: number) => void;
}

export interface Campaign {
  seed: number;
  inputs: Record<string, number>;
  /** A second and thread, by target. */
  rates: Record<string, number>;
  findings: Finding[];
  seconds: number;
  /** Megabytes: what the process holds, and what the threads still use after a collection. */
  memory: { rssStart: number; rssEnd: number; heapStart: number; heapEnd: number };
  /** Whether what a thread uses has doubled since its first range: something is kept. */
  grew: boolean;
}

const RANGE = 5000;
/** No input takes a tenth of this on a busy computer. */
const HANGS_AFTER_MS = 30_000;
const MB = 1_000_000;

export const campaign = async ({ seed, inputs, workers, targets, stop, progress }: CrewOptions): Promise<Campaign> => {
  const began = performance.now();
  const ranges: Range[] = [];
  for (let from = 0; from < inputs; from += RANGE) ranges.push({ from, inputs: Math.min(RANGE, inputs - from) });
  ranges.reverse();
  const known = allTargets().filter(({ name }) => targets === undefined || targets.includes(name));
  const turns = known.flatMap((target) => Array.from({ length: target.share }, () => target));
  const counts: Record<string, number> = {};
  const spent: Record<string, number> = {};
  const findings: Finding[] = [];
  const heaps: number[][] = [];
  let done = 0;
  let rssStart = 0;

  const take = ({ inputs: some, spent: times, findings: found, heap }: Tried, mine: number[]) => {
    for (const [name, n] of Object.entries(some)) counts[name] = (counts[name] ?? 0) + n;
    for (const [name, ms] of Object.entries(times)) spent[name] = (spent[name] ?? 0) + ms;
    findings.push(...found);
    mine.push(heap);
    done += Object.values(some).reduce((sum, n) => sum + n, 0);
    progress?.(done);
    // What the first range loads and compiles is no growth.
    if (rssStart === 0) rssStart = process.memoryUsage().rss;
  };

  const work = async (): Promise<void> => {
    const mine: number[] = [];
    heaps.push(mine);
    const trying = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
    const now = new Float64Array(trying);
    const started = () => {
      const setup: WorkerSetup = { seed, targets, trying };
      return new Worker(new URL("./worker.js", import.meta.url), { workerData: setup, execArgv: [] });
    };
    let worker = started();
    for (let range = ranges.pop(); range !== undefined && !stop?.aborted; range = ranges.pop()) {
      const over = new AbortController();
      const answer = once(worker, "message", { signal: over.signal });
      worker.postMessage(range);
      const came = await Promise.race([
        answer.then(
          ([tried]) => tried as Tried,
          (error: Error) => error,
        ),
        hangs(now, over.signal),
      ]);
      over.abort();
      if (!(came instanceof Error)) {
        take(came, mine);
        continue;
      }
      const input = now[0] as number;
      const target = turns[input % turns.length] as (typeof turns)[number];
      const bytes = Buffer.from(inputFor(target, seed, input)).toString("base64");
      findings.push({ target: target.name, input, detail: came.message, bytes });
      await worker.terminate();
      worker = started();
      const next = input + 1;
      if (next < range.from + range.inputs) ranges.push({ from: next, inputs: range.from + range.inputs - next });
    }
    await worker.terminate();
  };

  await Promise.all(Array.from({ length: workers }, work));
  const sum = (at: (heap: number[]) => number | undefined) =>
    heaps.reduce((all, heap) => all + (at(heap) ?? 0), 0) / MB;
  const rates = Object.entries(counts).map(([name, n]) => [name, Math.round((n / (spent[name] ?? 1)) * 1000)]);
  return {
    seed,
    inputs: counts,
    rates: Object.fromEntries(rates),
    findings,
    seconds: (performance.now() - began) / 1000,
    grew: heaps.some((heap) => (heap.at(-1) ?? 0) > 2 * (heap[0] ?? 0)),
    memory: {
      rssStart: rssStart / MB,
      rssEnd: process.memoryUsage().rss / MB,
      heapStart: sum((heap) => heap[0]),
      heapEnd: sum((heap) => heap.at(-1)),
    },
  };
};

/** Resolves when the same input is being tried for too long. */
const hangs = (now: Float64Array, signal: AbortSignal): Promise<Error> =>
  new Promise((resolve) => {
    let [last, since] = [-1, performance.now()];
    const look = setInterval(() => {
      if (now[0] !== last) [last, since] = [now[0] as number, performance.now()];
      if (performance.now() - since > HANGS_AFTER_MS) resolve(new Error(`hangs: no end after ${HANGS_AFTER_MS} ms`));
    }, 500);
    signal.addEventListener("abort", () => clearInterval(look));
  });
