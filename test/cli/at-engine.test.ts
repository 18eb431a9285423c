/** What the commands say of an engine: where it is mounted, whom it takes, and what is overdue without one. */
import { writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PlacedOrder } from "../../machines/events.js";
import { overdueSaid } from "../../src/cli/commands/why.js";
import { httpApp } from "../../src/http/app.js";
import { listen } from "../../src/http/serve.js";
import { type Clock, systemClock } from "../../src/ports/clock.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { bankHas, callback, gatewayTo, order, Place, shopHas, temporary, until } from "../engine/place.js";
import { cli, served } from "./run.js";
import { unsetConfig } from "./unset-config.js";

const TOKEN = "a token of the tests";
let place: Place;
let url: string;
let file: string;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  const made = await temporary();
  file = made.file;
  place = await Place.made({ store: sqliteStore({ file }) });
  const app = httpApp({ engine: place.engine, apiToken: null });
  const served = await listen(app.fetch);
  url = served.url;
  closing.push(
    () => made.remove(),
    () => place.end(),
    () => served.close(),
  );
  await place.order("1", { status: "processing" });
}, 120_000);
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe("--url", () => {
  test("keeps a path before the engine's own", async () => {
    const app = httpApp({ engine: place.engine, apiToken: TOKEN });
    const mounted = await listen((request) => {
      const { pathname, search, origin } = new URL(request.url);
      if (!pathname.startsWith("/status/engine/")) return new Response("the host's own page", { status: 404 });
      return app.fetch(new Request(`${origin}${pathname.slice("/status/engine".length)}${search}`, request));
    });
    closing.push(() => mounted.close());
    for (const end of ["", "/"]) {
      const { code, out } = await cli(["orders", "--url", `${mounted.url}/status/engine${end}`, "--token", TOKEN]);
      expect([code, out]).toEqual([0, expect.stringMatching(/^1 +processing/m)]);
    }
    expect(await cli(["can", "1", "on-hold", "--url", `${mounted.url}/status/engine`, "--token", TOKEN])).toMatchObject(
      { code: 0 },
    );
  });

  test("with https where the engine speaks http says which", async () => {
    const { code, err } = await cli(["why", "1", "--url", url.replace("http:", "https:")]);
    expect([code, err]).toEqual([2, `order-status: ${new URL(url).host} answers, but not over https; use ${url}\n`]);
  });
});

test("a token that is not the engine's is told apart from none", async () => {
  const guarded = await listen(httpApp({ engine: place.engine, apiToken: TOKEN }).fetch);
  closing.push(() => guarded.close());
  const asked = (...args: string[]) =>
    cli(["why", "1", "--url", guarded.url, ...args], { env: { ORDER_STATUS_TOKEN: undefined } });
  expect(await asked("--token", "wrong")).toMatchObject({
    code: 2,
    err: "order-status: the engine does not accept this token; check --token or ORDER_STATUS_TOKEN\n",
  });
  expect((await asked()).err).toContain("the engine requires its API token");
  expect(await asked("--token", TOKEN)).toMatchObject({ code: 0 });
});

