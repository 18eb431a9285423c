/** Small slices of `npm run campaign nodes`, and a rolling upgrade: real processes on a real PostgreSQL. */
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { pause, until } from "../../src/testing/contracts/runtime/scene.js";
import { knowsKey, returnPath } from "../engine/place.js";
import { startPostgres } from "../stores/postgres-server.js";
import { ask, Fleet, type FleetOptions } from "./fleet.js";
import { outage, sameMoment, stopped } from "./trials.js";
import { upgrade } from "./upgrade.js";

const started = await startPostgres();
const none = typeof started === "string" ? started : null;
const server = () => {
  if (typeof started === "string") throw new Error(started);
  return started;
};
afterAll(async () => {
  if (typeof started !== "string") await started.stop();
}, 240_000);

let fleet: Fleet | null = null;
afterEach(async () => {
  await fleet?.end();
  fleet = null;
}, 120_000);
const opened = async (options: Omit<FleetOptions, "server">): Promise<Fleet> => {
  fleet = await Fleet.open({ server: server(), ...options });
  return fleet;
};

describe.skipIf(none !== null)(
  `two nodes on PostgreSQL${none === null ? "" : ` (${none})`}`,
  { timeout: 480_000 },
  () => {
    test("a callback and a return at the same moment on both are one change, one mail, one stock reduction", async () => {
      expect(await sameMoment(server(), 10)).toMatchObject({ rounds: 10, breaches: [] });
    });

    test.each(["lease", "silence"] as const)(
      "a node stopped past its %s commits nothing twice, and no money moves twice",
      async (way) => {
        expect(await stopped(server(), way, 2)).toMatchObject({ stops: 2, breaches: [] });
      },
    );

    test("a server without power for two seconds: nothing acknowledged is lost, and it goes on within five", async () => {
      const { breaches, acknowledged, before } = await outage(server(), 2);
      expect(breaches).toEqual([]);
      expect(acknowledged).toBeGreaterThan(before);
    });

    test("a rolling upgrade and back again: every order is decided by a version that knows it, and none is left lying", async () => {
      const { breaches, migrated, exitCodes, phases } = await upgrade(server(), 6);
      expect(breaches).toEqual([]);
      expect(exitCodes).toEqual([0, 0, 0, 0]);
      expect(migrated).toBeGreaterThan(0);
      expect(phases["N again"]?.waiting).toBeGreaterThan(0);
    });

    test("an answer that comes to a node after its order went on to newer machines is released, and looked up there", async () => {
      const { scene, nodes } = await opened({ nodes: ["old"], setup: { version: 1 } });
      await scene.order("o", { status: "processing" });
      scene.bank.delayNext("capture", 4000);
      const url = nodes.get("old")?.url ?? "";
      const asked = ask(`${url}/orders/o/events`, { type: "merchant.completed", via: "api" });
      await until(() => scene.calls("o").length === 1, "the capture");
      const { door } = await (fleet as Fleet).start("new", { version: 2, migratesFrom: 1 });
      await door.submit("o", { type: "order.updated", by: "erp", change: "address" });
      expect(scene.bank.held()).toBe(1);
      await scene.reads("o", "completed");
      expect(scene.calls("o")).toEqual(["capture"]);
      const types = (await scene.history("o")).map(({ event }) => event.type);
      expect(types.filter((type) => type.startsWith("capture."))).toEqual(["capture.unknown"]);
      expect(await asked).toMatchObject({ status: 200, body: { outcome: "moved", to: "completed" } });
    });

    test("a node that is told to stop says that it is not ready, ends what is under way, and takes what comes until then", async () => {
      const { scene, nodes } = await opened({ nodes: ["one"], drainMs: 800 });
      await scene.order("o");
      await scene.order("late");
      const url = [...nodes.values()][0]?.url ?? "";
      expect((await ask(`${url}/readyz`))?.status).toBe(200);
      scene.bank.delayNext("getPayment", 1500);
      const underWay = ask(url + (await returnPath(knowsKey, "o", "success")));
      await until(() => scene.bank.held() === 1, "the reading");
      const gone = (fleet as Fleet).retire("one");
      await pause(200);
      expect((await ask(`${url}/readyz`))?.status).toBe(503);
      expect((await ask(url + (await returnPath(knowsKey, "late", "success"))))?.body).toMatchObject({
        status: "processing",
      });
      expect(await underWay).toMatchObject({ status: 200, body: { status: "processing" } });
      expect(await gone).toBe(0);
      expect(await ask(`${url}/readyz`)).toBeNull();
    });
  },
);
