/** Why an order has its status is told from no more of its history than that takes, and as from all of it. */
import { describe, expect, test } from "vitest";
import type { HistoryEntry } from "../../src/core/record.js";
import { linesOf, why } from "../../src/core/why.js";
import { historyBack } from "../../src/ports/history-back.js";
import { Life } from "../../src/testing/decision/life.js";
import { anOrder, callback, payments } from "../../src/testing/decision/samples.js";

const PAGE = 200;

/** Of a store: what it was asked for, and what it answers. */
const paged = (history: HistoryEntry[]) => {
  const asked: [after: number, limit: number][] = [];
  const page = async (after: number, limit: number) => {
    asked.push([after, limit]);
    return history.filter(({ seq }) => seq > after).slice(0, limit);
  };
  return { asked, page };
};
const updated = (life: Life, times: number): void => {
  for (let i = 0; i < times; i += 1) {
    life.now += 60_000;
    life.tell({ type: "order.updated", by: "plugin", change: "meta" });
  }
};

const lives: [string, () => Life][] = [
  [
    "cancelled by a merchant",
    () => {
      const life = new Life(anOrder({ paymentId: null }));
      life.tell({ type: "merchant.cancelled", via: "api" });
      return life;
    },
  ],
  [
    "completed by a merchant, once the bank had confirmed it",
    () => {
      const life = new Life(anOrder({ status: "processing" }));
      life.settle({ type: "merchant.completed", via: "api" }, payments.accepted);
      updated(life, 7);
      life.bankAnswers({ is: "confirmed", reading: payments.captured });
      return life;
    },
  ],
  [
    "a click that was refused since",
    () => {
      const life = new Life(anOrder());
      life.settle(callback(), payments.frozen);
      life.settle({ type: "merchant.completed", via: "api" }, payments.frozen);
      return life;
    },
  ],
  ["placed, and nothing else", () => new Life(anOrder({ paymentId: null, status: "failed" }))],
];

describe.each(lives)("%s", (_, lived) => {
  test.each([0, 1, 150, 189, 190, 191, 192, 193, 194, 195, 196, 197, 198, 199, 200, 201, 399, 400, 1000])(
    "and %d updates later",
    async (times) => {
      const life = lived();
      updated(life, times);
      const { asked, page } = paged(life.history);
      const told = why(life.record, await historyBack(life.record.version, page), []);
      expect(told).toEqual(why(life.record, life.history, []));
      expect(told.since).not.toBeNull();
      // No page is read that is not needed, and none twice.
      expect(asked.length).toBeLessThanOrEqual(Math.ceil((times + 20) / PAGE) + 1);
      expect(asked.every(([, limit]) => limit <= PAGE)).toBe(true);
      expect(new Set(asked.map(([after]) => after)).size).toBe(asked.length);
    },
  );
});

test("of a long history with a late change only its end is read", async () => {
  const life = new Life(anOrder({ paymentId: null }));
  updated(life, 900);
  life.tell({ type: "merchant.cancelled", via: "api" });
  const { asked, page } = paged(life.history);
  const history = await historyBack(life.record.version, page);
  expect(asked).toEqual([[702, PAGE]]);
  expect(why(life.record, history, [])).toMatchObject({ cause: { by: "merchant", code: "by-hand" } });
});

test("what is committed meanwhile belongs to the next look", async () => {
  const life = new Life(anOrder({ paymentId: null }));
  updated(life, 300);
  const { version } = life.record;
  life.tell({ type: "merchant.cancelled", via: "api" });
  const history = await historyBack(version, paged(life.history).page);
  expect(Math.max(...history.map(({ seq }) => seq))).toBe(version);
});

describe("a history whose beginning was taken out", () => {
  const pruned = (times: number) => {
    const life = new Life(anOrder({ paymentId: null }));
    life.tell({ type: "merchant.cancelled", via: "api" });
    updated(life, times);
    return { life, left: life.history.slice(-1) };
  };

  test("names nobody and no moment where the change is not in it", async () => {
    const { life, left } = pruned(700);
    const { asked, page } = paged(left);
    const told = why(life.record, await historyBack(life.record.version, page), []);
    expect(told).toMatchObject({ since: null, cause: { rule: null, by: null, code: "no-payment" } });
    expect(told.answer).toEqual({
      en: "Cancelled: no money of the customer is known to be at the bank.",
      sv: "Avbruten: banken har såvitt känt inga pengar från kunden.",
    });
    expect([...linesOf(told), ...linesOf(told, "sv")].join("\n")).not.toMatch(/since|sedan|\{/);
    expect(asked.length).toBeLessThanOrEqual(2);
  });

  test("tells it where the last entry is the change", async () => {
    const { life, left } = pruned(0);
    const told = why(life.record, await historyBack(life.record.version, paged(left).page), []);
    expect(told).toMatchObject({ cause: { code: "by-hand", by: "merchant" } });
    expect(told.answer.en).toContain("Cancelled since ");
  });
});
