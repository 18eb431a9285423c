/** The simulator: that it finds nothing in the engine, finds every bug that is planted, and does it the same way twice. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, test } from "vitest";
import { registry } from "../machines/index.js";
import { defaultSettings } from "../machines/settings.js";
import { limits } from "../src/runtime/embedded/limits.js";
import {
  asScenario,
  bugs,
  campaign,
  laws,
  liveMany,
  liveScript,
  points,
  runScenario,
  type Script,
  scriptFor,
  shrink,
  traceOf,
  unreachable,
} from "../src/testing/index.js";
import { type SubmittedEvent, T0 } from "../src/testing/simulator/script.js";
import { afterReading, edges } from "../src/testing/simulator/table.js";
import { cli } from "./cli/run.js";
import { isWhole } from "./exhaustive/whole.js";

const SEED = 7;

describe("lives", () => {
  // `npm run campaign lives` is as long as one likes, and fails where a rare branch was never reached.
  it("two hundred of them break no law", { timeout: 600_000 }, async () => {
    const tally = await campaign({ seed: SEED, lives: 200, workers: 2 });
    expect(tally.broken).toEqual([]);
    expect(tally.calm).toBeGreaterThan(30);
    expect(tally.decisions).toBeGreaterThan(2_000);
    // Much went wrong in them.
    for (const fault of [
      "process killed",
      "process stood still",
      "bank timeout-after",
      "store busy",
      "shop failed after",
    ])
      expect(tally.faults[fault], fault).toBeGreaterThan(10);
    expect(Object.keys(unreachable).filter((point) => tally.points[point] !== undefined)).toEqual([]);
  });

  it("the same seed gives the same log, byte for byte, twice", async () => {
    for (let life = 0; life < 8; life += 1) {
      const [one, other] = [
        await liveScript(scriptFor({ seed: 3 }, life), { seed: 3 }),
        await liveScript(scriptFor({ seed: 3 }, life), { seed: 3 }),
      ];
      expect(traceOf(one.lived).join("\n")).toBe(traceOf(other.lived).join("\n"));
    }
    expect((await liveMany({ seed: 3 }, 0, 15)).digest).toBe((await liveMany({ seed: 3 }, 0, 15)).digest);
    expect((await liveMany({ seed: 4 }, 0, 15)).digest).not.toBe((await liveMany({ seed: 3 }, 0, 15)).digest);
  });

  it("the result is the same whatever the number of threads", { timeout: 240_000 }, async () => {
    const lives = 20;
    const one = await campaign({ seed: SEED, lives });
    expect(await campaign({ seed: SEED, lives, workers: 2 })).toEqual(one);
    const bug = { seed: SEED, lives, bug: "dropped-write" };
    expect(await campaign({ ...bug, workers: 3 })).toEqual(await campaign(bug));
  });

  it("a shop's own law is asked as well", async () => {
    const own = { name: "nobody-pays", says: "no order is ever paid", source: "nowhere" };
    const law = { ...own, broken: () => [{ orderId: "1001", detail: "it lived" }] };
    const tally = await liveMany({ seed: SEED, laws: [...laws, law] }, 0, 3);
    expect(tally.broken.map(({ breaches }) => breaches.map((b) => b.law))).toEqual(Array(3).fill(["nobody-pays"]));
  });
});

/** The table of the document, which `npm run campaign bugs` prints: the life in which each is found, and by which laws. */
const table = await readFile(new URL("../../docs/evidence/simulator.md", import.meta.url), "utf8").then((text) =>
  [...text.matchAll(/^\| `([a-z0-9-]+)` \| .* \| ((?:`[a-z-]+`(?:, )?)+) \| (\d+) \|$/gm)].map(
    ([, bug = "", by = "", life]) => ({ bug, life: Number(life), by: by.replaceAll("`", "").split(", ") }),
  ),
);

describe("planted bugs", () => {
  it("are many, and each says what it does", () => {
    expect(Object.keys(bugs).length).toBeGreaterThanOrEqual(18);
    for (const { says } of Object.values(bugs)) expect(says).toMatch(/^[a-z].*[^.]$/);
    expect(table.map(({ bug }) => bug)).toEqual(Object.keys(bugs));
  });
  test.each(table.map((row) => [row.bug, row] as const))(
    "%s is found",
    { timeout: 240_000 },
    async (bug, { life, by }) => {
      const [broken] = (await liveMany({ seed: SEED, bug }, life, life + 1)).broken;
      expect([...new Set(broken?.breaches.map(({ law }) => law))]).toEqual(by);
    },
  );
});