describe("can and send", () => {
  const can = (...words: string[]) => cli(["can", "1", ...words, "--url", url]);

  test("acknowledge, where there is nothing", async () => {
    expect(await can("acknowledge")).toMatchObject({
      code: 3,
      out: expect.stringMatching(/^No\. There is nothing to acknowledge\. \([a-z-]+\)\n$/),
    });
    const sent = await cli(["send", "1", "acknowledge", "--url", url]);
    expect(sent.out).toMatch(/^(Refused|No change)\. There is nothing to acknowledge\. \([a-z-]+\)\n$/);
  });

  // What the bank's books say after the click, and the flag that it raises.
  const tooMuch = [
    ["captured twice", "discrepancy:captured-twice", { capturedAmount: 2000, totalOrderAmount: 2000 }],
    ["refunded more than asked for", "discrepancy:refunded-twice", { capturedAmount: 1000, refundedAmount: 600 }],
    ["refunded twice, all of it", "discrepancy:refunded-twice", { capturedAmount: 2000, refundedAmount: 2000 }],
  ] as const;
  test.each(tooMuch)("acknowledge, of an order that was %s", async (_what, flag, books) => {
    await place.tell("1", { type: "merchant.completed", via: "api" });
    if (flag === "discrepancy:refunded-twice") {
      await place.tell("1", { type: "merchant.refundedAmount", via: "api", amount: 100_00 });
    }
    bankHas(place.bank, "pay-1", "ACCEPTED", undefined, {
      authorizedAmount: 0,
      possibleActions: ["REFUND", "PARTIAL_REFUND"],
      ...books,
    });
    await place.tell("1", { type: "reconcile.asked" });
    const standing = async () =>
      ((await place.engine.queries.read("1"))?.flags ?? []).flatMap((f) => (f.clearedAt === null ? [f.flag] : []));
    expect(await standing()).toContain(flag);
    const before = await place.engine.queries.history("1");
    const { code, out } = await can("acknowledge");
    expect(out).toMatch(/^Yes\. .*flag/);
    expect(out).toContain(flag);
    expect(code).toBe(0);
    const verdict = JSON.parse((await can("acknowledge", "--json")).out);
    expect(verdict).toMatchObject({ allowed: true, outcome: "ignored", reason: "recorded" });
    expect(verdict.flags).not.toContain(flag);
    expect(await place.engine.queries.history("1")).toEqual(before);
    const dry = await cli(["send", "1", "acknowledge", "--dry-run", "--url", url]);
    expect([dry.code, dry.out]).toEqual([0, out]);
    await cli(["send", "1", "acknowledge", "--url", url]);
    expect(await standing()).not.toContain(flag);
    expect(await can("acknowledge")).toMatchObject({ code: 3 });
  });

  test("end the wait, for a call that the bank puts off", async () => {
    const ask = (id: string) => cli(["can", id, "end-wait", "--url", url]);
    await place.order("2", { status: "processing", faults: { capture: "http-429" } });
    await place.engine.submit("2", { type: "merchant.completed", via: "api" });
    await place.rest();
    expect((await cli(["why", "2", "--url", url])).out).toContain("end the wait: the payment is then read");
    expect(await ask("2")).toMatchObject({
      code: 0,
      out: "Yes. The call would not be sent again; the payment is read for as long as the bank may still book it, and then the order is free.\n",
    });
    expect(await ask("1")).toMatchObject({ code: 3, out: expect.stringContaining("(no-lost-answer)") });
  });

  test("reconcile, of an order without a payment, has nothing to read", async () => {
    await place.order("none", { paymentId: null });
    const { code, out } = await cli(["can", "none", "reconcile", "--url", url]);
    expect([code, out]).toEqual([3, expect.stringMatching(/^No\. .*\(no-payment\)\n$/)]);
  });

  test("reconcile can be asked for where it changes nothing", async () => {
    await place.tell("1", { type: "reconcile.asked" });
    const yes = "Yes. The payment would be read; the order stays Processing.\n";
    expect(await can("reconcile")).toMatchObject({ code: 0, out: yes });
    expect(await cli(["send", "1", "reconcile", "--dry-run", "--url", url])).toMatchObject({ code: 0, out: yes });
    expect(JSON.parse((await can("reconcile", "--json")).out)).toMatchObject({ outcome: "ignored" });
  });

  test.each([
    ['{"type":"nope"}', "unknown event type nope; order-status help send lists the words"],
    ['{"type":"merchant.complete"}', "unknown event type merchant.complete; did you mean merchant.completed?"],
  ])("a type that is none is one short line: %s", async (event, says) => {
    const ended = await can(event);
    expect(ended).toMatchObject({ code: 2, out: "", err: `order-status: ${says}\n` });
  });
});

/** An engine of its own, with orders that are known at the bank. */
const engineAt = async (clock: Clock, statuses: Record<string, PlacedOrder["status"]>) => {
  const made = await temporary();
  const gateways = [gatewayTo(place.bank.url, clock)];
  const engine = createEngine({ store: sqliteStore({ file: made.file }), gateways, shop: place.woo.shop, clock });
  await engine.start();
  const served = await listen(httpApp({ engine, apiToken: null }).fetch);
  closing.push(
    () => made.remove(),
    () => engine.stop(),
    () => served.close(),
  );
  for (const [id, status] of Object.entries(statuses)) {
    shopHas(place.woo, id, clock.now(), status);
    bankHas(place.bank, `pay-${id}`, id.startsWith("open") ? "TASK_REDIRECTION_REQUIRED" : "ACCEPTED");
    await engine.place(id, order(`pay-${id}`, clock.now(), { status }));
  }
  return { engine, url: served.url, file: made.file };
};

