/** The world of one scenario: the real engine, its store and its HTTP, a bank, a shop, and a clock that stands still. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registry as current, type Registry } from "../../../machines/index.js";
import type { Settings } from "../../../machines/settings.js";
import { httpApp } from "../../adapters/http/app.js";
import { listen, type Served } from "../../adapters/http/serve.js";
import { sqliteStore } from "../../adapters/sqlite/store.js";
import { decide } from "../../core/decide.js";
import { createEngine, type Engine } from "../../engine/engine.js";
import type { Clock } from "../../ports/clock.js";
import type { Log } from "../../ports/log.js";
import { type Banks, closeBanks, deliveringFrom, gatewaysTo, heldBy, NETS_AUTHORIZATION } from "../banks.js";
import { Mortal } from "../mortal.js";
import { VirtualClock } from "../virtual-clock.js";
import { type WooDouble, wooDouble } from "../woocommerce-double.js";
import { banksOf } from "./banks.js";
import { Errand, waiting } from "./errand.js";
import type { Scenario, ScenarioOrder } from "./format.js";
import { digestIn } from "./legacy.js";
import { OneStore } from "./one-store.js";
import { inEngine, inShop } from "./orders.js";

interface Node {
  engine: Engine;
  served: Served;
  mortal: Mortal;
  /** The same door without a socket, for floods. */
  fetch(request: Request): Response | Promise<Response>;
  /** Requests sent to it and not yet seen by it. */
  onTheWay: number;
  /** Requests that it is working on. */
  atWork: number;
  /** Answers it gave that were not yet seen. */
  answering: number;
}

/** An event with this author throws whenever it is handled. */
export const POISON = "custom.throws";

export class World {
  readonly clock: VirtualClock;
  readonly logged: string[] = [];
  /** How far the wall clock was set forward or back; a process reads it when it starts. */
  wallOffset = 0;
  banks!: Banks;
  /** What the shop does when the customer presses Pay on Nets's page. */
  onPayInitialized: () => Promise<{ orderId: string } | null> = async () => null;
  woo!: WooDouble;
  private readonly nodes = new Map<string, Node>();
  private readonly registry: Registry;
  /** Reconciliations at work. */
  private reconciling = 0;
  readonly shared = new OneStore(() => sqliteStore({ file: join(this.directory, "orders.db") }));
  private directory = "";

  constructor(readonly scenario: Scenario) {
    this.clock = new VirtualClock(Date.parse(scenario.given.t0));
    const { machine, storedSnapshots } = scenario.given;
    this.registry =
      machine === undefined
        ? current
        : {
            ...current,
            version: machine.version,
            migrations: Object.values(storedSnapshots ?? {}).map(({ machineVersion }) => ({
              from: machineVersion,
              to: machine.version,
              renamed: machine.renamed,
            })),
          };
  }

  get settings(): Settings {
    return this.scenario.given.settings as Settings;
  }

  async begin(): Promise<void> {
    this.directory = await mkdtemp(join(tmpdir(), "order-status-"));
    const { orders, settings, storedSnapshots } = this.scenario.given;
    this.banks = await banksOf(this.scenario, this.clock);
    this.woo = wooDouble({
      now: () => this.clock.now(),
      manageStock: true,
      holdStockMinutes: settings.stockManagement ? settings.holdStockMinutes : null,
    });
    for (const order of orders) this.addToShop(order);
    await this.startNode("A");
    for (const order of orders) await this.placeInEngine(order);
    if (storedSnapshots !== undefined) await this.rewrite(storedSnapshots);
    await this.settle();
  }

  async end(): Promise<void> {
    for (const { engine, served, mortal } of this.nodes.values()) {
      await served.close();
      if (!mortal.dead) await engine.stop();
    }
    // A beginning that failed has made only some of these.
    await closeBanks(this.banks);
    if (this.directory !== "") await rm(this.directory, { recursive: true, force: true });
  }

  addToShop(order: ScenarioOrder): void {
    this.woo.addOrder(inShop(order));
  }

  async placeInEngine(order: ScenarioOrder): Promise<void> {
    await this.node().engine.place(String(order.id), inEngine(order, this.scenario));
  }

  /** Another machine version wrote these orders: their records say so, and the process starts on them anew. */
  private async rewrite(snapshots: NonNullable<Scenario["given"]["storedSnapshots"]>): Promise<void> {
    const store = this.shared.store;
    for (const [orderId, { machineVersion, value }] of Object.entries(snapshots)) {
      const [loaded] = await store.load([{ orderId, eventIds: [] }]);
      if (loaded?.record == null) continue;
      const { record } = loaded;
      await store.commit([
        {
          orderId,
          expectedVersion: record.version,
          record: {
            ...record,
            version: record.version + 1,
            machine: { ...record.machine, version: machineVersion, hash: "another" },
            states: { ...record.states, order: value as never },
          },
          history: [],
          effects: [],
          timers: { set: [], cancel: [] },
          settled: [],
          decided: [],
        },
      ]);
    }
    await this.kill("A");
    await this.startNode("A");
  }

