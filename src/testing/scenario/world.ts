/** The world of one scenario: a real runtime and its HTTP, a bank, a shop, and a clock that stands still. */
import { registry as current, type Registry } from "../../../machines/index.js";
import type { Settings } from "../../../machines/settings.js";
import { decide } from "../../core/decide.js";
import { httpApp } from "../../http/app.js";
import { addressKeys } from "../../http/keys.js";
import { listen, type Served } from "../../http/serve.js";
import { urlsFor } from "../../http/urls.js";
import type { Clock } from "../../ports/clock.js";
import type { Log } from "../../ports/log.js";
import type { Runtime } from "../../ports/runtime.js";
import { type Banks, closeBanks, deliveringFrom, gatewaysTo, heldBy, NETS_AUTHORIZATION } from "../doubles/banks.js";
import { type WooDouble, wooDouble } from "../doubles/woocommerce/double.js";
import { Mortal } from "../mortal.js";
import { VirtualClock } from "../virtual-clock.js";
import { banksOf } from "./banks.js";
import { Errand, waiting } from "./errand.js";
import type { Scenario, ScenarioOrder } from "./format.js";
import { digestIn } from "./legacy.js";
import { inEngine, inShop } from "./orders.js";
import { type OpenStage, type Stage, type StageNode, sqliteStage } from "./stage.js";

interface Node {
  engine: Runtime;
  self: StageNode;
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

/** Marks the scenario's own requests among those of the banks. */
const OURS = "x-scenario";

/** An event with this author throws whenever it is handled. */
export const POISON = "custom.throws";

export class ScenarioWorld {
  readonly clock: VirtualClock;
  readonly logged: string[] = [];
  /** How far the wall clock was set forward or back; a process reads it when it starts. */
  wallOffset = 0;
  banks!: Banks;
  /** What the shop does when the customer presses Pay on Nets's page. */
  onPayInitialized: () => Promise<{ orderId: string } | null> = async () => null;
  woo!: WooDouble;
  /** By the payment that each of them made. */
  readonly attempts = new Map<string, string>();
  private readonly nodes = new Map<string, Node>();
  private readonly registry: Registry;
  /** Reconciliations at work. */
  private reconciling = 0;
  stage!: Stage;

  constructor(
    readonly scenario: Scenario,
    private readonly openStage: OpenStage = sqliteStage,
  ) {
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
    return this.scenario.given.settings;
  }

  async begin(): Promise<void> {
    this.stage = await this.openStage(this.clock);
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
    for (const { self, served, mortal } of this.nodes.values()) {
      await served.close();
      if (!mortal.dead) await self.stop();
    }
    // A beginning that failed has made only some of these.
    await closeBanks(this.banks);
    await this.stage?.end();
  }

  addToShop(order: ScenarioOrder): void {
    this.woo.addOrder(inShop(order));
  }

  async placeInEngine(order: ScenarioOrder): Promise<void> {
    await this.node().engine.place(String(order.id), inEngine(order, this.scenario));
  }

