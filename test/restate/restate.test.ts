/** The same decisions on a real Restate server. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { registerService, restateRuntime, restateService } from "../../src/adapters/restate/index.js";
import { systemClock } from "../../src/ports/clock.js";
import { type ResursDouble, resursDouble, type WooDouble, wooDouble } from "../../src/testing/index.js";
import { bankHas, callback, gatewayTo, MINUTE, order, shopHas, until } from "../engine/place.js";
import { noServerBecause, type RestateServer, restateServer } from "./server.js";

describe.skipIf(noServerBecause !== null)(`Restate${noServerBecause ?? ""}`, () => {
  const clock = systemClock();
  let server: RestateServer;
  let bank: ResursDouble;
  let woo: WooDouble;
  beforeAll(async () => {
    server = await restateServer();
    bank = await resursDouble({ clock });
    woo = wooDouble({ now: () => clock.now() });
  });
  afterAll(async () => {
    await server?.end();
    await bank?.close();
  });

  test("slice", async () => {
    const service = restateService({
      gateways: [gatewayTo(bank.url, clock)],
      shop: woo.shop,
      settings: { cooldownSeconds: 1 },
    });
    const served = await service.listen();
    await registerService(server.adminUrl, served.url);
    const door = restateRuntime({ ingressUrl: server.ingressUrl, adminUrl: server.adminUrl });
    const at = clock.now();
    bankHas(bank, "pay-1");
    shopHas(woo, "1", at);
    console.log(await door.place("1", order("pay-1", at)));
    console.log(await door.findByPayment("pay-1"));
    console.time("settled");
    console.log(await door.submit("1", callback("pay-1"), { wait: "settled" }));
    console.timeEnd("settled");
    await until(() => woo.order("1").status === "processing");
    console.log(
      await door.why("1"),
      (await door.history("1")).map((h) => h.event.type),
      await door.list({ limit: 5 }),
      await door.health(),
    );
    console.time("complete");
    console.log(await door.submit("1", { type: "merchant.completed", via: "api" }, { wait: "settled" }));
    console.timeEnd("complete");
    await until(() => woo.order("1").status === "completed");
    expect(bank.calls.map((c) => c.op)).toEqual(["capture"]);
    await served.close();
  });
});
void MINUTE;
