/** What stands before the bank says "later", or its own no, and passes the call on all the same. */
import { afterEach, describe, expect, test } from "vitest";
import type { Command } from "../../src/index.js";
import type { Gateway, GatewayAnswer } from "../../src/ports/gateway.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { gatewayNamed, MINUTE, Place, temporary } from "./place.js";

const SECOND = 1000;
const no: GatewayAnswer = { kind: "refused", reason: "gateway-refused", detail: "not allowed" };
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

type Call = "capture" | "cancel" | "refund" | "addOrderLines";
const captured = { authorizedAmount: 0, capturedAmount: 1000, possibleActions: ["REFUND", "PARTIAL_REFUND"] };
const lines = [{ sku: "a", quantity: 1, total: 60_000 }];
const few = [{ sku: "a", quantity: 1, total: 40_000 }];
/** Twice as much would still be left to refund. */
const part = (of: typeof few | null): Command => ({
  type: "merchant.refundedAmount",
  via: "api",
  amount: 40_000,
  lines: of,
});
const fewer: Command = { type: "merchant.editedLines", via: "api", lines, total: 60_000, adds: false };
const completed: Command = { type: "merchant.completed", via: "api" };

const cases: [string, Call, Command, object | undefined, shown: object][] = [
  ["a capture", "capture", completed, undefined, { captured: 100_000 }],
  ["a cancellation", "cancel", { type: "merchant.cancelled", via: "api" }, undefined, { canceled: 100_000 }],
  ["a refund by amount", "refund", part(null), captured, { refunded: 40_000 }],
  ["a refund by line", "refund", part(few), captured, { refunded: 40_000 }],
  [
    "a refund of everything",
    "refund",
    { type: "merchant.refunded", via: "api", amount: null },
    captured,
    { refunded: 100_000 },
  ],
  ["the first step of new lines", "cancel", fewer, undefined, { authorized: 60_000 }],
  ["the second step of new lines", "addOrderLines", fewer, undefined, { authorized: 60_000 }],
];

/** The front's answer to the first try; a strict bank refuses whatever it has done already, another does it again. */
const world = async (call: Call, amounts: object | undefined, front: string, isStrict: boolean) => {
  const place = await Place.made();
  ends.push(() => place.end());
  const applied = () => place.bank.calls.filter(({ op, applied }) => op === call && applied).length;
  const inner = gatewayNamed("resurs-mapi", place.bank.url, place.clock);
  const again = async (asked: never) => (isStrict && applied() > 0 ? no : inner[call](asked));
  place.engine = await place.start({ gateways: [{ ...inner, [call]: again }] });
  const status = amounts === undefined ? "processing" : "completed";
  await place.order("o", { status, faults: { [call]: `${front}:1` }, ...(amounts && { amounts }) });
  await place.tell("o", { type: "reconcile.asked" });
  return { place, applied };
};

const asked = async (place: Place, wanted: Command) => {
  const settled = place.engine.submit("o", wanted, { wait: "settled", timeoutMs: 60 * MINUTE });
  await place.after(20 * MINUTE);
  return settled;
};

const fronts = ["front-429", "front-429-json", "front-503", "front-408", "front-400", "front-403-json"];
describe.each(cases)("%s that got through", (_, call, wanted, amounts, shown) => {
  test.each(
    fronts.flatMap((front): [string, boolean][] => [
      [front, true],
      [front, false],
    ]),
  )("is done once, whatever the bank says to a second try, after %s", async (front, isStrict) => {
    const { place, applied } = await world(call, amounts, `${front}-after-apply`, isStrict);
    expect(await asked(place, wanted)).toMatchObject({ outcome: "moved", final: true });
    expect(applied()).toBe(1);
    const { facts, flags } = (await place.engine.queries.read("o")) ?? {};
    expect(facts?.payment).toMatchObject(shown);
    expect(facts?.operation).toBeNull();
    expect(flags?.filter(({ clearedAt }) => clearedAt === null)).toEqual([]);
  });
});

const later: GatewayAnswer = { kind: "retry", afterMs: 1000, detail: "HTTP 429" };
const unsent: GatewayAnswer = { kind: "retry", afterMs: 1000, detail: "network: ECONNREFUSED", certain: true };

/** The first try of a capture is carried out, if at all, and answered with the first of these words; its next ones with the rest. */
const told = async (words: GatewayAnswer[], passedOn: boolean) => {
  const { file, remove } = await temporary();
  const place = await Place.made();
  ends.push(() => place.end().then(remove));
  const inner = gatewayNamed("resurs-mapi", place.bank.url, place.clock);
  const state = { tries: 0 };
  const gateway: Gateway = {
    ...inner,
    capture: async (call) => {
      if (state.tries === 0 && passedOn) await inner.capture(call);
      state.tries += 1;
      return words[Math.min(state.tries, words.length) - 1] as GatewayAnswer;
    },
  };
  const start = () => place.start({ gateways: [gateway], store: sqliteStore({ file }) });
  place.engine = await start();
  await place.order("o", { status: "processing" });
  await place.tell("o", { type: "reconcile.asked" });
  return { place, state, start };
};

describe("the refusal of a capture", () => {
  test("is not believed, whatever else was answered since the try that got through, nor after a restart", async () => {
    const { place, start } = await told([later, unsent, unsent, no], true);
    void place.engine.submit("o", completed).catch(() => {});
    await place.after(2 * SECOND);
    await place.engine.stop();
    place.engine = await start();
    await place.after(20 * MINUTE);
    expect([place.status("o"), place.bank.calls.length]).toEqual(["completed", 1]);
  });

  test("is believed at the end of the settle window, where no reading shows the call", async () => {
    const { place } = await told([later, no], false);
    const settled = place.engine.submit("o", completed, { wait: "settled", timeoutMs: 60 * MINUTE });
    await place.after(9 * MINUTE);
    expect((await place.engine.queries.read("o"))?.facts.operation).toMatchObject({ refused: "not allowed" });
    await place.after(3 * MINUTE);
    expect(await settled).toMatchObject({ outcome: "refused", reason: "gateway-refused", final: true });
    expect(place.bank.calls).toHaveLength(0);
  });

  test.each([
    ["the first try", [no]],
    ["tries that never left", [unsent, unsent, no]],
  ])("is believed at once after %s", async (_after, words) => {
    const { place } = await told(words, false);
    const settled = place.engine.submit("o", completed, { wait: "settled", timeoutMs: 60 * MINUTE });
    await place.after(30 * SECOND);
    expect(await settled).toMatchObject({ outcome: "refused", reason: "gateway-refused", final: true });
  });
});