const breakOf = async (bug: string) => {
  const found = table.find((row) => row.bug === bug);
  const options = { seed: SEED, bug };
  const script = scriptFor(options, found?.life ?? 0);
  return { options, script, law: found?.by[0] ?? "" };
};

describe("a breach", () => {
  it("is shrunk to a few steps, and the same law stays broken", { timeout: 240_000 }, async () => {
    const { options, script, law } = await breakOf("refund-without-amount");
    const small = await shrink(script, law, options);
    expect(small.script.steps.length).toBeLessThanOrEqual(4);
    expect(small.script.steps.length).toBeLessThanOrEqual(script.steps.length);
    expect(small.runs).toBeLessThanOrEqual(300);
    expect(small.breaches.map((b) => b.law)).toContain(law);
    // And it is the bug's, not the script's.
    expect((await liveScript(small.script, { seed: SEED })).breaches).toEqual([]);
  });

  it("is replayed by its seed and number, the same to the letter", async () => {
    const { options, script } = await breakOf("trust-the-callback");
    const [first, again] = [
      await liveScript(script, options),
      await liveScript(scriptFor(options, script.life), options),
    ];
    expect(first.breaches.length).toBeGreaterThan(0);
    expect(again.breaches).toEqual(first.breaches);
    expect(traceOf(again.lived)).toEqual(traceOf(first.lived));
  });
});

/** A paid order, a click of the merchant's, and the bank's answer lost on the way. */
const byHand: Script = {
  seed: 0,
  life: 0,
  calm: false,
  settings: defaultSettings,
  orders: [
    {
      id: "1001",
      gateway: "resurs-mapi",
      status: "processing",
      lines: [{ sku: "LAMP", quantity: 1, total: 59_900 }],
      needsProcessing: true,
      createdBefore: 3_600_000,
      payment: { status: "ACCEPTED" },
    },
  ],
  nodes: 1,
  answersWithin: 0,
  luck: 1,
  steps: [
    { n: 0, at: 0, do: "bankFault", op: "capture", fault: "timeout-after", times: 1 },
    { n: 1, at: 1000, do: "tell", order: 0, event: { type: "merchant.completed", via: "dropdown" } },
  ],
};

