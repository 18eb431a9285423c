/** A reading shows what the bank had when it was begun, however late its answer is decided on. */
import { afterEach, expect, test } from "vitest";
import type { Command } from "../../machines/commands.js";
import type { Gateway, GatewayAnswer } from "../../src/ports/gateway.js";
import { gatewayTo, MINUTE, Place } from "./place.js";

let place: Place | null = null;
afterEach(async () => {
  await place?.end();
  place = null;
});

const lost: GatewayAnswer = { kind: "unknown", detail: "no answer" };

/**
 * The answer to the first call is lost. The first look shows nothing of it; then the bank books it, and the process
 * stands still with that reading in its hands, as a frozen or a moved machine does.
 */
const lived = async (event: Command, amounts: object, status: "processing" | "completed", stillFor: number) => {
  place = await Place.made();
  const { clock, bank } = place;
  let sent = 0;
  let book: (() => Promise<unknown>) | null = null;
  const inner = gatewayTo(bank.url, clock);
  const calls = (call: () => Promise<GatewayAnswer>): Promise<GatewayAnswer> => {
    sent += 1;
    if (sent > 1) return call();
    book = call;
    return Promise.resolve(lost);
  };
  const late: Gateway = {
    ...inner,
    capture: (call) => calls(() => inner.capture(call)),
    refund: (call) => calls(() => inner.refund(call)),
    readPayment: async (id) => {
      const answer = await inner.readPayment(id);
      const books = book;
      book = null;
      if (books === null) return answer;
      await books();
      clock.set(clock.now() + stillFor);
      return answer;
    },
  };
  const engine = await place.start({ gateways: [late] });
  const { engine: first } = place;
  place.engine = engine;
  await first.stop();
  await place.order("o", { status, amounts });
  const click = engine.submit("o", event, { wait: "settled", timeoutMs: 48 * 60 * MINUTE });
  await place.rest();
  await place.after(30 * MINUTE);
  const record = await engine.queries.read("o");
  return { sent, answer: await click, flags: record?.flags.map(({ flag }) => flag), payment: record?.facts.payment };
};

const captured = { authorizedAmount: 0, capturedAmount: 1000, possibleActions: ["REFUND", "PARTIAL_REFUND"] };
const refund: Command = { type: "merchant.refundedAmount", via: "api", amount: 40_000 };

test.each([
  ["a minute", MINUTE],
  ["twelve minutes", 12 * MINUTE],
  ["a day", 24 * 60 * MINUTE],
])("a part is refunded once, though its process stood still for %s with an older reading in hand", async (_, still) => {
  const life = await lived(refund, captured, "completed", still);
  expect(life).toMatchObject({ sent: 1, answer: { outcome: "moved" }, flags: [], payment: { refunded: 40_000 } });
});

test("all that is left is captured once as well, and the bank is not asked a second time", async () => {
  const life = await lived({ type: "merchant.completed", via: "dropdown" }, {}, "processing", 12 * MINUTE);
  expect(life).toMatchObject({ sent: 1, answer: { outcome: "moved" }, flags: [], payment: { captured: 100_000 } });
});
