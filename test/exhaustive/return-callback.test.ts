/**
 * The customer's return meets the bank's callback on two nodes of the real engine, in every order in which their
 * steps can come: C(12, 6) = 924 (fault model F6). At every build it is every third of them.
 */
import { describe, expect, test } from "vitest";
import { defaultSettings } from "../../machines/settings.js";
import { bugs } from "../../src/testing/simulator/bugs.js";
import { breachesOf } from "../../src/testing/simulator/laws.js";
import { live } from "../../src/testing/simulator/life.js";
import type { BankChange, Script, ScriptStep } from "../../src/testing/simulator/script.js";
import type { Turns } from "../../src/testing/simulator/world.js";
import { isWhole } from "./whole.js";

/** What a handler does, one thing after the other. Whatever else it asks the world for waits for nobody. */
const handler = [
  "store.load",
  "store.commit of news",
  "store.claim",
  "bank.readPayment",
  "store.commit",
  "shop.execute",
];

/** Every word of `a` letters A and `b` letters B. */
const words = (a: number, b: number): string[] =>
  a === 0 || b === 0
    ? ["A".repeat(a) + "B".repeat(b)]
    : [...words(a - 1, b).map((word) => `A${word}`), ...words(a, b - 1).map((word) => `B${word}`)];

/** Each letter lets that node take its next step; a node with nothing to do lets its turn pass. */
const spelling = (word: string): Turns & { taken: string[] } => {
  const letters = [...word];
  const reached: Record<string, number> = {};
  const waiting: { node: string; step: string; go: () => void }[] = [];
  const taken: string[] = [];
  const take = (who: (typeof waiting)[number]): void => {
    waiting.splice(waiting.indexOf(who), 1);
    taken.push(`${who.node} ${who.step}`);
    who.go();
  };
  return {
    taken,
    wait(process, place) {
      const node = process[0] as string;
      const at = reached[node] ?? 0;
      // Another was faster: it reads again, and decides again.
      const again = place === "store.load" && handler[at - 1]?.startsWith("store.commit") === true;
      if (place !== handler[at] && !again) return null;
      reached[node] = again ? at - 1 : at + 1;
      return new Promise((go) => waiting.push({ node, step: place, go }));
    },
    next() {
      const [first] = waiting;
      if (first === undefined) return false;
      for (let letter = letters.shift(); letter !== undefined; letter = letters.shift()) {
        const who = waiting.find(({ node }) => node === letter);
        if (who === undefined) continue;
        take(who);
        return true;
      }
      take(first);
      return true;
    },
  };
};

const MINUTE = 60_000;

interface Meeting {
  payment: BankChange;
  page: Extract<ScriptStep, { do: "return" }>["page"];
  age: number;
  ends: string;
  /** How many of the interleavings differ to the engine: work that one node has done is not there for the other. */
  different: number;
  ofASixth: number;
}

const meetings: Record<string, Meeting> = {
  "an accepted payment": {
    payment: { status: "ACCEPTED" },
    page: "success",
    age: 10 * MINUTE,
    ends: "processing",
    different: 326,
    ofASixth: 108,
  },
  "an accepted payment, in the customer's minute": {
    payment: { status: "ACCEPTED" },
    page: "success",
    age: MINUTE / 2,
    ends: "processing",
    different: 118,
    ofASixth: 48,
  },
  "a rejected payment and the fail page": {
    payment: { status: "REJECTED", task: false },
    page: "fail",
    age: 10 * MINUTE,
    ends: "cancelled",
    different: 255,
    ofASixth: 87,
  },
};

const scriptOf = ({ payment, page, age }: Meeting): Script => ({
  seed: 0,
  life: 0,
  calm: true,
  settings: defaultSettings,
  orders: [
    {
      id: "1001",
      gateway: "resurs-mapi",
      status: "pending",
      lines: [{ sku: "LAMP", quantity: 1, total: 59_900 }],
      needsProcessing: true,
      createdBefore: age,
      payment,
    },
  ],
  nodes: 2,
  answersWithin: 0,
  luck: 1,
  steps: [
    { n: 0, at: 1000, node: 0, do: "return", order: 0, page },
    { n: 1, at: 1000, node: 1, do: "callback", order: 0, kind: "AUTHORIZATION", claims: "AUTHORIZED", attempt: null },
  ],
});

const all = words(6, 6);
const lived = isWhole ? all : all.filter((_, i) => i % 6 === 0);

const liveAll = async (meeting: Meeting, bug?: string) => {
  const script = scriptOf(meeting);
  const plant = bug === undefined ? {} : { plant: bugs[bug]?.plant };
  const broken: string[] = [];
  const different = new Set<string>();
  for (const word of lived) {
    const turns = spelling(word);
    const after = await live(script, { turns, ...plant });
    different.add(turns.taken.join(" "));
    const laws = breachesOf(after).map(({ law, detail }) => `${law}: ${detail}`);
    const status = after.after[0]?.inShop.status;
    if (status !== meeting.ends) laws.push(`ended ${status}`);
    if (laws.length > 0) broken.push(`${word}: ${laws.join("; ")}`);
  }
  return { broken, different: different.size };
};

describe("return × callback on two nodes", () => {
  test("there are C(12, 6) orders of six steps and six", () => {
    expect(new Set(all).size).toBe(924);
  });

  test.each(Object.entries(meetings))(
    "%s: every interleaving keeps every law",
    { timeout: 480_000 },
    async (name, meeting) => {
      const { broken, different } = await liveAll(meeting);
      console.info(
        `return × callback, ${name}: ${lived.length} interleavings, ${different} of them different to the engine`,
      );
      expect(broken).toEqual([]);
      expect(different).toBe(isWhole ? meeting.different : meeting.ofASixth);
    },
  );

  test.each([
    ["no-version-check", "an accepted payment"],
    ["trust-the-callback", "a rejected payment and the fail page"],
  ])("%s, planted, breaks some of them", { timeout: 480_000 }, async (bug, name) => {
    const { broken } = await liveAll(meetings[name] as Meeting, bug);
    console.info(`return × callback with ${bug}: ${broken.length} of ${lived.length} interleavings break a law`);
    expect(broken.length).toBeGreaterThan(0);
  });
});