  /** Another machine version wrote these orders: their records say so, and the process starts on them anew. */
  private async rewrite(snapshots: NonNullable<Scenario["given"]["storedSnapshots"]>): Promise<void> {
    for (const [orderId, { machineVersion, value }] of Object.entries(snapshots)) {
      await this.stage.rewrite(orderId, (record) => ({
        ...record,
        machine: { ...record.machine, version: machineVersion, hash: "another" },
        states: { ...record.states, order: value as never },
      }));
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
    const self = await this.stage.start({
      name,
      clock,
      mortal,
      gateways: gatewaysTo(this.banks, clock).map((gateway) => mortal.gateway(gateway)),
      shop: mortal.shop(this.woo.shop),
      settings: this.settings,
      log,
      registry: this.registry,
      decide: (record, envelope, now, rules) => {
        const { event } = envelope;
        if (event.type === "order.updated" && event.by === POISON) throw new Error("handling this event throws");
        return decide(record, envelope, now, rules);
      },
    });
    const engine = self.door;
    const submit = engine.submit.bind(engine);
    engine.submit = (...args) => waiting(() => submit(...args));
    const app = httpApp({
      engine,
      log,
      apiToken: null,
      publicUrl: () => node.served.url,
      netsAuthorization: NETS_AUTHORIZATION,
      resursDigest: digestIn(this.scenario),
      onPayInitialized: () => this.onPayInitialized(),
    });
    const served = await listen(async (request) => {
      // A bank's own message is not waited for here: the bank says itself that it is delivering.
      const isOurs = request.headers.has(OURS);
      if (isOurs) node.onTheWay -= 1;
      const atWork = new Errand((change) => {
        node.atWork += change;
      });
      const response = await atWork.run(() => app.fetch(request));
      if (isOurs) node.answering += 1;
      return response;
    });
    const node: Node = { engine, self, served, mortal, fetch: app.fetch, onTheWay: 0, atWork: 0, answering: 0 };
    this.nodes.set(name, node);
  }

  /** The process is gone: what it was doing never ends, and its store is free for the next one. */
  async kill(name = "A"): Promise<void> {
    const node = this.nodes.get(name);
    if (node === undefined) return;
    node.mortal.die();
    this.nodes.delete(name);
    await node.served.close();
    await this.stage.bury(node.self);
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

  /** The addresses that a bank is given with a try to pay an order. */
  async urlsFor(name: string | undefined, orderId: string, attempt?: string) {
    const { engine, served } = await this.withNode(name);
    return urlsFor(served.url, orderId, this.scenario.gateway, await addressKeys(engine), attempt);
  }

  /**
   * Where the bank sends the customer back to, with the proof that it was given out with: the current attempt's address,
   * or that of the attempt which made `paymentId`.
   */
  async returnPath(name: string | undefined, orderId: string, page: string, paymentId?: string): Promise<string> {
    const { engine } = await this.withNode(name);
    const payment = (await engine.queries.read(orderId))?.facts.payment;
    const current = paymentId === undefined ? (payment?.attempt ?? payment?.id ?? "none") : paymentId;
    const attempt = this.attempts.get(current) ?? current;
    const { successUrl, failUrl, signedUrl, signingFailedUrl } = await this.urlsFor(name, orderId, attempt);
    const addresses: Record<string, string> = {
      success: successUrl,
      fail: failUrl,
      "signing-landing": signedUrl,
      "signing-cancelled": signingFailedUrl,
    };
    const address = addresses[page];
    if (address === undefined) throw new Error(`no bank leads to a page "${page}"`);
    return new URL(address).pathname;
  }

  /** A request over a real socket. Resolves with the status, `000` where the process died. */
  async request(name: string | undefined, path: string, init: RequestInit): Promise<{ status: string; body: unknown }> {
    const node = await this.withNode(name);
    node.onTheWay += 1;
    let answered = false;
    try {
      const headers = { ...(init.headers as Record<string, string> | undefined), [OURS]: "1" };
      const response = await fetch(`${node.served.url}${path}`, { redirect: "manual", ...init, headers });
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
      // Whatever is under way is counted. So one who waits is not asked all the time, and one who rests need not wait.
      await new Promise((resolve) => (calm === 0 ? setTimeout(resolve, 0) : setImmediate(resolve)));
      // The stage is asked last: some have to look far for the answer.
      calm = this.resting() && (calm < 2 || ((await this.stage.settled()) && this.resting())) ? calm + 1 : 0;
      if (performance.now() > deadline) throw new Error(`scenario ${this.scenario.id} does not come to rest`);
    }
  }

  private resting(): boolean {
    if (deliveringFrom(this.banks) > 0) return false;
    const living = [...this.nodes.values()].filter((n) => !n.mortal.dead);
    if (living.some((n) => n.onTheWay > 0 || n.atWork > 0 || n.answering > 0)) return false;
    const calls = living.reduce((sum, n) => sum + n.self.underWay(), this.reconciling);
    return living.every((n) => n.self.resting()) && calls <= heldBy(this.banks);
  }
}
