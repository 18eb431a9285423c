/** Timers, clocks, and what is parked. */
import { assert } from "../assert.js";
import { MINUTE, type RuntimeCase, type Scene, until } from "./scene.js";
import { POISON } from "./setup.js";

const poison = { type: "order.updated", by: POISON, change: "x" } as const;
const quickRetries = { attemptsPerEvent: 2, longestRetryMs: 50 };

const timerRings = async (scene: Scene, id: string) =>
  (await scene.history(id)).filter(({ event }) => event.type === "timer.fired");

export const waiting: RuntimeCase[] = [
  {
    title: "A callback that is held for the customer is acted on when its time comes, and not before.",
    async run(scene) {
      await scene.open({ settings: { cooldownSeconds: 2 } });
      await scene.order("o", { ageMs: 0 });
      const held = await scene.called("o");
      assert.deepEqual([held.outcome, held.reason], ["deferred", "cooldown"]);
      await scene.reads("o", "processing");
      await scene.rests("o");
      scene.paidOnce("o");
      const [ring] = await timerRings(scene, "o");
      assert(held.until !== null && ring !== undefined && ring.at >= held.until, "not before its time");
    },
  },
  {
    title: "A timer that was replaced is stale: only the one that stands rings.",
    async run(scene) {
      await scene.open({ settings: { cooldownSeconds: 2 } });
      await scene.order("o", { ageMs: 0 });
      const first = await scene.called("o");
      assert(first.until !== null);
      await until(() => Date.now() > (first.until ?? 0) - 800, "most of the first wait");
      // The order is written anew: the customer's minute begins again, and the timer with it.
      await scene.door.submit("o", { type: "order.updated", by: "erp", change: "address" });
      const ends = await scene.door.queries.cooldownEndsAt("o");
      assert(ends !== null && ends > first.until);
      await scene.reads("o", "processing");
      await scene.rests("o");
      scene.paidOnce("o");
      const rings = await timerRings(scene, "o");
      assert.equal(rings.length, 1, "the stale one did not ring");
      assert((rings[0]?.at ?? 0) >= ends, "it rang at the new time");
    },
  },
  {
    title:
      "The clock is set an hour back, or an hour ahead: the waiting callback is acted on at the end of its minute.",
    needs: ["wallClock"],
    async run(scene) {
      await scene.open({ settings: { cooldownSeconds: 2 } });
      for (const [id, offset] of [
        ["back", -60 * MINUTE],
        ["ahead", 60 * MINUTE],
      ] as const) {
        await scene.order(id, { ageMs: 0 });
        const { until: ends } = await scene.called(id);
        scene.place.setWallClock(offset);
        await scene.reads(id, "processing");
        await scene.rests(id);
        scene.paidOnce(id);
        const [ring] = await timerRings(scene, id);
        assert(ends !== null && ring !== undefined && ring.at >= ends && ring.at < ends + 30_000, id);
        scene.place.setWallClock(0);
      }
    },
  },
  {
    title: "An event that throws is given up, visibly; its order and all others go on; revived, it is handled.",
    needs: ["kill"],
    async run(scene) {
      await scene.open({ poisoned: true, limits: quickRetries });
      await scene.order("sick");
      await scene.order("well");
      const receipt = await scene.door.submit("sick", poison, { id: "the-poison" });
      assert.deepEqual([receipt.outcome, receipt.postponed, receipt.final], ["deferred", true, false]);
      for (const id of ["sick", "well"]) await scene.called(id);
      for (const id of ["sick", "well"]) await scene.reads(id, "processing");
      await until(() => scene.door.revive("the-poison", "sick"), "the dead letter");
      // It throws still: it dies again, and stays.
      await until(() => scene.door.revive("the-poison", "sick"), "the second death");
      assert.equal(await scene.door.revive("nothing-of-that-name", "sick"), false);
      await scene.killAndRestart({ poisoned: false });
      const handled = async () => (await scene.history("sick")).some(({ eventId }) => eventId === "the-poison");
      await until(async () => (await handled()) || (await scene.door.revive("the-poison", "sick")), "its revival");
      await until(handled, "the event, handled");
      assert.equal((await scene.history("sick")).filter(({ eventId }) => eventId === "the-poison").length, 1);
    },
  },
  {
    title: "An order that newer machines wrote is parked, its events wait, and a version with a way for it goes on.",
    needs: ["kill"],
    async run(scene) {
      await scene.open({ version: 1000, limits: { parkedRetryMs: 300 } });
      await scene.order("old");
      await scene.killAndRestart({ version: 1001 });
      await scene.order("new");
      const receipt = await scene.called("old");
      assert.deepEqual([receipt.outcome, receipt.reason, receipt.final], ["deferred", "parked", false]);
      await scene.called("new");
      await scene.reads("new", "processing");
      assert.equal(scene.woo.order("old").status, "pending");
      assert.match((await scene.door.queries.why("old"))?.answer.en ?? "", /no migration/);
      await scene.killAndRestart({ version: 1001, migratesFrom: 1000 });
      await scene.reads("old", "processing");
      await scene.rests("old");
      scene.paidOnce("old");
      assert.doesNotMatch((await scene.door.queries.why("old"))?.answer.en ?? "", /no migration/);
    },
  },
  {
    title:
      "A payment that was there is not gone on one answer: its reservation is let go before the order is cancelled.",
    async run(scene) {
      await scene.open({ limits: { secondWordMs: 300 } });
      await scene.order("o", { status: "processing" });
      await scene.door.submit("o", { type: "reconcile.asked" }, { wait: "settled" });
      scene.pays("pay-o", { getPayment: "not-exist:8:1" });
      await scene.door.submit("o", { type: "merchant.cancelled", via: "dropdown" }, { wait: "settled" });
      await scene.reads("o", "cancelled");
      assert.deepEqual(scene.calls("o"), ["cancel"]);
      assert.equal(scene.bank.books("pay-o")?.authorized, 0);
    },
  },
  {
    title: "An effect that is given up stays visible and holds nothing up; revived, it is carried out.",
    async run(scene) {
      await scene.open({ limits: { secondWordMs: 100 } });
      await scene.order("o");
      const shop = scene.woo.shop;
      const { execute } = shop;
      shop.execute = async () => ({ kind: "refused", detail: "the shop is being rebuilt" });
      await scene.door.submit("o", scene.callback("o"), { wait: "settled" });
      const dead = async () => (await scene.door.queries.effectsOf("o")).filter((one) => one.dead);
      await until(
        async () => (await dead()).some(({ effect }) => effect.type === "completePayment"),
        "the dead letter",
      );
      shop.execute = execute;
      assert.equal(scene.woo.order("o").status, "pending");
      assert.match((await scene.door.queries.why("o"))?.answer.en ?? "", /given up/);
      const ids = (await dead()).map(({ id }) => id).sort();
      const listed = async () => (await scene.door.queries.deadLetters(9)).filter(({ orderId }) => orderId === "o");
      await until(async () => (await listed()).length === ids.length, "the list");
      assert.deepEqual(
        (await listed()).map(({ id, kind }) => `${kind} ${id}`).sort(),
        ids.map((id) => `effect ${id}`),
      );
      const { deadEffects, openEffects } = await scene.door.queries.unfinished(9);
      assert.deepEqual(deadEffects.flatMap(({ row }) => (row.orderId === "o" ? row.id : [])).sort(), ids);
      assert.deepEqual(
        openEffects.filter(({ orderId }) => orderId === "o"),
        [],
      );
      for (const { id, error } of await dead()) {
        assert.equal(error, "the shop is being rebuilt");
        assert.equal(await scene.door.revive(id), true);
        assert.equal(await scene.door.revive(id), false);
      }
      await scene.reads("o", "processing");
      await scene.rests("o");
      scene.paidOnce("o");
      assert.deepEqual(await scene.door.queries.effectsOf("o"), []);
    },
  },
  {
    title: "A reading whose next try is minutes away is made within seconds when somebody new asks for the payment.",
    async run(scene) {
      await scene.open();
      await scene.order("o", { faults: { getPayment: "http-429:retry-after=600" } });
      const first = await scene.called("o");
      assert.deepEqual([first.outcome, first.final], ["deferred", false]);
      await until(() => scene.bank.reads.length > 0, "the first try");
      const waiting = async () =>
        (await scene.door.queries.effectsOf("o")).find(({ effect }) => effect.type === "readPayment");
      await until(async () => ((await waiting())?.notBefore ?? 0) > Date.now() + MINUTE, "the long wait");
      scene.pays("pay-o");
      await new Promise((resolve) => setTimeout(resolve, 1100));
      const asked = await scene.door.submit("o", { type: "reconcile.asked" }, { wait: "settled", timeoutMs: 20_000 });
      assert.equal(asked.final, true);
      await scene.reads("o", "processing");
      await scene.rests("o");
      scene.paidOnce("o");
      assert.deepEqual(await scene.door.queries.effectsOf("o"), []);
    },
  },
  {
    title: "A call that the bank puts off keeps no reading waiting; a person ends it, and it is not sent after that.",
    async run(scene) {
      await scene.open();
      await scene.order("o", { status: "processing", faults: { capture: "http-429:retry-after=600" } });
      await scene.door.submit("o", { type: "merchant.completed", via: "api" });
      const call = async () =>
        (await scene.door.queries.effectsOf("o")).find(({ effect }) => effect.type === "capturePayment");
      await until(async () => ((await call())?.notBefore ?? 0) > Date.now() + MINUTE, "the long wait");
      scene.pays("pay-o");
      const ends = () => scene.door.submit("o", { type: "merchant.endedWait" }, { wait: "settled", timeoutMs: 60_000 });
      const { reason, rule } = await ends();
      assert.deepEqual([reason, rule], ["outcome-unknown", "capture/unknown"]);
      assert.equal((await ends()).rule, "capture/ended-by-person");
      assert.equal((await scene.door.queries.read("o"))?.facts.operation, null);
      await scene.rests("o");
      assert.equal((await scene.door.queries.why("o"))?.next.says.en.includes("Capturing"), false);
      assert.equal(scene.bank.reads.length > 0, true);
      assert.equal((await scene.door.queries.read("o"))?.facts.payment.captured, 0);
    },
  },
];
