/** SIGKILL in every window: what was acknowledged happens, and nothing happens twice. */
import { assert } from "../assert.js";
import { MINUTE, pause, type RuntimeCase, type Scene, until } from "./scene.js";

const complete = { type: "merchant.completed", via: "api" } as const;
const refund = { type: "merchant.refunded", via: "api" } as const;

/** The order's own mark of a call that was under way. */
const completed = async (scene: Scene, id: string): Promise<void> => {
  await scene.reads(id, "completed");
  await scene.rests(id);
  assert.equal(scene.bank.books(`pay-${id}`)?.captured, 1000);
};

/** Where there are several nodes, nobody knows that one is gone before its lease has ended. */
const SOON_TAKEN_OVER = { limits: { leaseMs: 2000, callMs: 1500 }, callTimeoutMs: 1500 };

export const crashes: RuntimeCase[] = [
  {
    title: "Killed after the commit and before the answer: sent again, it happened once.",
    needs: ["kill"],
    async run(scene) {
      await scene.open(SOON_TAKEN_OVER);
      for (const [i, ms] of [0, 1, 2, 4, 8, 16, 32].entries()) {
        const id = `o${i}`;
        await scene.order(id);
        const lost = scene.door.submit(id, scene.callback(id), { id: "call" }).catch(() => null);
        await pause(ms);
        await scene.killAndRestart();
        await lost;
        await scene.door.submit(id, scene.callback(id), { id: "call" });
        await scene.reads(id, "processing");
        await scene.rests(id);
        scene.paidOnce(id);
        assert.equal((await scene.history(id)).filter(({ eventId }) => eventId === "call").length, 1);
      }
    },
  },
  {
    title: "Killed after the answer: what was acknowledged is carried out, once.",
    needs: ["kill"],
    async run(scene) {
      await scene.open(SOON_TAKEN_OVER);
      for (const [i, ms] of [0, 3, 6, 12, 24, 48].entries()) {
        const id = `o${i}`;
        await scene.order(id);
        // Every other time the bank is slow, so that the process dies while it waits for the reading.
        if (i % 2 === 0) scene.bank.delayNext("getPayment", 30);
        await scene.called(id);
        await pause(ms);
        await scene.killAndRestart();
        await scene.reads(id, "processing");
        await scene.rests(id);
        scene.paidOnce(id);
      }
    },
  },
  {
    title: "Killed with twenty orders in the middle of everything: each is paid once.",
    needs: ["kill"],
    async run(scene) {
      await scene.open(SOON_TAKEN_OVER);
      const ids = Array.from({ length: 20 }, (_, i) => `o${i}`);
      await Promise.all(ids.map((id) => scene.order(id)));
      await Promise.all(ids.map((id) => scene.called(id)));
      await scene.killAndRestart();
      for (const id of ids) await scene.reads(id, "processing");
      for (const id of ids) await scene.rests(id);
      for (const id of ids) scene.paidOnce(id);
    },
  },
  {
    title: "Killed when the bank had captured and not yet answered: it is looked up, and not captured again.",
    needs: ["kill"],
    async run(scene) {
      await scene.open(SOON_TAKEN_OVER);
      await scene.order("o", { status: "processing", faults: { capture: "timeout-after-apply:1" } });
      await scene.door.submit("o", complete);
      await until(() => scene.calls("o").length === 1 && scene.bank.held() === 1, "the capture");
      await scene.killAndRestart();
      await completed(scene, "o");
      assert.deepEqual(scene.calls("o"), ["capture"]);
    },
  },
  {
    title: "Killed when the bank had refunded and not yet answered: it is looked up, and not refunded again.",
    needs: ["kill"],
    async run(scene) {
      await scene.open(SOON_TAKEN_OVER);
      await scene.order("o", { status: "processing", faults: { refund: "timeout-after-apply:1" } });
      await scene.door.submit("o", complete, { wait: "settled" });
      await scene.door.submit("o", refund);
      await until(() => scene.calls("o").length === 2 && scene.bank.held() === 1, "the refund");
      await scene.killAndRestart();
      await scene.reads("o", "refunded");
      await scene.rests("o");
      assert.deepEqual(scene.calls("o"), ["capture", "refund"]);
      assert.equal(scene.bank.books("pay-o")?.refunded, 1000);
    },
  },
  {
    title: "Killed when the bank had been asked and had done nothing: it is looked up, and asked once more.",
    needs: ["kill"],
    async run(scene) {
      await scene.open(SOON_TAKEN_OVER);
      await scene.order("o", { status: "processing", faults: { capture: "timeout-before-apply:1" } });
      await scene.door.submit("o", complete);
      await until(() => scene.bank.held() === 1, "the capture");
      await scene.killAndRestart();
      await completed(scene, "o");
      assert.deepEqual(scene.calls("o"), ["capture"]);
      assert(await lookedFirst(scene), "the payment is read between the two calls");
    },
  },
  {
    title: "Killed between the claim and the call: it is looked up, and then called, once.",
    needs: ["kill"],
    async run(scene) {
      await scene.open({ limits: { leaseMs: 2000, callMs: 1500 }, callTimeoutMs: 1500, stalls: "capture" });
      await scene.order("o", { status: "processing" });
      await scene.door.submit("o", complete);
      await scene.place.stalled();
      assert.deepEqual(scene.calls("o"), []);
      await scene.killAndRestart({ stalls: null });
      await completed(scene, "o");
      assert.deepEqual(scene.calls("o"), ["capture"]);
      assert(await lookedFirst(scene), "the payment is read before the call is made again");
    },
  },
  {
    title: "Killed and killed again while a callback waits for its minute: it is acted on at its time, once.",
    needs: ["kill"],
    async run(scene) {
      await scene.open({ settings: { cooldownSeconds: 5 } });
      await scene.order("o", { ageMs: 0 });
      const { until: ends } = await scene.called("o");
      assert(ends !== null);
      await scene.killAndRestart();
      await scene.killAndRestart();
      await scene.reads("o", "processing");
      await scene.rests("o");
      scene.paidOnce("o");
      const moved = (await scene.history("o")).find(({ from, to }) => from === "pending" && to === "processing");
      assert(moved !== undefined && moved.at >= ends - 50, "not before its time");
      assert.deepEqual(
        scene.bank.reads.filter(({ at }) => at < ends - 50),
        [],
        "nobody asked the bank before its time",
      );
    },
  },
  {
    title: "Down when the minute ends: acted on when it is back.",
    needs: ["kill"],
    async run(scene) {
      await scene.open({ settings: { cooldownSeconds: 2 } });
      await scene.order("o", { ageMs: 0 });
      await scene.called("o");
      await scene.place.kill();
      await pause(2500);
      assert.equal(scene.woo.order("o").status, "pending");
      await scene.place.restart(scene.setup);
      await scene.reads("o", "processing");
      await scene.rests("o");
      scene.paidOnce("o");
    },
  },
  {
    title: "The clock stands an hour ahead after a restart: the waiting callback is acted on, once.",
    needs: ["kill", "wallClock"],
    async run(scene) {
      await scene.open({ settings: { cooldownSeconds: 3 } });
      await scene.order("o", { ageMs: 0 });
      await scene.called("o");
      await scene.killAndRestart({ wallOffsetMs: 60 * MINUTE });
      await scene.reads("o", "processing");
      await scene.rests("o");
      scene.paidOnce("o");
    },
  },
  {
    title:
      "The clock stands three seconds behind after a restart: the waiting callback is not acted on too early by it.",
    needs: ["kill", "wallClock"],
    async run(scene) {
      await scene.open({ settings: { cooldownSeconds: 3 } });
      await scene.order("o", { ageMs: 0 });
      const { until: ends } = await scene.called("o");
      await scene.killAndRestart({ wallOffsetMs: -3000 });
      await scene.reads("o", "processing");
      await scene.rests("o");
      scene.paidOnce("o");
      const ring = (await scene.history("o")).find(({ event }) => event.type === "timer.fired");
      assert(ends !== null && ring !== undefined && ring.at >= ends);
    },
  },
];

const lookedFirst = async (scene: Scene): Promise<boolean> =>
  (await scene.history("o")).some(({ event }) => event.type === "payment.readBack");
