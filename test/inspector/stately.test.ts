/** The machines as a Stately inspector sees them: through the receiver of its own package, and over a bare socket. */
import { get } from "node:http";
import { createWebSocketReceiver, type StatelyInspectionEvent } from "@statelyai/inspect";
import { createInspectorServer } from "@statelyai/inspect/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createMachine } from "xstate";
import { machinesOf, registry } from "../../machines/index.js";
import type { ActorMessage, HistoryEntry, OrderRecord } from "../../src/core/record.js";
import { type StatelyServer, statelyServer } from "../../src/inspector/stately.js";
import { until } from "../engine/place.js";
import { freePort } from "../free-port.js";
import { chromiumAt, launch } from "./browser.js";
import { CANARY, Stage } from "./stage.js";

let server: StatelyServer;
let stage: Stage;
const decided: { entry: HistoryEntry; record: OrderRecord; messages: ActorMessage[] }[] = [];
beforeAll(async () => {
  server = await statelyServer();
  stage = await Stage.made(
    {},
    {
      onDecision: (entry, record, messages) => {
        decided.push({ entry, record, messages });
        server.tell(entry, record, messages);
      },
    },
  );
});
afterAll(async () => {
  await stage.end();
  await server.close();
});

/** As the receiver hands them on; of a frame it knows what its types say. */
type Seen = StatelyInspectionEvent & { sourceId?: string; definition?: string; event?: { type: string } };

const listening = async (): Promise<{ seen: Seen[]; stop(): void }> => {
  const seen: Seen[] = [];
  const { unsubscribe } = createWebSocketReceiver({ server: server.url }).subscribe((event) =>
    seen.push(event as Seen),
  );
  return { seen, stop: unsubscribe };
};

describe("Stately's own receiver", () => {
  test("sees the actors, and every event and snapshot of an order in order", async () => {
    const { seen, stop } = await listening();
    await stage.place.order("shown", {});
    await stage.callback("pay-shown");
    await stage.place.tell("shown", { type: "merchant.completed" });
    await stage.place.rest();
    const own = decided.filter(({ record }) => record.orderId === "shown");
    const told = own.flatMap(({ messages }) => messages);
    await until(() => seen.filter((one) => one.type === "@xstate.snapshot").length >= told.length, "the last snapshot");
    stop();

    const introduced = seen.filter((one) => one.type === "@xstate.actor");
    expect(introduced.map((one) => [one.name, one.sessionId, one.rootId, one.parentId])).toEqual([
      ["order", "shown", "shown", undefined],
      ["payment", "shown:payment", "shown", "shown"],
      ["cooldown", "shown:cooldown", "shown", "shown"],
    ]);
    const session = (actor: string) => (actor === "order" ? "shown" : `shown:${actor}`);
    const events = seen.filter((one) => one.type === "@xstate.event");
    expect(events.map((one) => [one.sessionId, one.event?.type])).toEqual(told.map((m) => [session(m.to), m.type]));
    const snapshots = seen.filter((one) => one.type === "@xstate.snapshot");
    expect(snapshots.map((one) => (one.snapshot as unknown as { value: unknown }).value)).toEqual(
      told.map((m) => m.value),
    );

    // What was told is what was decided: each decision ends where its entry says.
    for (const { entry, messages } of own) {
      for (const actor of ["order", "payment", "cooldown"] as const) {
        const last = messages.findLast((message) => message.to === actor);
        if (last !== undefined) expect(last.value).toEqual(entry.states[actor]);
      }
    }
    expect(told.map((m) => m.to)).toEqual(expect.arrayContaining(["order", "payment", "cooldown"]));
    expect(events.some((one) => one.sourceId === "shown:cooldown" && one.sessionId === "shown")).toBe(true);
  });

  test("sees as much when it comes late", async () => {
    const { seen, stop } = await listening();
    const mine = () => seen.filter((one) => one.rootId === "shown");
    await until(
      () =>
        mine()
          .filter((one) => one.type === "@xstate.snapshot")
          .at(-1) !== undefined,
      "what went before",
    );
    const told = decided.filter(({ record }) => record.orderId === "shown").flatMap(({ messages }) => messages);
    await until(() => mine().length === 3 + 2 * told.length, "all of it");
    stop();
  });
});

describe("the definitions", () => {
  test.each(Object.values(machinesOf(registry)).map((machine) => [machine.id, machine] as const))(
    "%s is pure data that createMachine takes, with the same states",
    (_, machine) => {
      const text = JSON.stringify(machine.config);
      // A function would be lost on the way, and with it a guard.
      expect(JSON.parse(text)).toEqual(machine.config);
      const again = createMachine(JSON.parse(text));
      expect(Object.keys(again.states)).toEqual(Object.keys(machine.states));
      expect([...again.events].sort()).toEqual([...machine.events].sort());
    },
  );

  test("of every actor that was introduced take the snapshot they come with", async () => {
    const { seen, stop } = await listening();
    await until(() => seen.filter((one) => one.type === "@xstate.actor").length >= 3, "the actors");
    stop();
    for (const one of seen) {
      if (one.type !== "@xstate.actor") continue;
      const machine = createMachine(JSON.parse(one.definition ?? ""));
      const { value } = one.snapshot as { value: string };
      expect(() => machine.resolveState({ value })).not.toThrow();
    }
  });
});

