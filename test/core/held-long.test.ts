/** An order that is written again and again keeps a callback for ten minutes, and no longer. */
import { describe, expect, test } from "vitest";
import { callback, payments } from "../../src/testing/decision/samples.js";
import { MINUTE } from "../../src/testing/simulator/script.js";
import { COOLDOWN, lifeOf, ring } from "./lives.js";

const written = { type: "order.updated", by: "shop", change: "cart" } as const;

/** Written every 50 seconds; the timer rings when it is due. @returns minutes until the payment was read */
const readAfter = (minutes: number, gateway: string, settings: Parameters<typeof lifeOf>[1] = {}): number | null => {
  const life = lifeOf({ gateway }, settings);
  life.tell(written);
  const began = life.now;
  life.tell(callback());
  while (life.now < began + minutes * MINUTE) {
    life.now += 10_000;
    if ((life.now - began) % 50_000 === 0) life.tell(written);
    const timer = life.record.timers[COOLDOWN];
    if (timer !== undefined && timer.at <= life.now) life.tell(ring(life, COOLDOWN));
    if (life.open.some(({ effect }) => effect.type === "readPayment")) {
      life.read(payments.accepted);
      expect(life.status).toBe("processing");
      return (life.now - began) / MINUTE;
    }
  }
  return null;
};

describe.each(["resurs-mapi", "resurs-hosted", "nets-easy"])("at %s", (gateway) => {
  test("the payment is read ten minutes after the callback came", () => {
    expect(readAfter(60, gateway)).toBeCloseTo(10, 0);
  });

  test("a longer cooldown is kept once", () => {
    expect(readAfter(60, gateway, { cooldownSeconds: 900 })).toBeCloseTo(15, 0);
  });
});