  node(name = "A"): Node {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`no node ${name} is running`);
    return node;
  }

  async withNode(name: string | undefined): Promise<Node> {
    if (name !== undefined && !this.nodes.has(name)) await this.startNode(name);
    return this.node(name);
  }

  async startNode(name: string): Promise<void> {
    const offset = this.wallOffset;
    const clock: Clock = {
      now: () => this.clock.now() + offset,
      sleep: (ms, signal) => waiting(() => this.clock.sleep(ms, signal)),
    };
    const mortal = new Mortal(() => this.clock.now());
    const log = this.logTo();
    const engine = createEngine({
      store: mortal.store(this.shared.forOneMore()),
      gateways: gatewaysTo(this.banks, clock).map((gateway) => mortal.gateway(gateway)),
      shop: mortal.shop(this.woo.shop),
      settings: this.settings,
      clock,
      log,
      registry: this.registry,
      worker: name,
      random: () => 0.5,
      decide: (record, envelope, now, rules) => {
        const { event } = envelope;
        if (event.type === "order.updated" && event.by === POISON) throw new Error("handling this event throws");
        return decide(record, envelope, now, rules);
      },
    });
    const submit = engine.submit.bind(engine);
    engine.submit = (...args) => waiting(() => submit(...args));
    await engine.start();
    const app = httpApp({
      engine,
      log,
      netsAuthorization: NETS_AUTHORIZATION,
      resursDigest: digestIn(this.scenario),
      onPayInitialized: () => this.onPayInitialized(),
    });
    const served = await listen(async (request) => {
      node.onTheWay -= 1;
      const atWork = new Errand((change) => {
        node.atWork += change;
      });
      const response = await atWork.run(() => app.fetch(request));
      node.answering += 1;
      return response;
    });
    const node: Node = { engine, served, mortal, fetch: app.fetch, onTheWay: 0, atWork: 0, answering: 0 };
    this.nodes.set(name, node);
  }

  /** The process is gone: what it was doing never ends, and its store is free for the next one. */
  async kill(name = "A"): Promise<void> {
    const node = this.nodes.get(name);
    if (node === undefined) return;
    node.mortal.die();
    this.nodes.delete(name);
    await node.served.close();
    await this.shared.abandon();
  }

  isRunning(name = "A"): boolean {
    return this.nodes.has(name);
  }

  private logTo(): Log {
    const at = (level: string) => () => {
      this.logged.push(level);
    };
    return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  }

  /** A request over a real socket. Resolves with the status, `000` where the process died. */
  async request(name: string | undefined, path: string, init: RequestInit): Promise<{ status: string; body: unknown }> {
    const node = await this.withNode(name);
    node.onTheWay += 1;
    let answered = false;
    try {
      const response = await fetch(`${node.served.url}${path}`, { redirect: "manual", ...init });
      const text = await response.text();
      answered = true;
      let body: unknown = text;
      try {
        body = JSON.parse(text);
      } catch {}
      return { status: String(response.status), body };
    } catch {
      return { status: "000", body: null };
    } finally {
      if (answered) node.answering -= 1;
    }
  }

  async reconcile(name: string | undefined): Promise<void> {
    const { engine } = await this.withNode(name);
    const atWork = new Errand((change) => {
      this.reconciling += change;
    });
    await atWork.run(async () => {
      for await (const _one of engine.reconcile({ freshMs: 0 })) {
        // the machines have the last word; nothing to do here
      }
    });
  }

  /** Everything that was due has come to rest; only calls that the bank keeps waiting are left. */
  async settle(): Promise<void> {
    let calm = 0;
    const deadline = performance.now() + 20_000;
    while (calm < 3) {
      await new Promise((resolve) => setTimeout(resolve, calm === 0 ? 0 : 1));
      calm = this.resting() ? calm + 1 : 0;
      if (performance.now() > deadline) throw new Error(`scenario ${this.scenario.id} does not come to rest`);
    }
  }

  private resting(): boolean {
    if (deliveringFrom(this.banks) > 0) return false;
    const living = [...this.nodes.values()].filter((n) => !n.mortal.dead);
    if (living.some((n) => n.onTheWay > 0 || n.atWork > 0 || n.answering > 0)) return false;
    const calls = living.reduce((sum, n) => sum + n.engine.underWay, this.reconciling);
    return living.every((n) => n.engine.restingButForCalls) && calls <= heldBy(this.banks);
  }
}