test("nobody in a message before he is asked for, and none for a page of elsewhere", async () => {
  const frames: string[] = [];
  const socket = new WebSocket(server.url);
  socket.on("message", (data) => frames.push(String(data)));
  await stage.person();
  await until(() => frames.some((frame) => frame.includes('"canary"')), "the order");
  await until(() => frames.some((frame) => frame.includes("payment.readBack")), "the last event");
  expect(frames.filter((frame) => frame.includes(CANARY))).toEqual([]);
  socket.close();

  const stranger = new WebSocket(server.url, { origin: "https://evil.example" });
  const refused = await new Promise((resolve) => stranger.on("error", resolve).on("open", () => resolve("open")));
  expect(String(refused)).toContain("401");
});

describe("the page", () => {
  test.skipIf(chromiumAt === null)("shows charts and messages at once, and asks nobody but this computer", async () => {
    await stage.place.order("paged", {});
    await stage.callback("pay-paged");
    const http = server.url.replace("ws:", "http:");
    const browser = await launch();
    try {
      const page = await browser.newPage();
      const asked: string[] = [];
      const complaints: string[] = [];
      page.on("request", (request) => asked.push(new URL(request.url()).origin));
      page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
      await page.goto(http);
      // Whatever order spoke last while the drawings were fetched: what is lit is what the heads say.
      await page.waitForFunction(() => document.querySelectorAll(".drawing svg").length === 3);
      const heads = await page.locator("#charts h2").allTextContents();
      const classes = heads.map((head) => `state-${(head.split(": ")[1] ?? "").replaceAll(".", "--")}`);
      for (const name of classes) expect(await page.locator(`#charts .current.${name}`).count()).toBe(1);
      await page.getByRole("button", { name: "paged" }).click();
      expect(await page.locator("h1").textContent()).toBe("Order paged");
      await page.locator('[data-actor="order"] .state-processing.current').waitFor();
      await page.locator('[data-actor="payment"] .state-ACCEPTED--authorized.current').waitFor();
      expect(await page.locator('[data-actor="cooldown"] h2').textContent()).toBe("cooldown: idle");
      expect(await page.locator("#messages tr").count()).toBeGreaterThan(3);
      // It follows what happens.
      await stage.place.tell("paged", { type: "merchant.completed" });
      await page.locator('[data-actor="order"] .state-completed.current').waitFor();
      expect(await page.locator("#messages").textContent()).toContain("merchant.completed");
      expect([...new Set(asked)]).toEqual([http]);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  test("is for this computer's own names alone, and has nothing else", async () => {
    const { port } = new URL(server.url);
    const under = (host: string, path = "/") =>
      new Promise<number | undefined>((resolve, reject) => {
        get({ host: "127.0.0.1", port, path, headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        }).on("error", reject);
      });
    expect(await under(`localhost:${port}`)).toBe(200);
    expect(await under("evil.example")).toBe(404);
    expect(await under("localhost", "/charts/../package.json")).toBe(404);
    expect(await under("localhost", "/charts/order.svg")).toBe(200);
  });
});

test("a page that was named may listen", async () => {
  const own = await statelyServer({ origins: ["https://stately.ai"] });
  const hears = (origin: string) =>
    new Promise((resolve) => {
      const socket = new WebSocket(own.url, { origin });
      socket.on("error", () => resolve(false)).on("open", () => resolve(true));
    });
  expect([await hears("https://stately.ai"), await hears("https://evil.example")]).toEqual([true, false]);
  await own.close();
});

test("Stately's own server is told everything, also when it starts later", async () => {
  const port = await freePort();
  const own = await statelyServer({ relay: `ws://127.0.0.1:${port}` });
  for (const { entry, record, messages } of decided.slice(0, 20)) own.tell(entry, record, messages);
  const theirs = createInspectorServer({ port, autoOpen: false });
  try {
    const isUp = () =>
      fetch(`http://127.0.0.1:${port}`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(isUp, "their server");
    const seen: string[] = [];
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    socket.on("message", (data) => seen.push(String(data)));
    await until(() => seen.some((frame) => frame.includes("@xstate.snapshot")), "the relayed messages");
    expect(seen.some((frame) => frame.includes("@xstate.actor"))).toBe(true);
    socket.terminate();
  } finally {
    await own.close();
    theirs.stop();
  }
  await expect(statelyServer({ relay: "http://x" })).rejects.toThrow(
    "relay: http://x is not the address of a WebSocket",
  );
});