describe("reconcile", () => {
  test("counts what it skipped, and what needs review", async () => {
    const own = await engineAt(systemClock(), { paid: "processing", open: "pending", "open-2": "processing" });
    const reconcile = (...args: string[]) => cli(["reconcile", "--url", own.url, ...args]);
    const first = await reconcile();
    expect(first.out).toMatch(/^Checked 3: 2 correct, 1 needs review \(above\), 0 to correct\.$/m);
    expect(first.out).not.toContain("skipped");
    await reconcile("--apply");
    expect(await reconcile()).toMatchObject({
      code: 0,
      out: "Checked 0. 3 skipped: read in the last 15 minutes (--fresh-minutes 0 reads them).\n",
    });
    expect(JSON.parse((await reconcile("--json")).out)).toMatchObject({ skipped: 3, orders: [] });
  });

  test("counts what it corrected", async () => {
    const own = await engineAt(systemClock(), { paid: "processing", "paid-2": "pending" });
    const reconcile = (...args: string[]) => cli(["reconcile", "--url", own.url, ...args]);
    expect((await reconcile()).out).toMatch(/^Checked 2: 1 correct, 1 to correct\.\nNothing was changed\. /m);
    expect((await reconcile("--apply")).out).toMatch(/^Checked 2: 1 correct, 1 corrected\.$/m);
  });
});

describe("why, of what is past", () => {
  const at = "2026-01-31T12:00:00.000Z";
  const next = { at, says: { en: "", sv: "" } };
  const later = (ms: number) => Date.parse(at) + ms;

  test("it is overdue after a minute", () => {
    expect(overdueSaid({ at: null }, later(1e9), "en")).toBeNull();
    expect(overdueSaid(next, later(-1), "en")).toBeNull();
    expect(overdueSaid(next, later(60_000), "en")).toBeNull();
    expect(overdueSaid(next, later(61_000), "en")).toBe("Overdue by 1 minute. Is an engine running?");
    expect(overdueSaid(next, later(14 * 60_000), "en")).toBe("Overdue by 14 minutes. Is an engine running?");
    expect(overdueSaid(next, later(3 * 3_600_000), "en")).toBe("Overdue by 3 hours. Is an engine running?");
    expect(overdueSaid(next, later(61_000), "sv")).toBe("Försenat med en minut. Är motorn igång?");
  });

  test("is said of an order in a store, and not by its engine", async () => {
    const own = await engineAt(new VirtualClock(Date.now() - 3_600_000), { 2: "pending" });
    await own.engine.submit("2", callback("pay-2"));
    const { code, out } = await cli(["why", "2", "--store", own.file]);
    expect(code).toBe(0);
    expect(out).toMatch(/^Next: The bank is asked .*\nOverdue by 5\d minutes\. Is an engine running\?\nTo do: /m);
    const json = await cli(["why", "2", "--store", own.file, "--json"]);
    expect(JSON.parse(json.out).next.says.en).toMatch(/^The bank is asked /);
    expect((await cli(["why", "2", "--url", own.url])).out).not.toContain("Overdue");
  });
});

describe("a store beside the shop's configuration", () => {
  test("what its settings change is said of it", async () => {
    const own = await engineAt(systemClock(), {});
    bankHas(place.bank, "pay-3");
    await own.engine.place("3", order("pay-3", Date.now(), { status: "processing", total: 120_000 }));
    await own.engine.submit("3", { type: "reconcile.asked" });
    await until(async () => ((await own.engine.queries.why("3"))?.flags.length ?? 0) > 0, "its flag");
    const config = `${own.file}.config.ts`;
    await writeFile(config, unsetConfig('settings: { choices: { amountMismatch: "capture" } }'));
    const captures = "completing the order captures what is reserved";

    const why = async (...args: string[]) => (await cli(["why", "3", "--store", own.file, ...args])).out;
    expect(await why()).not.toContain(captures);
    expect(await why("--config", config)).toContain(captures);

    const page = async (...args: string[]): Promise<string> => {
      let text = "";
      await served(["inspect", "--store", own.file, "--json", ...args], async ({ url: at = "" }) => {
        text = await (await fetch(`${at}/orders/3`)).text();
      });
      return text;
    };
    expect(await page()).not.toContain(captures);
    expect(await page("--config", config)).toContain(captures);
  });

  test("is refused where an engine is asked, and where it is not valid", async () => {
    const asked = await cli(["why", "1", "--url", url, "--config", "shop.config.ts"]);
    const says = "order-status: --config is for --store: an engine that is asked has its own settings\n";
    expect(asked).toMatchObject({ code: 2, out: "", err: says });
    const none = await cli(["why", "1", "--store", file, "--config", "/nowhere/shop.config.ts"]);
    expect(none).toMatchObject({ code: 2, err: expect.stringContaining("there is no /nowhere/shop.config.ts") });
  });
});
