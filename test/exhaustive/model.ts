/**
 * The engine's atomic actions as a pure model: nodes that read, decide, commit, claim and call, over a store, a bank
 * and a shop that are values. The real `decide` decides, with the real laws beside it.
 */
import type { Envelope, OrderEvent } from "../../machines/events.js";
import type { OrderStatus } from "../../machines/facts.js";
import type { Rules } from "../../src/core/builder.js";
import { type Decision, decide } from "../../src/core/decide.js";
import type { OrderRecord, OutboxRow } from "../../src/core/record.js";
import { sourceOf } from "../../src/runtime/embedded/receipt.js";
import { rung } from "../../src/runtime/embedded/timers.js";
import { breachesOf } from "../../src/testing/decision/laws.js";
import { anOrder } from "../../src/testing/decision/samples.js";
import { T0 } from "../../src/testing/simulator/script.js";
import { type Books, family, law, moved, readingOf, type Shop, told } from "./bank-and-shop.js";

export const handlers = ["return", "callback", "merchant"];

/** What a node holds in its hands. */
interface Node {
  /** Not committed yet. */
  post: Envelope | null;
  /** The effect that the post is the result of. */
  settles: string | null;
  /** The record as it was read; null = not read yet. */
  seen: OrderRecord | null;
  /** An effect that it claimed, and has not called anybody about yet, or only has to report as done. */
  claimed: { row: OutboxRow; done: boolean } | null;
}

/** The whole world as one value; nothing in it is ever changed. */
export interface World {
  now: number;
  record: OrderRecord;
  outbox: { row: OutboxRow; node: number | null }[];
  /** Event id -> the decision that took it in. */
  decided: Record<string, number>;
  /** Event id -> its last answer's outcome. */
  answers: Record<string, string>;
  books: Books;
  shop: Shop;
  nodes: Node[];
}

export interface Meeting {
  status: OrderStatus;
  /** Milliseconds since the order was last written. */
  age: number;
  books: Partial<Books>;
  events: [OrderEvent, OrderEvent, OrderEvent];
}

export interface Planted {
  /** Nobody looks at the version. */
  blind?: boolean;
  /** Decisions are made as if the customer's minute were over. */
  hasty?: boolean;
}

const atOnce = ({ settings, ...rules }: Rules): Rules => ({ ...rules, settings: { ...settings, cooldownSeconds: 0 } });

/** One meeting: where it begins, what each node does next, and what is asked of it when all is done. */
export class Model {
  private readonly decisions = new Map<string, Decision>();
  private readonly kept = new Map<string, object>();
  private readonly ids = new WeakMap<object, number>();
  /** Atomic actions taken so far. */
  steps = 0;

  constructor(
    private readonly meeting: Meeting,
    private readonly rules: Rules,
    private readonly planted: Planted = {},
  ) {}

  /** The same value, the same object: so that worlds are compared by numbers. */
  private one<T extends object>(value: T): T {
    if (this.ids.has(value)) return value;
    const text = JSON.stringify(value);
    const known = this.kept.get(text) as T | undefined;
    if (known !== undefined) return known;
    this.kept.set(text, value);
    this.ids.set(value, this.kept.size);
    return value;
  }

  private id(value: object | null): number {
    return value === null ? 0 : (this.ids.get(value) ?? this.ids.get(this.one(value)) ?? 0);
  }

  key({ now, record, outbox, decided, answers, books, shop, nodes }: World): string {
    const rows = outbox.map(({ row, node }) => `${this.id(row)}@${node ?? ""}`);
    const hands = nodes.map(
      (n) => `${this.id(n.post)}.${this.id(n.seen)}.${this.id(n.claimed?.row ?? null)}${n.claimed?.done ?? ""}`,
    );
    const rest = [record, decided, answers, books, shop].map((part) => this.id(part));
    return [now, rest, rows, hands].join("|");
  }

  private decided(seen: OrderRecord, post: Envelope, now: number): Decision {
    const key = `${this.id(seen)} ${this.id(post)} ${now}`;
    let decision = this.decisions.get(key);
    if (decision === undefined) {
      decision = decide(seen, post, now, this.planted.hasty ? atOnce(this.rules) : this.rules);
      this.decisions.set(key, decision);
    }
    return decision;
  }

  private envelope(id: string, event: OrderEvent, at: number): Envelope {
    return this.one({ id, orderId: "o", at, source: sourceOf(event.type), event });
  }

  start(): World {
    const { status, age, books, events } = this.meeting;
    const now = T0;
    const order = anOrder({ status, createdAt: now - age, updatedAt: now - age });
    const placed = this.envelope("placed", { type: "order.placed", order }, now - age);
    const { record } = decide(null, placed, now - age, this.rules);
    const account: Books = {
      status: "ACCEPTED",
      taskCompleted: null,
      authorized: 100_000,
      captured: 0,
      canceled: 0,
      refunded: 0,
      keys: [],
      ...books,
    };
    return {
      now,
      record: this.one(record),
      outbox: [],
      decided: this.one({ placed: 1 }),
      answers: this.one({}),
      books: this.one(account),
      shop: this.one({ status, mails: 0, done: [] }),
      nodes: events.map((event, i) => ({
        post: this.envelope(handlers[i] as string, event, now),
        settles: null,
        seen: null,
        claimed: null,
      })),
    };
  }