describe("scripts by hand", () => {
  it("live as they are written, and become scenarios that the real engine passes over HTTP and SQLite", {
    timeout: 240_000,
  }, async () => {
    const { lived, breaches } = await liveScript(byHand, { seed: 0 });
    expect(breaches).toEqual([]);
    expect(lived.after[0]?.record?.facts.order.status).toBe("completed");
    const told = asScenario({ ...byHand, steps: byHand.steps.slice(1) }, "moved-once", registry);
    if ("because" in told) throw new Error(told.because);
    expect(told.scenario.expect.statuses).toEqual({ 1001: "completed" });
    expect((await runScenario(told.scenario)).result.differences).toEqual([]);
    expect(asScenario({ ...byHand, nodes: 2 }, "moved-once", registry)).toHaveProperty("because");
  });

  it("a call that was under way when the process died is given its time before anybody looks", async () => {
    const [paid] = byHand.orders as [Script["orders"][number]];
    const refund = { type: "merchant.refundedAmount", via: "api", amount: 20_000, lines: null } as const;
    for (let luck = 0; luck < 20; luck += 1) {
      const steps: Script["steps"] = [
        { n: 0, at: 0, do: "bankFault", op: "refund", fault: "slow", times: 1 },
        { n: 1, at: 1000, do: "tell", order: 0, event: refund },
        { n: 2, at: 2000, do: "kill", place: null, points: 1, side: "before", down: 0, jump: 0 },
        { n: 3, at: 2001, do: "tell", order: 0, event: { type: "order.updated", by: "plugin", change: "note" } },
      ];
      const plan = { ...paid, status: "completed", payment: { takenAtOnce: true } } as const;
      const { lived, breaches } = await liveScript({ ...byHand, luck, orders: [plan], steps }, { seed: 0 });
      expect(breaches).toEqual([]);
      expect(lived.evidence.faults["process killed"]).toBe(1);
      expect(lived.after[0]?.truth?.refunded).toBe(20_000);
    }
  });

  it("a process that stood still past half of its lease sends nothing: another may have the call by now", async () => {
    const [paid] = byHand.orders as [Script["orders"][number]];
    const refund = { type: "merchant.refundedAmount", via: "api", amount: 20_000, lines: null } as const;
    const stoodStill = limits.leaseMs * 0.75;
    const steps: Script["steps"] = [
      { n: 0, at: 999, do: "pause", place: "store.claim", points: 2, side: "after", for: stoodStill },
      { n: 1, at: 1000, do: "tell", order: 0, event: refund },
    ];
    const plan = { ...paid, status: "completed", payment: { takenAtOnce: true } } as const;
    const { lived, breaches } = await liveScript({ ...byHand, orders: [plan], steps }, { seed: 0 });
    expect(breaches).toEqual([]);
    expect(lived.evidence.faults["process stood still"]).toBe(1);
    // The first claim was for the reading, the second for the refund; the lease ends, and the payment is looked at.
    expect(lived.after[0]?.history.map(({ event }) => event.type)).toContain("payment.readBack");
    expect(lived.evidence.ledger.map(({ effect }) => effect)).toEqual([20_000]);
    expect(lived.evidence.ledger[0]?.at).toBeGreaterThan(T0 + limits.leaseMs);
  });

  it("a process that stood still past half of its lease writes nothing to the shop: another has gone on", async () => {
    const [paid] = byHand.orders as [Script["orders"][number]];
    const pause = { place: "store.claim", points: 1, side: "after", for: 3 * 3_600_000 } as const;
    const steps: Script["steps"] = [
      { n: 0, at: 999, do: "pause", ...pause, node: 1 },
      { n: 1, at: 1000, do: "tell", order: 0, event: { type: "merchant.failed", via: "dropdown" }, node: 1 },
      // Another hand is faster than the node that takes over.
      { n: 2, at: 30_000, do: "write", order: 0, status: "on-hold", node: 0 },
      { n: 3, at: 600_000, do: "tell", order: 0, event: { type: "merchant.processed", via: "dropdown" }, node: 0 },
    ];
    const { lived, breaches } = await liveScript({ ...byHand, nodes: 2, orders: [paid], steps }, { seed: 0 });
    expect(breaches).toEqual([]);
    expect(lived.evidence.faults["process stood still"]).toBe(1);
    expect(lived.after[0]?.inShop.statusHistory.map(({ to }) => to)).not.toContain("failed");
  });

  it("a reconciliation does not take a change that the shop has not heard of yet for another hand's", async () => {
    const steps: Script["steps"] = [
      { n: 0, at: 0, do: "shopFault", when: "before", times: 4 },
      { n: 1, at: 1000, do: "tell", order: 0, event: { type: "merchant.refunded", via: "dropdown", amount: null } },
      { n: 2, at: 2000, do: "reconcile" },
    ];
    const settings = { ...defaultSettings, enableRefund: false };
    const { lived, breaches } = await liveScript({ ...byHand, settings, steps }, { seed: 0 });
    expect(breaches).toEqual([]);
    expect(lived.after[0]?.inShop.status).toBe("refunded");
  });

  it("a timer that is replaced and cancelled in one turn is gone, and rings for nobody", async () => {
    const pending = {
      ...(byHand.orders[0] as Script["orders"][number]),
      status: "pending",
      payment: "at-the-bank",
    } as const;
    const steps: Script["steps"] = [
      { n: 0, at: 1000, do: "tell", order: 0, event: { type: "order.updated", by: "plugin", change: "note" } },
      { n: 1, at: 1000, do: "tell", order: 0, event: { type: "merchant.failed", via: "dropdown" } },
    ];
    const { lived, breaches } = await liveScript({ ...byHand, orders: [pending], steps }, { seed: 0 });
    expect(breaches).toEqual([]);
    expect(lived.store.timers).toEqual([]);
  });
});

/** SQLite's own way: the first place fails, then the second, until there are no more. */
describe("a merchant's click, with the process lost at every place at which it waits", () => {
  const clicks: SubmittedEvent[] = [
    { type: "merchant.completed", via: "dropdown" },
    { type: "merchant.refundedAmount", via: "api", amount: 20_000, lines: null },
  ];
  const [paid] = byHand.orders as [Script["orders"][number]];
  const captured = { ...paid, status: "completed", payment: { takenAtOnce: true } } as const;
  const traps = [
    { do: "kill", down: 0, jump: 0 },
    { do: "pause", for: 3 * 3_600_000 },
  ] as const;
  for (const event of clicks) {
    it(`${event.type}: killed or standing still there, the money moves once`, { timeout: 240_000 }, async () => {
      const missed: string[] = [];
      for (const trap of traps) {
        for (const side of ["before", "after"] as const) {
          // After a place is nearly before the next one: at each build every fourth, by turns.
          for (let points = isWhole || side === "before" ? 1 : 3; points <= 45; points += isWhole ? 1 : 4) {
            const steps: Script["steps"] = [
              { n: 0, at: 500, ...trap, place: null, points, side },
              { n: 1, at: 1000, do: "tell", order: 0, event },
            ];
            const plan = event.type === "merchant.completed" ? paid : captured;
            // Another node takes over what the one that stands still had begun.
            const nodes = trap.do === "pause" ? 2 : 1;
            const script: Script = { ...byHand, nodes, orders: [plan], answersWithin: 2000, luck: points, steps };
            const { lived, breaches } = await liveScript(script, { seed: 0 });
            const moved = lived.evidence.ledger.map(({ effect }) => effect).filter((effect) => effect > 0);
            if (breaches.length > 0 || moved.length !== 1)
              missed.push(`${trap.do} ${side} ${points}: ${breaches[0]?.law} ${moved.join(", ")}`);
          }
        }
      }
      expect(missed).toEqual([]);
    });
  }
});

