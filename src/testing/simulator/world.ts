/** One life's world: one clock, one bank, one shop, one store, and one or two processes of the real engine. */
import type { Envelope } from "../../../machines/events.js";
import { registry as current, type Registry } from "../../../machines/index.js";
import { decide as theDecide } from "../../core/decide.js";
import type { Log } from "../../ports/log.js";
import type { Shop } from "../../ports/shop.js";
import type { Store } from "../../ports/store.js";
import { memoryStore } from "../../stores/memory/store.js";
import { type WooDouble, wooDouble } from "../doubles/woocommerce/double.js";
import { VirtualClock } from "../virtual-clock.js";
import { SimulatedBank } from "./bank.js";
import { Chance, mixed } from "./chance.js";
import { count, type Evidence, noEvidence } from "./evidence.js";
import { observedShop, observedStore } from "./observed.js";
import type { Plant, PlantSite } from "./plant.js";
import { Process, type Trap, type WaitPoint } from "./process.js";
import { HOUR, type OrderPlan, type Script, type StoreFault, T0, totalOf } from "./script.js";

/** Who goes on next, where somebody else than chance is to say so. */
export interface Turns {
  /** Null lets the process go on at once; a promise keeps it waiting here. */
  wait(process: string, place: WaitPoint): Promise<void> | null;
  /** Everybody who could go on has: gives the turn to one who waits. False: nobody waits. */
  next(): boolean;
}

export interface WorldOptions {
  registry?: Registry;
  decide?: typeof theDecide;
  plant?(site: PlantSite): Plant;
  /** From the first step on; left out, everybody goes on as soon as he can. */
  turns?: Turns;
}

/** Between two calls of the engine lies at most one turn of the event loop. */
const CALM_TURNS = 3;
/** Nothing needs as many turns at one moment; whatever does will never rest. */
const MOST_TURNS = 20_000;
const MOST_STEPS = 2_000;
const LONGEST_LIFE = 60 * 24 * HOUR;

export class NeverRests extends Error {
  override name = "NeverRests";
}

export class SimulatedWorld {
  readonly clock = new VirtualClock(T0);
  readonly evidence: Evidence = noEvidence();
  readonly bank: SimulatedBank;
  readonly woo: WooDouble;
  readonly registry: Registry;
  readonly decide: typeof theDecide;
  readonly kept: Store = memoryStore({ copy: (value) => value });
  readonly processes: (Process | null)[] = [];
  private readonly luck: Chance;
  private readonly plant: Plant;
  private readonly offsets: number[];
  private starts = 0;
  private ids = 0;
  private ticks = 0;
  private activity = 0;
  /** Deliveries and reconciliations under way. */
  private errands = 0;
  private trouble: { code: StoreFault; until: number } | null = null;
  private slow = { up: 0, until: 0 };
  private settled = false;
  private turns: Turns | null = null;

  constructor(
    readonly script: Script,
    private readonly options: WorldOptions = {},
  ) {
    const { settings, luck, answersWithin } = script;
    this.luck = new Chance(mixed(luck, 1));
    const registry = options.registry ?? current;
    const { clock, evidence } = this;
    const tick = () => this.tick();
    this.bank = new SimulatedBank({ clock, registry, evidence, luck: new Chance(mixed(luck, 2)), answersWithin, tick });
    this.woo = wooDouble({
      now: () => clock.now(),
      holdStockMinutes: settings.stockManagement ? settings.holdStockMinutes : null,
    });
    const decide = options.decide ?? theDecide;
    const site = { luck: new Chance(mixed(luck, 3)), clock, woo: this.woo, registry, decide };
    this.plant = options.plant?.(site) ?? {};
    this.registry = this.plant.registry ?? registry;
    this.decide = this.plant.decide ?? decide;
    this.offsets = Array.from({ length: script.nodes }, () => 0);
  }

  tick(): number {
    this.ticks += 1;
    return this.ticks;
  }

  private moved(): void {
    this.activity += 1;
  }

  note(line: string): void {
    this.evidence.log.push(`${this.clock.now()} ${line}`);
  }

  async begin(): Promise<void> {
    await this.kept.open();
    for (let node = 0; node < this.script.nodes; node += 1) await this.start(node);
    for (const plan of this.script.orders) await this.place(plan);
    await this.settle();
    this.turns = this.options.turns ?? null;
  }

  private async place(plan: OrderPlan): Promise<void> {
    const { id, gateway, status, lines, needsProcessing, payment } = plan;
    const createdAt = T0 - plan.createdBefore;
    const order = { total: totalOf(lines), currency: "SEK", lines, needsProcessing, createdAt, updatedAt: createdAt };
    const datePaid = ["processing", "completed", "refunded"].includes(status) ? createdAt : null;
    this.woo.addOrder({ ...order, id, status, datePaid });
    let paymentId: string | null = null;
    if (payment !== null && gateway !== null) {
      const account = this.bank.open(id, gateway, order.total);
      if (payment !== "at-the-bank") account.change(payment, T0);
      paymentId = account.id;
    }
    const given = { status, gateway, paymentId, previousPaymentIds: [], customerReturned: false };
    await this.running(0)?.engine.place(id, { ...order, ...given });
  }

  /** The process of this node, or of the other where this one is down. */
  running(node = 0): Process | null {
    const wanted = this.processes[node];
    if (wanted != null && !wanted.dead) return wanted;
    return this.processes.find((one): one is Process => one !== null && !one.dead) ?? null;
  }

