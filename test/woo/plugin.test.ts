/** The WordPress plugin in a real PHP, with a real engine behind it; only WordPress itself is stood in for. */
import { execFileSync, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { httpApp } from "../../src/adapters/http/app.js";
import { listen, type Served } from "../../src/adapters/http/serve.js";
import { memoryStore } from "../../src/adapters/memory/store.js";
import { createEngine, type Engine } from "../../src/engine/engine.js";
import { systemClock } from "../../src/ports/clock.js";
import { type ResursDouble, resursDouble, type WooDouble, wooDouble } from "../../src/testing/index.js";
import { bankHas, gatewayTo, MINUTE, order, shopHas, until } from "../engine/place.js";

const plugin = fileURLToPath(
  new URL("../../../src/adapters/woocommerce/plugin/order-status-engine.php", import.meta.url),
);
const wordpress = fileURLToPath(new URL("../../../test/woo/wordpress.php", import.meta.url));

const php = (() => {
  try {
    return execFileSync("php", ["-r", "echo PHP_VERSION;"], { stdio: ["ignore", "pipe", "ignore"] }).toString();
  } catch {
    return null;
  }
})();
if (php === null) test.skip("the WordPress plugin: there is no php here (apt-get install php-cli)", () => {});

interface Step {
  do: "save" | "rest" | "hold-stock";
  order: string;
  status: string;
  to?: string;
  body?: string;
  signature?: string;
  cancel?: boolean;
}
interface Told {
  order: { status: string; date_paid: string | null; date_completed: string | null };
  fired: string[];
  notice: string;
  error: { code: string; status: number; message: string } | null;
  value: boolean | null;
  requests: number;
}

const TOKEN = "api token";
const SECRET = "plugin secret";

describe.skipIf(php === null)("the WordPress plugin", () => {
  const clock = systemClock();
  let bank: ResursDouble;
  let woo: WooDouble;
  let engine: Engine;
  let served: Served;
  beforeAll(async () => {
    bank = await resursDouble({ clock });
    woo = wooDouble({ now: () => clock.now() });
    const settings = { stockManagement: true, holdStockMinutes: 15 };
    const gateways = [gatewayTo(bank.url, clock)];
    engine = createEngine({ store: memoryStore(), gateways, shop: woo.shop, settings, clock });
    await engine.start();
    served = await listen(httpApp({ engine, apiToken: TOKEN }).fetch);
    for (const [id, says] of [
      ["1", "ACCEPTED"],
      ["2", "FROZEN"],
      ["3", "FROZEN"],
      ["4", "ACCEPTED"],
      ["5", "TASK_REDIRECTION_REQUIRED"],
      ["7", "ACCEPTED"],
      ["8", "ACCEPTED"],
    ] as const) {
      const status = "457".includes(id) ? "pending" : "processing";
      const made = clock.now() - (id === "7" ? 20 : 10) * MINUTE;
      bankHas(bank, `pay-${id}`, says);
      shopHas(woo, id, made, status);
      await engine.place(id, order(`pay-${id}`, made, { status }));
    }
  });
  afterAll(async () => {
    await served.close();
    await engine.stop();
    await bank.close();
  });

  /** One PHP request after the other, in one process. */
  const wordpressDoes = (steps: Step[], more: { constants?: object; admin?: boolean; action?: string } = {}) =>
    new Promise<Told[]>((resolve, reject) => {
      const child = spawn("php", ["-d", "display_errors=stderr", "-d", "error_reporting=-1", wordpress]);
      let [out, err] = ["", ""];
      child.stdout.on("data", (text) => {
        out += text;
      });
      child.stderr.on("data", (text) => {
        err += text;
      });
      child.once("error", reject);
      child.once("close", (code) => {
        // Not even a notice of PHP.
        if (code !== 0 || err !== "") return reject(new Error(`php ${code}: ${err}${out}`));
        resolve(
          out
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as Told),
        );
      });
      const constants = {
        ORDER_STATUS_ENGINE_URL: served.url,
        ORDER_STATUS_ENGINE_TOKEN: TOKEN,
        ORDER_STATUS_ENGINE_SECRET: SECRET,
        ...more.constants,
      };
      const { admin = true, action } = more;
      child.stdin.end(JSON.stringify({ plugin, constants, admin, steps, ...(action ? { action } : {}) }));
    });
  const untouched = (status: string) => ({ status, date_paid: null, date_completed: null });
  const rest = (orderId: string, body: object, signature?: string): Step => {
    const step: Step = { do: "rest", order: orderId, status: "processing", body: JSON.stringify(body) };
    return signature === undefined ? step : { ...step, signature };
  };

  test("is PHP without a fault, and ships with the package", () => {
    expect(execFileSync("php", ["-l", plugin]).toString()).toContain("No syntax errors");
  });

  test("the order screen: what the engine refuses is not saved, leaves no trace, and the merchant reads why", async () => {
    const [told] = await wordpressDoes([{ do: "save", order: "2", status: "processing", to: "completed" }]);
    expect(told?.order).toEqual(untouched("processing"));
    expect(told?.fired).toEqual([]);
    expect(told?.notice).toContain("Order 2: The bank has frozen this payment");
    expect((await engine.history("2")).at(-1)?.answers.at(-1)?.outcome).toBe("refused");
  });

  test("what the engine takes on is written by the engine alone", async () => {
    const [told] = await wordpressDoes([{ do: "save", order: "1", status: "processing", to: "completed" }], {
      action: "mark_completed",
    });
    expect(told?.order).toEqual(untouched("processing"));
    expect(told?.fired).toEqual([]);
    expect(told?.notice).toContain("Order 1: the engine changes the status");
    await until(() => woo.order("1").status === "completed", "the engine's own write");
    const asked = (await engine.history("1")).find(({ event }) => event.type === "merchant.completed");
    expect(asked?.event).toEqual({ type: "merchant.completed", via: "bulk" });
  });

  test("another REST client gets an error, with the reason", async () => {
    const [told] = await wordpressDoes([rest("3", { status: "completed" })], { admin: false });
    expect(told?.error).toMatchObject({ code: "order_status_refused", status: 409 });
    expect(told?.error?.message).toContain("frozen");
    expect([told?.order, told?.fired]).toEqual([untouched("processing"), []]);
  });

  test("what another REST client may have is not written by it either", async () => {
    const [told] = await wordpressDoes([rest("8", { status: "completed", customer_note: "x" })], { admin: false });
    expect([told?.error, told?.order, told?.fired]).toEqual([null, untouched("processing"), []]);
    await until(() => woo.order("8").status === "completed", "the engine's own write");
  });

  test("the engine's own writes pass, and only its own", async () => {
    const body = { status: "completed" };
    const signed = (path: string) =>
      createHmac("sha256", SECRET)
        .update(`${path}\n${JSON.stringify(body)}`)
        .digest("hex");
    const [mine] = await wordpressDoes([rest("3", body, signed("orders/3"))], { admin: true });
    expect([mine?.order.status, mine?.requests]).toEqual(["completed", 0]);
    // Signed for another order, and not signed by us.
    for (const signature of [signed("orders/1"), "0".repeat(64), ""]) {
      const [told] = await wordpressDoes([rest("3", body, signature)], { admin: false });
      expect([told?.error?.status, told?.order.status]).toEqual([409, "processing"]);
    }
  });

  test("orders that are not the engine's, statuses of plugins, and payments of plugins are left alone", async () => {
    const [unknown, custom] = await wordpressDoes([
      { do: "save", order: "99", status: "processing", to: "completed" },
      { do: "save", order: "2", status: "processing", to: "picking" },
    ]);
    expect([unknown?.order.status, unknown?.fired]).toEqual(["completed", ["processing to completed"]]);
    expect([custom?.order.status, custom?.requests]).toEqual(["picking", 1]);
    const [front] = await wordpressDoes([{ do: "save", order: "2", status: "pending", to: "processing" }], {
      admin: false,
    });
    expect([front?.order.status, front?.requests]).toEqual(["processing", 0]);
  });

  test("an engine that is down: open by default, closed where it is told to be", async () => {
    const steps: Step[] = [
      { do: "save", order: "2", status: "processing", to: "completed" },
      { ...rest("3", { status: "completed" }) },
      { do: "hold-stock", order: "5", status: "pending", cancel: true },
    ];
    const nowhere = { ORDER_STATUS_ENGINE_URL: "http://127.0.0.1:9" };
    const open = await wordpressDoes(steps, { constants: nowhere });
    expect(open.map(({ order: { status }, value }) => value ?? status)).toEqual(["completed", "completed", true]);
    const constants = { ...nowhere, ORDER_STATUS_ENGINE_WHEN_DOWN: "closed" };
    const closed = await wordpressDoes(steps, { constants });
    expect(closed.map(({ order: { status }, value }) => value ?? status)).toEqual(["processing", "processing", false]);
    expect(closed[0]?.notice).toContain("the engine cannot be asked");
    // A token that is wrong is no answer either.
    const locked = await wordpressDoes(steps, {
      constants: { ...constants, ORDER_STATUS_ENGINE_URL: served.url, ORDER_STATUS_ENGINE_TOKEN: "x" },
    });
    expect(locked[0]?.order.status).toBe("processing");
  });

  test("the job that cancels unpaid orders: a paid one is not cancelled, and the engine does what is due", async () => {
    const due = (id: string, cancel = true): Step => ({ do: "hold-stock", order: id, status: "pending", cancel });
    const told = await wordpressDoes([due("7"), due("4"), due("99"), due("4", false)], { admin: false });
    expect(told.map(({ value }) => value)).toEqual([false, false, true, false]);
    await until(() => woo.order("7").status === "processing", "the payment that was there");
    // Its minutes are not over, whatever the job has read.
    const asked = (await engine.history("4")).at(-1);
    expect(asked).toMatchObject({ event: { type: "shop.holdStockDue" }, answers: [{ reason: "not-due" }] });
    expect(woo.order("4").status).toBe("pending");
  });
});