describe("the naive table", () => {
  it("knows the four rows of the document", () => {
    const read = (status: string, taskCompleted: boolean | null = null) =>
      afterReading("pending", {
        payment: { ...nothing, status, taskCompleted },
        total: 1000,
        needsProcessing: true,
        settings: defaultSettings,
        flow: registry.flows["resurs-mapi"] as never,
        tolerance: 0,
      });
    expect(read("ACCEPTED")).toBe("processing");
    expect(read("REJECTED", true)).toBe("failed");
    expect(read("REJECTED", false)).toBe("cancelled");
    expect(read("INSPECTION")).toBe("on-hold");
    expect(edges.completed).toEqual(["refunded"]);
  });
});

const nothing = {
  exists: true,
  rejectedReason: null,
  hasOrder: true,
  total: 1000,
  authorized: 1000,
  captured: 0,
  canceled: 0,
  refunded: 0,
  offers: [],
  creditLimit: null,
  transactionIds: [],
};

describe("the command", () => {
  it("lives, says the figures, and ends with 0", { timeout: 240_000 }, async () => {
    const { code, out } = await cli(["simulate", "--lives", "60", "--seed", "7"]);
    expect(out).toMatch(/^lives {5}60 \(\d+ in which nothing goes wrong\), \d+ a second$/m);
    expect(out).toContain("breaches  0");
    expect(code).toBe(0);
  });

  it("finds a planted bug, shrinks it, saves it, says how to see it again, and ends with 3", {
    timeout: 240_000,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "simulate-"));
    try {
      // A little before the life in which the table has it.
      const { life: first = 0 } = table.find((row) => row.bug === "double-refund") ?? {};
      const some = ["--from", String(Math.max(0, first - 5)), "--lives", "400", "--save", folder];
      const { code, out } = await cli(["simulate", "--bug", "double-refund", ...some]);
      expect(code).toBe(3);
      const [, life] = /breach in life (\d+) of seed 7/.exec(out) ?? [];
      expect(out).toContain("only-what-was-decided");
      expect(out).toMatch(/shrunk to \d steps/);
      const replay = `simulate --seed 7 --life ${life} --trace --bug double-refund`;
      expect(out).toContain(`replay: order-status ${replay}`);
      const script = JSON.parse(await readFile(join(folder, `life-7-${life}.script.json`), "utf8")) as Script;
      expect(script.life).toBe(Number(life));
      const again = await cli(replay.split(" "));
      expect(again.code).toBe(3);
      expect(again.out).toContain("only-what-was-decided");
      expect(again.out).toMatch(/\+\d+\.\d+s {2}bank moves/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("says what is wrong with its options, and ends with 2", async () => {
    expect((await cli(["simulate", "--bug", "no-such-bug"])).code).toBe(2);
    expect((await cli(["simulate", "--trace"])).err).toContain("--life");
  });

  it("lists every law with its source", async () => {
    const { out } = await cli(["simulate", "--laws"]);
    for (const { name } of laws) expect(out).toContain(name);
  });
});

it("the document names every law, every bug and every point that cannot be reached", async () => {
  const text = await readFile(fileURLToPath(new URL("../../docs/evidence/simulator.md", import.meta.url)), "utf8");
  const names = [...laws.map(({ name }) => name), ...Object.keys(bugs), ...Object.keys(unreachable)];
  expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});

it("what no life can reach is none of the points, and says why", () => {
  for (const [point, why] of Object.entries(unreachable)) {
    expect(points).not.toContain(point);
    expect(why.length, point).toBeGreaterThan(20);
  }
});