  private async start(node: number): Promise<void> {
    const { clock, evidence, plant, script } = this;
    this.starts += 1;
    const name = `${node === 0 ? "A" : "B"}${this.starts}`;
    const watching = { evidence, bank: this.bank, now: () => clock.now(), tick: () => this.tick() };
    let stood = false;
    const kept = observedStore(this.kept, name, watching);
    const gateways = Object.keys(this.registry.flows).map((flow) => this.bank.gateway(flow));
    const luck = new Chance(mixed(script.luck, 100 + this.starts));
    const slowShop: Shop = {
      execute: async (...args) => {
        await this.shopDelay();
        return this.woo.shop.execute(...args);
      },
      readStatus: (id) => this.woo.shop.readStatus(id),
      readOrder: async (id) => {
        await this.shopDelay();
        return this.woo.shop.readOrder(id);
      },
    };
    const process = new Process(
      name,
      this.offsets[node] ?? 0,
      {
        clock,
        ...(plant.entry && { entry: plant.entry }),
        moved: () => this.moved(),
        died: (_, place, side) => this.died(node, place, side),
        paused: (one, place) => {
          stood = true;
          count(evidence.faults, "process stood still");
          evidence.points.add(`stood still at ${place}`);
          this.note(`${one.name} stands still at ${place}`);
        },
        storeFault: () => this.storeFault(),
        storeDelay: () => (clock.now() < this.slow.until ? luck.between(0, this.slow.up) : 0),
        turn: async (one, place) => {
          const turn = this.turns?.wait(one.name, place) ?? null;
          if (turn !== null) await turn;
        },
        othersLive: (me) => this.processes.some((one) => one !== null && one !== me && !one.dead),
      },
      {
        store: plant.store?.(kept, { name, stoodStill: () => stood }) ?? kept,
        gateways: gateways.map((gateway) => plant.gateway?.(gateway) ?? gateway),
        shop: observedShop(plant.shop?.(slowShop) ?? slowShop, watching),
        settings: script.settings,
        registry: this.registry,
        random: luck.next,
        newId: () => `id-${++this.ids}`,
        log: this.log(name),
        decide: (record, envelope: Envelope, now, rules) => {
          const decision = this.decide(record, envelope, now, rules);
          evidence.envelopes.set(decision.entry, envelope);
          return decision;
        },
      },
    );
    this.processes[node] = process;
    this.note(`${name} starts`);
    await process.engine.start();
  }

  private log(name: string): Log {
    const at = (level: string) => (details: Record<string, unknown>, message: string) => {
      this.note(`${name} ${level}: ${message} ${JSON.stringify(details)}`);
    };
    return { debug() {}, info() {}, warn: at("warn"), error: at("error") };
  }

  private async shopDelay(): Promise<void> {
    const { answersWithin } = this.script;
    if (answersWithin > 0) await this.clock.sleep(this.luck.between(1, answersWithin / 2));
  }

  private storeFault(): StoreFault | null {
    if (this.trouble === null || this.clock.now() >= this.trouble.until) return null;
    count(this.evidence.faults, `store ${this.trouble.code}`);
    return this.trouble.code;
  }

  troubleStore(code: StoreFault, during: number): void {
    this.trouble = { code, until: this.clock.now() + during };
  }

  slowStore(up: number, during: number): void {
    this.slow = { up, until: this.clock.now() + during };
  }

  /** How the next process of a node comes up after the one that a trap kills. */
  readonly comeback: { down: number; jump: number }[] = [];

  trap(node: number, trap: Trap): void {
    this.running(node)?.set(trap);
  }

  private died(node: number, place: string, side: Trap["side"]): void {
    const { down, jump } = this.comeback[node] ?? { down: 0, jump: 0 };
    count(this.evidence.faults, "process killed");
    this.evidence.points.add(`killed ${side} ${place}`);
    this.note(`${this.processes[node]?.name} dies ${side} ${place}`);
    void this.errand(
      this.clock.sleep(this.settled ? 0 : down).then(async () => {
        if (jump !== 0) count(this.evidence.faults, "clock jumped");
        this.offsets[node] = (this.offsets[node] ?? 0) + jump;
        await this.start(node);
      }),
    );
  }

  /** Whatever somebody outside waits for; it ends with the process that it waits for. */
  async errand<T>(work: Promise<T>, process?: Process): Promise<T | null> {
    this.errands += 1;
    try {
      return await (process === undefined ? work : Promise.race([work, process.death.then(() => null)]));
    } finally {
      this.errands -= 1;
      this.moved();
    }
  }

  /** Whatever became due is done, but for what waits for the clock. */
  readonly settle = async (): Promise<void> => {
    let seen = this.activity;
    for (let calm = 0, turns = 0; calm < CALM_TURNS; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      calm = this.activity === seen ? calm + 1 : 0;
      seen = this.activity;
      if (calm === CALM_TURNS && this.turns?.next()) calm = 0;
      if (turns > MOST_TURNS) throw new NeverRests(`no rest at ${new Date(this.clock.now()).toISOString()}`);
    }
  };

  /** Faults end, everybody comes back, and time goes on until nothing is left to do. */
  async rest(): Promise<void> {
    this.settled = true;
    this.bank.heal();
    this.woo.failNext(0);
    this.trouble = null;
    this.slow = { up: 0, until: 0 };
    for (const process of this.processes) process?.set(null);
    const latest = this.clock.now() + LONGEST_LIFE;
    for (let steps = 0; ; steps += 1) {
      await this.settle();
      const standing = this.processes.some((one) => one?.standsStill === true && !one.dead);
      if (this.errands === 0 && !standing && (await this.kept.nextDue()) === null) return;
      const next = this.clock.nextAt;
      if (next === null || next > latest || steps > MOST_STEPS)
        throw new NeverRests("it is still at work long after the last thing happened");
      this.clock.set(next);
    }
  }
}
