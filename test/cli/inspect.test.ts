/** The inspector as a person starts it. */

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { Settings } from "../../machines/settings.js";
import { compose } from "../../src/cli/lib/compose.js";
import { statelyServer } from "../../src/inspector/stately.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { wooDouble } from "../../src/testing/doubles/woocommerce/double.js";
import { temporary, until } from "../engine/place.js";
import { CANARY, Stage } from "../inspector/stage.js";
import { cli, served } from "./run.js";

test("inspect looks into a file beside its engine, and writes down elsewhere who saw whom", async () => {
  const stage = await Stage.made();
  try {
    await stage.person();
    const reveals = `${stage.file}.reveals`;
    const ended = await served(
      ["inspect", "--store", stage.file, "--reveals", reveals, "--json"],
      async ({ url = "" }) => {
        const page = await (await fetch(`${url}/orders/canary`)).text();
        expect(page).toContain("Order canary");
        expect(page).not.toContain(CANARY);
        const shown = await fetch(`${url}/orders/canary/reveal`, {
          method: "POST",
          headers: { origin: url },
          body: new URLSearchParams({ by: "Robin", why: "the customer called" }),
        });
        expect(await shown.text()).toContain(CANARY);
      },
    );
    expect(ended).toMatchObject({ code: 0, err: "" });
    const [line = "", ...rest] = (await readFile(reveals, "utf8")).trim().split("\n");
    expect(JSON.parse(line)).toMatchObject({ orderId: "canary", by: "Robin", why: "the customer called" });
    expect(rest).toEqual([]);
  } finally {
    await stage.end();
  }
});

test("without a place it says which to name", async () => {
  const { code, err } = await cli(["inspect"], { env: { ORDER_STATUS_STORE: undefined } });
  expect(code).toBe(2);
  expect(err).toContain("--store <place>");
});

test("a file that is not there is said so", async () => {
  const { code, err } = await cli(["inspect", "--store", "/nowhere/orders.db"]);
  expect(code).toBe(2);
  expect(err).toContain("does not exist");
});

test("serve has it beside the API: looking only, unless actions are asked for", async () => {
  const serve = ["serve", "--sandbox", "--port", "0", "--log-level", "silent", "--json"];
  await served(serve, async ({ inspector = "", url = "" }) => {
    expect(await (await fetch(inspector)).text()).toContain("Read only");
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
  await served([...serve, "--actions", "--stately", "0"], async ({ inspector = "", stately = "" }) => {
    expect(await (await fetch(inspector)).text()).not.toContain("Read only");
    expect(stately).toMatch(/^ws:\/\/127\.0\.0\.1:\d+$/);
  });
});

test("Stately hears of every composition, not of the sandbox alone, and lets go of its port", async () => {
  const { file, remove } = await temporary();
  const parts = {
    store: sqliteStore({ file }),
    gateways: [],
    shop: wooDouble({ now: Date.now }).shop,
    stately: { port: 0 },
  };
  const one = await compose({ ...parts, apiToken: null, settings: Settings.parse({}) });
  const frames: string[] = [];
  const socket = new WebSocket(one.stately ?? "");
  socket.on("message", (data) => frames.push(String(data)));
  await once(socket, "open");
  const common = { status: "pending" as const, total: 100, currency: "SEK", lines: [], needsProcessing: true };
  const payment = { gateway: null, paymentId: null, previousPaymentIds: [], customerReturned: false };
  await one.engine.place("o", { ...common, ...payment, createdAt: Date.now(), updatedAt: Date.now() });
  await until(() => frames.some((frame) => frame.includes("order.placed")), "the event");
  expect(frames.map((frame) => JSON.parse(frame)).filter(({ type }) => type === "@xstate.actor")).toHaveLength(3);
  await one.stop();
  await expect(
    statelyServer({ port: Number(new URL(one.stately ?? "").port) }).then((again) => again.close()),
  ).resolves.toBe(undefined);
  await remove();
});

test("a port for Stately that is taken ends it with the way out", async () => {
  const taken = await statelyServer();
  const port = new URL(taken.url).port;
  const { code, err } = await cli(["serve", "--sandbox", "--port", "0", "--stately", port]);
  await taken.close();
  expect(code).toBe(1);
  expect(err).toContain(`port ${port} is taken`);
});

test("serve behind a token asks for it", async () => {
  const args = [
    "serve",
    "--sandbox",
    "--port",
    "0",
    "--log-level",
    "silent",
    "--json",
    "--api-token",
    "s3cret-of-the-API",
  ];
  await served(args, async ({ inspector = "" }) => {
    expect((await fetch(inspector)).status).toBe(401);
    expect(
      (await fetch(inspector, { headers: { authorization: `Basic ${btoa("kim:s3cret-of-the-API")}` } })).status,
    ).toBe(200);
  });
});
