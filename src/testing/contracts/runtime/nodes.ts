/** More than one node, and one that comes back from the dead. */
import { assert } from "../assert.js";
import { pause, type RuntimeCase, until } from "./scene.js";

const complete = { type: "merchant.completed", via: "api" } as const;

export const nodes: RuntimeCase[] = [
  {
    title: "What is kept under a name stays, whichever node comes first.",
    needs: ["secondNode"],
    async run(scene) {
      await scene.open();
      const other = await scene.place.secondNode(scene.setup);
      assert.equal(await other.secret("a", null), null);
      const kept = await Promise.all([scene.door.secret("a", "mine"), other.secret("a", "theirs")]);
      assert.equal(kept[0], kept[1]);
      assert.equal(await scene.door.secret("a", "again"), kept[0]);
      assert.equal(await other.secret("a", null), kept[0]);
    },
  },
  {
    title: "Two nodes are told to complete the same orders in the same instant: each is captured once.",
    needs: ["secondNode"],
    async run(scene) {
      await scene.open();
      const other = await scene.place.secondNode(scene.setup);
      const ids = Array.from({ length: 10 }, (_, i) => `o${i}`);
      for (const id of ids) await scene.order(id, { status: "processing" });
      await Promise.all(
        ids.flatMap((id) => [scene.door.submit(id, complete), other.submit(id, complete), other.submit(id, complete)]),
      );
      for (const id of ids) {
        await scene.reads(id, "completed");
        await scene.rests(id);
        assert.deepEqual(scene.calls(id), ["capture"]);
        await scene.history(id);
      }
    },
  },
  {
    title: "Whoever waits at one node is told of the answer, also where the other gives it.",
    needs: ["secondNode"],
    async run(scene) {
      // The first carries nothing out, so what the bank says comes to the second.
      await scene.open({ limits: { effectsAtOnce: 0 } });
      await scene.place.secondNode({ ...scene.setup, limits: {} });
      await scene.order("o");
      const asked = { wait: "settled", timeoutMs: 20_000 } as const;
      const receipt = await scene.door.submit("o", { type: "customer.returned", page: "success" }, asked);
      assert.deepEqual([receipt.final, receipt.to], [true, "processing"]);
    },
  },
  {
    title: "A hundred events of one order through two nodes at once: one history, without gaps.",
    needs: ["secondNode"],
    async run(scene) {
      await scene.open();
      const other = await scene.place.secondNode(scene.setup);
      await scene.order("o");
      const through = (i: number) => (i % 2 === 0 ? scene.door : other);
      const event = (i: number) => ({ type: "order.updated", by: "erp", change: `${i}` }) as const;
      await Promise.all(Array.from({ length: 100 }, (_, i) => through(i).submit("o", event(i), { id: `e${i >> 1}` })));
      const decided = (await scene.history("o")).filter(({ eventId }) => /^e\d+$/.test(eventId));
      assert.equal(decided.length, 50);
    },
  },
  {
    title: "One of two nodes is killed in the middle: the other goes on with what it left.",
    needs: ["secondNode", "kill"],
    async run(scene) {
      await scene.open({ limits: { leaseMs: 2000, callMs: 1500 }, callTimeoutMs: 1500 });
      await scene.order("o", { status: "processing", faults: { capture: "timeout-after-apply:1" } });
      await scene.door.submit("o", complete);
      await until(() => scene.calls("o").length === 1 && scene.bank.held() === 1, "the capture");
      const other = await scene.place.secondNode(scene.setup);
      await scene.place.kill();
      await scene.reads("o", "completed");
      assert.deepEqual(scene.calls("o"), ["capture"]);
      assert.equal((await other.queries.read("o"))?.facts.order.status, "completed");
    },
  },
  {
    title:
      "A node that was stopped in the middle of a capture wakes after another took over: nothing is captured twice.",
    needs: ["secondNode", "pause"],
    async run(scene) {
      await scene.open({ limits: { leaseMs: 3000, callMs: 2000 }, callTimeoutMs: 2000 });
      await scene.order("o", { status: "processing", faults: { capture: "timeout-after-apply:1" } });
      await scene.door.submit("o", complete);
      await until(() => scene.calls("o").length === 1 && scene.bank.held() === 1, "the capture");
      await scene.place.pause();
      const other = await scene.place.secondNode(scene.setup);
      await scene.reads("o", "completed");
      await scene.place.resume();
      // Time for whatever the sleeper still had in mind.
      await pause(3000);
      assert.deepEqual(scene.calls("o"), ["capture"]);
      assert.equal(scene.bank.books("pay-o")?.captured, 1000);
      assert.equal((await other.queries.read("o"))?.facts.order.status, "completed");
      assert.equal(scene.woo.order("o").statusHistory.filter(({ to }) => to === "completed").length, 1);
    },
  },
];
