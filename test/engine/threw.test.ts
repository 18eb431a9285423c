/** A rule of the host's that throws is named at once, and nobody is kept waiting for it. */
import { afterEach, expect, test } from "vitest";
import { decide } from "../../src/index.js";
import { Place } from "./place.js";

let place: Place | null = null;
afterEach(() => place?.end());

/** By the real clock: how long a caller waits is what is asked. */
const throwingAt = async (type: string, lines: object[]): Promise<Place> => {
  const write = (details: object) => void lines.push(details);
  place = await Place.made({
    clock: undefined,
    log: { debug() {}, info() {}, warn: write, error: write },
    decide: (record, envelope, ...rest) => {
      if (envelope.event.type === type) throw new Error("the guard isOnStock: warehouse is not defined");
      return decide(record, envelope, ...rest);
    },
  });
  await place.order("o", { status: "processing" });
  return place;
};

// The one throws when it is asked, the other when the bank's reading lets the click through.
test.each(["merchant.completed", "payment.read"])("one that throws at %s", async (type) => {
  const lines: object[] = [];
  const { engine } = await throwingAt(type, lines);
  const begun = performance.now();
  const receipt = await engine.complete("o");
  expect(performance.now() - begun).toBeLessThan(5000);
  const detail = "the guard isOnStock: warehouse is not defined";
  expect(receipt).toMatchObject({ outcome: "deferred", reason: "threw", postponed: true, final: false, detail });
  expect(lines).toContainEqual({ orderId: "o", event: type, detail });
});

test("another order's callers go on waiting", async () => {
  const { engine, bank } = await throwingAt("merchant.held", []);
  await place?.order("p", { status: "processing" });
  bank.setSeries("pay-p", []);
  const waits = engine.complete("p", { timeoutMs: 1500 });
  await engine.submit("o", { type: "merchant.held" });
  expect((await waits).reason).not.toBe("threw");
});
