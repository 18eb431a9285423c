/** One order, one event at a time: duplicates, reordering, crowds. */

import type { Command } from "../../../../machines/commands.js";
import { InvalidEvent, UnknownOrder } from "../../../ports/runtime.js";
import { assert } from "../assert.js";
import { pause, type RuntimeCase, until } from "./scene.js";

export const mailbox: RuntimeCase[] = [
  {
    title: "An event is decided, carried out and answered.",
    async run(scene) {
      await scene.open();
      const placed = await scene.order("o");
      assert.deepEqual([placed.outcome, placed.final], ["moved", true]);
      const receipt = await scene.door.submit("o", scene.callback("o"), { wait: "settled" });
      assert.deepEqual([receipt.outcome, receipt.to, receipt.final], ["moved", "processing", true]);
      await scene.reads("o", "processing");
      await scene.rests("o");
      scene.paidOnce("o");
      assert.equal((await scene.door.queries.read("o"))?.facts.order.status, "processing");
      assert.equal((await scene.door.queries.why("o"))?.situation, "processing/reserved");
      assert.deepEqual(await scene.door.queries.findByPayment("pay-o"), { orderId: "o", current: true });
    },
  },
  {
    title: "Who asks for what is not there is told so, and nothing is made up for him.",
    async run(scene) {
      await scene.open();
      await assert.rejects(scene.door.submit("ghost", scene.callback("ghost")), UnknownOrder);
      await assert.rejects(scene.door.queries.can("ghost", { type: "merchant.completed" }), UnknownOrder);
      await assert.rejects(scene.door.submit("ghost", { type: "merchant.exploded" } as never), InvalidEvent);
      assert.equal(await scene.door.queries.read("ghost"), null);
      assert.equal(await scene.door.queries.why("ghost"), null);
      assert.equal(await scene.door.queries.cooldownEndsAt("ghost"), null);
      assert.equal(await scene.door.queries.findByPayment("pay-ghost"), null);
      assert.deepEqual(await scene.door.queries.history("ghost"), []);
      assert.deepEqual(await scene.door.queries.effectsOf("ghost"), []);
    },
  },
  {
    title: "The same event id is taken in once, and answered with what it was answered first.",
    async run(scene) {
      await scene.open();
      await scene.order("o", { status: "processing" });
      const first = await scene.door.submit("o", { type: "merchant.held" }, { id: "mine", wait: "settled" });
      const again = await scene.door.submit("o", { type: "merchant.failed" }, { id: "mine" });
      assert.deepEqual([first.outcome, first.to], ["moved", "on-hold"]);
      assert.deepEqual({ ...again, repeated: undefined }, { ...first, repeated: undefined });
      assert.equal(again.repeated, true);
      const history = await scene.history("o");
      assert.equal(history.filter(({ eventId }) => eventId === "mine").length, 1);
      // The same name at another order is another event.
      await scene.order("p", { status: "processing" });
      const other = await scene.door.submit("p", { type: "merchant.held" }, { id: "mine", wait: "settled" });
      assert.deepEqual([other.outcome, other.repeated], ["moved", undefined]);
    },
  },
  {
    title: "What only the engine may say is refused from outside, and changes nothing.",
    async run(scene) {
      await scene.open();
      await scene.order("o");
      const before = await scene.history("o");
      const said = [
        { type: "capture.confirmed", effectId: "o:1:0", reading: null },
        { type: "refund.unknown", effectId: "o:1:0", detail: "" },
        { type: "shop.conflicted", effectId: "o:1:0", status: "completed" },
        { type: "timer.fired", timer: "cooldown", generation: 1 },
        { type: "order.placed", order: before[0]?.event.type === "order.placed" ? before[0].event.order : null },
      ] as const;
      for (const event of said) {
        await assert.rejects(scene.door.submit("o", event as never), InvalidEvent, event.type);
        await assert.rejects(scene.door.queries.can("o", event as never), InvalidEvent, event.type);
      }
      // Under such an id comes the bank's answer, or a timer's ring.
      for (const id of ["o:2:0/read", "o/cooldown/1", "order.placed"]) {
        await assert.rejects(scene.door.submit("o", { type: "merchant.held" }, { id }), InvalidEvent, id);
      }
      assert.deepEqual(await scene.history("o"), before);
    },
  },
  {
    title: "Twenty times the same id at once is one event, and one call to the bank.",
    async run(scene) {
      await scene.open();
      await scene.order("o", { status: "processing" });
      const click = { type: "merchant.completed", via: "api" } as const;
      await Promise.all(Array.from({ length: 20 }, () => scene.door.submit("o", click, { id: "click" })));
      await scene.reads("o", "completed");
      await scene.rests("o");
      assert.deepEqual(scene.calls("o"), ["capture"]);
      const clicks = (await scene.history("o")).filter(({ eventId }) => eventId === "click");
      assert.equal(clicks.length, 1);
    },
  },
  {
    title: "Two hundred events on one order at once: all are decided, one after the other, and none is lost.",
    async run(scene) {
      await scene.open();
      await scene.order("hot");
      await scene.order("cold");
      const events = Array.from(
        { length: 200 },
        (_, i): Command =>
          i % 2 === 0 ? scene.callback("hot", `c${i % 20}`) : { type: "order.updated", by: "erp", change: `${i}` },
      );
      const all = Promise.all(events.map((event, i) => scene.door.submit("hot", event, { id: `e${i}` })));
      // The crowd at one order is no business of another's.
      const beside = await scene.door.submit("cold", scene.callback("cold"), { wait: "settled" });
      assert.equal(beside.to, "processing");
      await all;
      await scene.reads("hot", "processing");
      await scene.rests("hot");
      scene.paidOnce("hot");
      const decided = new Set((await scene.history("hot")).map(({ eventId }) => eventId));
      assert.deepEqual(
        events.map((_, i) => `e${i}`).filter((id) => !decided.has(id)),
        [],
      );
    },
  },
  {
    title: "The customer and the bank in either order come to the same end.",
    async run(scene) {
      await scene.open();
      const returned = { type: "customer.returned", page: "success" } as const;
      for (const [id, events] of [
        ["bank-first", [scene.callback("bank-first"), returned]],
        ["customer-first", [returned, scene.callback("customer-first")]],
        ["bank-only-late", [returned, returned, scene.callback("bank-only-late"), scene.callback("bank-only-late")]],
      ] as const) {
        await scene.order(id);
        await Promise.all(events.map((event) => scene.door.submit(id, event, { wait: "settled" })));
        await scene.reads(id, "processing");
        await scene.rests(id);
        scene.paidOnce(id);
      }
    },
  },
  {
    title:
      "A message about an earlier payment leads to its order, which has both read: the newer one pays, the other is let go.",
    async run(scene) {
      await scene.open();
      await scene.order("o");
      scene.pays("pay-second");
      await scene.door.submit("o", { type: "payment.created", paymentId: "pay-second" });
      assert.deepEqual(await scene.door.queries.findByPayment("pay-o"), { orderId: "o", current: false });
      assert.deepEqual(await scene.door.queries.findByPayment("pay-second"), { orderId: "o", current: true });
      const late = await scene.door.submit("o", scene.callback("o"), { wait: "settled" });
      assert.deepEqual([late.outcome, late.reason], ["ignored", "surplus-payment"]);
      await scene.reads("o", "processing");
      await until(() => scene.bank.calls.length === 1, "the cancellation");
      assert.deepEqual(
        scene.bank.calls.map(({ op, paymentId }) => [op, paymentId]),
        [["cancel", "pay-o"]],
      );
      const others = async () => (await scene.door.queries.read("o"))?.facts.others.map(({ id, state }) => [id, state]);
      await until(async () => (await others())?.[0]?.[1] === "closed", "its end");
    },
  },
  {
    title:
      "What an order asks of the shop happens one after the other, in the order decided; a failed one keeps its place.",
    async run(scene) {
      await scene.open();
      await scene.order("o");
      const { shop } = scene.woo;
      const { execute } = shop;
      const done: string[] = [];
      let [atOnce, most, failed] = [0, 0, false];
      shop.execute = async (orderId, effectId, effect) => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await pause(50);
        atOnce -= 1;
        if (!failed) {
          failed = true;
          return { kind: "retry", afterMs: 1000, detail: "not now" };
        }
        done.push(effectId);
        return execute(orderId, effectId, effect);
      };
      await scene.door.submit("o", { type: "customer.returned", page: "success" }, { wait: "settled" });
      await scene.door.submit("o", { type: "merchant.cancelled", via: "api" }, { wait: "settled" });
      await scene.reads("o", "cancelled");
      await scene.rests("o");
      shop.execute = execute;
      const decided = (await scene.history("o")).flatMap(({ effects }) =>
        effects.filter(({ type }) => !/Payment|readBack/.test(type) || type === "completePayment").map(({ id }) => id),
      );
      assert(done.length >= 3, `several effects: ${done.length}`);
      assert.deepEqual([done, most], [decided, 1]);
    },
  },
  {
    title: "A bank that takes its time does not keep the order's other mail waiting.",
    async run(scene) {
      await scene.open();
      await scene.order("o");
      scene.bank.delayNext("getPayment", 15_000);
      const waiting = await scene.called("o");
      assert.deepEqual([waiting.outcome, waiting.final], ["deferred", false]);
      await until(() => scene.bank.held() === 1, "the call");
      const meanwhile = await scene.door.submit("o", { type: "order.updated", by: "erp", change: "address" });
      assert.equal(meanwhile.final, true);
      assert.equal(scene.bank.held(), 1, "it was answered while the bank was still thinking");
    },
  },
  {
    title: "Who does not want to wait longer is told that it goes on.",
    async run(scene) {
      await scene.open();
      await scene.order("o");
      scene.bank.delayNext("getPayment", 3000);
      const short = await scene.door.submit("o", scene.callback("o"), { wait: "settled", timeoutMs: 300 });
      assert.deepEqual([short.outcome, short.final], ["deferred", false]);
      await scene.reads("o", "processing");
      scene.paidOnce("o");
    },
  },
  {
    title: "An order that was changed in the shop, which told nobody, is not captured; the lines that we change are.",
    async run(scene) {
      await scene.open();
      await scene.order("told", { status: "processing" });
      scene.woo.edit("told", { total: 80_000 });
      const refused = await scene.door.submit("told", { type: "merchant.completed" }, { wait: "settled" });
      assert.deepEqual([refused.outcome, refused.reason, scene.calls("told")], ["refused", "amount-mismatch", []]);
      assert.equal((await scene.door.queries.read("told"))?.facts.order.total, 80_000);
      await scene.order("ours", { status: "processing" });
      const lines = [{ sku: "a", quantity: 1, total: 70_000 }];
      const edit = { type: "merchant.editedLines", lines, total: 70_000, adds: false } as const;
      scene.woo.failNext(2);
      await scene.door.submit("ours", edit, { wait: "settled" });
      const captured = await scene.door.submit("ours", { type: "merchant.completed" }, { wait: "settled" });
      assert.deepEqual([captured.outcome, captured.to], ["moved", "completed"]);
      assert.deepEqual(scene.calls("ours"), ["cancel", "addOrderLines", "capture"]);
    },
  },
  {
    title:
      "A bank's name for an order that happens to be another order's id makes no payment that order's; the name of an order that is paid by it, or that waits for it, does.",
    async run(scene) {
      await scene.open();
      await scene.order("paid");
      await scene.order("renamed", { paymentId: null, reference: "called-otherwise" });
      await scene.order("waits", { paymentId: null });
      const named = { byChance: "paid", alsoByChance: "renamed", anothers: "waits", nobodys: "unknown-here" };
      for (const [id, atBank] of Object.entries(named)) {
        await scene.order(id, { atBank });
        await scene.door.submit(id, { type: "reconcile.asked" }, { wait: "settled" });
      }
      const became = async (id: string) => {
        const record = await scene.door.queries.read(id);
        return [record?.facts.order.status, record?.facts.payment.foreign ?? null];
      };
      assert.deepEqual(await Promise.all(Object.keys(named).map(became)), [
        ["processing", null],
        ["processing", null],
        ["pending", "order"],
        ["pending", "order"],
      ]);
    },
  },
  {
    title: "The answer before the click is what the click gets, and asking changes nothing.",
    async run(scene) {
      await scene.open();
      await scene.order("o", { status: "processing" });
      await scene.door.submit("o", { type: "reconcile.asked" }, { wait: "settled" });
      const before = await scene.history("o");
      for (const event of [
        { type: "merchant.refunded", via: "api" },
        { type: "merchant.completed", via: "api" },
      ] as const) {
        const verdict = await scene.door.queries.can("o", event);
        assert.deepEqual(await scene.history("o"), before);
        if (verdict.allowed) continue;
        const receipt = await scene.door.submit("o", event, { wait: "settled" });
        const { outcome, reason, rule, to } = receipt;
        const { effects, flags, readAt, ...answer } = verdict;
        assert.deepEqual({ allowed: false, outcome, reason, rule, to }, answer);
        assert.ok(readAt !== null && flags.length === 0 && effects.every(({ type }) => type !== "capturePayment"));
        before.push(...(await scene.history("o")).slice(before.length));
      }
      assert.deepEqual(scene.calls("o"), []);
    },
  },
];