  private with(world: World, node: number, hands: Partial<Node>, more: Partial<World> = {}): World {
    const nodes = world.nodes.map((one, i) => (i === node ? { ...one, ...hands } : one));
    return { ...world, ...more, nodes };
  }

  /** Of each lane only the first, and only while nobody has it. */
  private claimable(world: World): OutboxRow | null {
    for (const lane of ["gateway", "shop"]) {
      const head = world.outbox.find(({ row }) => row.lane === lane);
      if (head !== undefined && head.node === null && head.row.notBefore <= world.now) return head.row;
    }
    return null;
  }

  canAct(world: World, node: number): boolean {
    const { post, claimed } = world.nodes[node] as Node;
    return post !== null || claimed !== null || this.claimable(world) !== null;
  }

  /** The next atomic action of a node; one that has nothing to do looks for work and finds none. */
  act(world: World, node: number): World {
    this.steps += 1;
    const { post, seen, claimed } = world.nodes[node] as Node;
    if (post !== null) {
      return seen === null ? this.with(world, node, { seen: world.record }) : this.commit(world, node, post, seen);
    }
    if (claimed !== null) return this.execute(world, node, claimed);
    const row = this.claimable(world);
    if (row === null) return world;
    const outbox = world.outbox.map((open) => (open.row === row ? { row, node } : open));
    return this.with(world, node, { claimed: { row, done: false } }, { outbox });
  }

  private commit(world: World, node: number, post: Envelope, seen: OrderRecord): World {
    const { settles } = world.nodes[node] as Node;
    const decision = this.decided(seen, post, world.now);
    if (!this.planted.blind && seen.version !== world.record.version) return this.with(world, node, { seen: null });
    law(seen.version === world.record.version, "I14 a decision was made on a record that stands no longer");
    law(world.decided[post.id] === undefined, `${post.id} was decided twice`);
    const [broken] = breachesOf({ before: seen, decision, settings: this.rules.settings });
    law(broken === undefined, broken === undefined ? "" : `${broken.law}: ${broken.detail}`);
    const { record, entry, effects } = decision;
    const decided = { ...world.decided, [post.id]: entry.seq };
    for (const { eventId, outcome, from, to } of entry.answers) {
      // The reading that lets an event through was asked for after the event was taken in.
      const asked = "effectId" in post.event ? Number(post.event.effectId.split(":")[1]) : entry.seq;
      const acts = outcome === "moved" && from !== to && post.event.type === "payment.read";
      law(
        !acts || eventId === post.id || asked >= (decided[eventId] ?? 0),
        `I6 ${eventId} acted on a reading from before it came`,
      );
    }
    const answers = Object.fromEntries(entry.answers.map(({ eventId, outcome }) => [eventId, outcome]));
    const open = world.outbox.filter(({ row }) => row.id !== settles);
    return this.with(
      world,
      node,
      { post: null, settles: null, seen: this.one(record), claimed: null },
      {
        record: this.one(record),
        outbox: [...open, ...effects.map((row) => ({ row: this.one(row), node: null }))],
        decided: this.one(decided),
        answers: this.one({ ...world.answers, ...answers }),
      },
    );
  }

  private execute(world: World, node: number, { row, done }: NonNullable<Node["claimed"]>): World {
    const { effect, id } = row;
    if (done) {
      return this.with(world, node, { claimed: null }, { outbox: world.outbox.filter((open) => open.row !== row) });
    }
    if (row.lane === "shop") {
      return this.with(world, node, { claimed: { row, done: true } }, { shop: this.one(told(world.shop, row)) });
    }
    const books = "key" in effect ? this.one(moved(world.books, effect)) : world.books;
    const type = "key" in effect ? `${family[effect.type]}.confirmed` : "payment.read";
    const event = { type, effectId: id, reading: readingOf(books) } as OrderEvent;
    return this.with(world, node, { post: this.envelope(`${id}/answer`, event, world.now), settles: id }, { books });
  }

  /** Nobody has anything to do: time goes on to what becomes due next, within the customer's minute. */
  wake(world: World): World | null {
    const timers = Object.entries(world.record.timers).map(([timer, row]) => ({ orderId: "o", timer, ...row }));
    const [next] = timers.filter(({ at }) => at <= T0 + 60_000).sort((a, b) => a.at - b.at);
    if (next === undefined) return null;
    const now = Math.max(world.now, next.at);
    return this.with({ ...world, now }, 0, { post: this.one(rung(next, now)) });
  }

  atRest(world: World): string {
    const { record, outbox, shop, answers, books } = world;
    law(outbox.length === 0 && record.facts.waiting.length === 0, "I12 something still waits");
    law(record.facts.operation === null, "I12 money is still on the move");
    law(shop.status === record.facts.order.status, `the shop reads ${shop.status}, not what was decided`);
    law(shop.mails <= 1, "I3 the customer is told twice");
    for (const name of handlers) law((answers[name] ?? "deferred") !== "deferred", `I8 ${name} has no last word`);
    const amounts = (["authorized", "captured", "canceled", "refunded"] as const).map(
      (name) => `${name} ${books[name]}`,
    );
    return `${shop.status}, click ${answers.merchant}, mails ${shop.mails}, ${amounts.join(", ")}`;
  }
}
