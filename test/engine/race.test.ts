/** The customer and the bank at the same moment, a hundred times, over real sockets and a real file; a thousand with `npm run campaign exhaustive`. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { httpApp } from "../../src/http/app.js";
import { listen, type Served } from "../../src/http/serve.js";
import { systemClock } from "../../src/ports/clock.js";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { type ResursDouble, resursDouble, type WooDouble, wooDouble } from "../../src/testing/index.js";
import { isWhole } from "../exhaustive/whole.js";
import { bankHas, gatewayTo, MINUTE, order, returnPath, shopHas, temporary, unlimited, until } from "./place.js";

const ROUNDS = isWhole ? 1000 : 100;
const AT_ONCE = 20;
const DUPLICATES = 20;

const shops = [
  ["a shop without a cooldown", { cooldownSeconds: 0 }],
  ["a shop whose orders are past their minute", {}],
] as const;

describe.each(shops)("%s", (_name, settings) => {
  const clock = systemClock();
  let bank: ResursDouble;
  let woo: WooDouble;
  let engine: Engine;
  let served: Served;
  let place: Awaited<ReturnType<typeof temporary>>;

  beforeAll(async () => {
    place = await temporary();
    bank = await resursDouble({ clock });
    woo = wooDouble({ now: () => clock.now() });
    engine = createEngine({
      store: sqliteStore({ file: place.file }),
      gateways: [gatewayTo(bank.url, clock)],
      shop: woo.shop,
      settings,
      clock,
    });
    await engine.start();
    served = await listen(httpApp({ engine, apiToken: null, limits: unlimited }).fetch);
  });
  afterAll(async () => {
    await served.close();
    await engine.stop();
    await bank.close();
    await place.remove();
  });

  const say = async (path: string, body?: object): Promise<number> => {
    const response = await fetch(
      `${served.url}${path}`,
      body === undefined
        ? { redirect: "manual" }
        : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
    );
    await response.arrayBuffer();
    return response.status;
  };

  /** All of it at once, the customer somewhere in the middle. */
  const round = async (id: string, n: number): Promise<void> => {
    const paymentId = `pay-${id}`;
    const made = clock.now() - 10 * MINUTE;
    bankHas(bank, paymentId);
    shopHas(woo, id, made);
    await engine.place(id, order(paymentId, made));
    const same = { paymentId, status: "AUTHORIZED", created: new Date(made).toISOString() };
    const calls: (() => Promise<number>)[] = Array.from(
      { length: DUPLICATES },
      (_, i) => () =>
        // Half of them word for word the same, half with a moment of their own.
        say("/callbacks/resurs/authorization", i % 2 === 0 ? same : { ...same, created: `${made + i}` }),
    );
    const back = await returnPath(engine, id, "success");
    calls.splice(n % calls.length, 0, () => say(back));
    const answers = await Promise.all(calls.map((call) => call()));
    expect(answers.filter((status) => status !== 202 && status !== 200)).toEqual([]);
    await until(() => woo.order(id).status === "processing", `order ${id}`);
  };

  test(`${ROUNDS} orders: one change of status, one confirmation mail, one stock reduction, one note, whoever is first`, {
    timeout: 480_000,
  }, async () => {
    for (let n = 0; n < ROUNDS; n += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => round(`${n + i}`, n + i)));
    }
    await until(async () => (await engine.queries.health()).counts?.waitingEffects === 0, "the last effect");
    const seen = Array.from({ length: ROUNDS }, (_, n) => {
      const { statusHistory, notes, stockReductions, stockChange } = woo.order(`${n}`);
      return {
        changes: statusHistory.map(({ from, to }) => `${from} > ${to}`).join(", "),
        mails: woo.confirmationMails(`${n}`),
        stockReductions,
        goods: stockChange.a,
        complete: notes.filter((note) => note.text.startsWith("Payment complete.")).length,
        returned: notes.filter((note) => note.text.startsWith("Customer returned")).length,
      };
    });
    const right = {
      changes: "pending > processing",
      mails: 1,
      stockReductions: 1,
      goods: -1,
      complete: 1,
      returned: 1,
    };
    expect(seen.filter((one) => JSON.stringify(one) !== JSON.stringify(right))).toEqual([]);
  });

  test("every delivery is in the history with an answer, and none is there twice", async () => {
    for (const id of ["0", `${ROUNDS / 2}`, `${ROUNDS - 1}`]) {
      const history = await engine.queries.history(id);
      expect(history.map((h) => h.seq)).toEqual(history.map((_, i) => i + 1));
      expect(history.filter((h) => h.event.type === "callback.received")).toHaveLength(DUPLICATES);
      expect(history.every((h) => h.answers.length > 0)).toBe(true);
      expect(history.filter((h) => h.from !== h.to && h.from !== null)).toHaveLength(1);
    }
    const { counts } = await engine.queries.health();
    expect(counts).toMatchObject({ orders: ROUNDS, deadEffects: 0, deadEvents: 0, waitingEvents: 0, parked: 0 });
  });
});
