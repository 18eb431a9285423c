/**
 * One order, one event at a time; many orders in one transaction.
 *
 * Whatever arrives in one turn of the event loop is decided together and committed together, and only
 * then acknowledged. A version conflict means that another node was faster: read again, decide again.
 */
import { quoted } from "../../../machines/text.js";
import type { Decision } from "../../core/decide.js";
import { timersBetween } from "../../core/finish.js";
import { versionsKnown } from "../../core/migrate.js";
import type { OrderRecord } from "../../core/record.js";
import { RecentMap } from "../../ports/recent.js";
import { refusalOf } from "../../ports/storable.js";
import { type Change, type InboxRow, StoreError } from "../../ports/store.js";
import { thrownText } from "../../ports/thrown.js";
import type { EngineContext } from "./context.js";
import { asKnown, type KnownOrder } from "./known.js";
import { kindOfChange } from "./lanes.js";
import { AFTER_TROUBLE_MS, MOST_ROUNDS, retryAfterMs } from "./limits.js";
import { type MailboxEntry, onceMore, postponedRow } from "./posted.js";
import { Queued } from "./queued.js";
import { UnknownOrder } from "./receipt.js";

export interface Afterwards {
  /** Called after each commit, with what it committed. */
  committed(decisions: Decision[]): void;
  /** Something may be due at this moment. */
  alarm(at: number): void;
}

interface Group {
  change: Change;
  posts: { post: MailboxEntry; decision: Decision }[];
  /** The same event, delivered again in the same turn. */
  twins: MailboxEntry[];
}

/** Fewer orders than this are not worth two transactions. */
const CROWD = 16;

export class Mailboxes {
  private readonly waiting = new Queued();
  private readonly busy = new Set<string>();
  private readonly records: RecentMap<string, OrderRecord>;
  private readonly versions: number[];
  private readonly later = (post: MailboxEntry, error: string, waitMs: number): InboxRow =>
    postponedRow(post, error, this.ctx.clock.now() + waitMs, this.ctx.limits.attemptsPerEvent);
  private groups = 0;
  private scheduled = false;
  size = 0;

  constructor(
    private readonly ctx: EngineContext,
    private readonly afterwards: Afterwards,
  ) {
    this.records = new RecentMap(ctx.limits.recordsInMemory);
    this.versions = versionsKnown(ctx.rules.registry);
  }

  /** Nothing waits and nothing is being written. */
  get idle(): boolean {
    return this.size === 0;
  }

  post(post: MailboxEntry): void {
    this.waiting.add(post);
    this.size += 1;
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled || this.groups >= this.ctx.limits.groupsAtOnce) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      const taken = this.take();
      if (taken.size === 0) return;
      this.groups += 1;
      void this.run(taken).finally(() => {
        this.groups -= 1;
        this.schedule();
      });
      this.schedule();
    });
  }

  /** Half of a crowd, where nothing is under way: so that one half is decided here while the other is written. */
  private share(): number {
    const { size } = this.waiting;
    return this.groups === 0 && size >= CROWD ? Math.ceil(size / 2) : size;
  }

  private take(): Map<string, MailboxEntry[]> {
    const { ordersPerGroup, unhurriedPerGroup } = this.ctx.limits;
    const most = Math.min(ordersPerGroup, this.share());
    const taken = this.waiting.take(most, unhurriedPerGroup, (orderId) => this.busy.has(orderId));
    for (const orderId of taken.keys()) this.busy.add(orderId);
    return taken;
  }

  private async run(taken: Map<string, MailboxEntry[]>): Promise<void> {
    await this.through(taken);
    for (const orderId of taken.keys()) this.busy.delete(orderId);
    this.size -= [...taken.values()].flat().length;
  }

  private async through(taken: Map<string, MailboxEntry[]>): Promise<void> {
    let open = taken;
    try {
      for (let rounds = 0; open.size > 0; rounds += 1) {
        if (rounds === MOST_ROUNDS) throw new Error("it was decided anew again and again, and conflicted each time");
        open = await this.attempt(open);
      }
    } catch (error) {
      // It may have been written all the same.
      for (const orderId of open.keys()) this.records.delete(orderId);
      // No trouble of the store's, so of what one order has to write: the others are not to suffer by it.
      if (open.size > 1 && !(error instanceof StoreError)) {
        for (const [id, posts] of open) await this.through(new Map([[id, posts.map(onceMore)]]));
        return;
      }
      for (const post of [...open.values()].flat()) post.failed(error);
      this.afterwards.alarm(this.ctx.clock.now() + AFTER_TROUBLE_MS);
    }
  }

  /** Decides and commits one group; returns the orders that have to be decided again. */
  private async attempt(open: Map<string, MailboxEntry[]>): Promise<Map<string, MailboxEntry[]>> {
    const { store, clock, observer } = this.ctx;
    const begun = performance.now();
    const known = await this.load(open);
    const groups: Group[] = [];
    const postponed: InboxRow[] = [];
    const after: (() => void)[] = [];
    for (const [orderId, posts] of open) {
      const loaded = known.get(orderId);
      if (loaded === undefined) throw new Error(`the store gave no answer for order ${orderId}`);
      const fresh = posts.filter((post) => !loaded.seen.includes(post.envelope.id));
      for (const post of posts) {
        if (fresh.includes(post)) continue;
        // Decided by another while it waited: the store takes it out.
        if (post.kept) postponed.push(this.later(post, "decided already", 0));
        after.push(() => post.decided({ repeated: true }));
      }
      if (loaded.parked !== null) {
        const until = clock.now() + loaded.waitMs;
        for (const post of fresh) {
          // A result stays with its effect: whoever can decide the order carries the effect out, or looks what came of it.
          const stays = post.settles !== null;
          if (!stays) postponed.push(this.later(post, `parked: ${loaded.parked}`, loaded.waitMs));
          after.push(() => post.decided({ postponed: "parked", ...(stays && { until }) }));
        }
        continue;
      }
      const group = this.decideAll(orderId, loaded.record, fresh, postponed, after, clock.now());
      if (group === null) continue;
      const refused = refusalOf(group.change);
      if (refused === null) groups.push(group);
      else for (const { post } of group.posts) after.push(() => post.failed(refused));
    }
    const results = groups.length === 0 ? [] : await store.commit(groups.map((g) => g.change));
    if (postponed.length > 0) await store.postpone(postponed);
    for (const { notBefore } of postponed) this.afterwards.alarm(notBefore);
    const again = new Map<string, MailboxEntry[]>();
    const done: Group["posts"] = [];
    for (const [i, group] of groups.entries()) {
      const { orderId, record } = group.change;
      if (results[i] !== "committed") {
        this.records.delete(orderId);
        const posts = [...group.posts.map(({ post }) => post), ...group.twins];
        const lost = results[i] === "lease-lost" ? posts.filter((post) => post.settles !== null) : [];
        for (const post of lost) after.push(() => this.leaveToTheOther(post));
        // Another node may have decided the very same event.
        const open = posts.filter((post) => !lost.includes(post)).map((post) => ({ ...post, mayRepeat: true }));
        if (open.length > 0) again.set(orderId, open);
        continue;
      }
      this.records.set(orderId, record);
      for (const { post, decision } of group.posts) {
        done.push({ post, decision });
        after.push(() => post.decided({ answers: decision.entry.answers, record: decision.record }));
      }
      for (const twin of group.twins) after.push(() => twin.decided({ repeated: true }));
    }
    const ended = performance.now();
    for (const { post, decision } of done) observer.decided({ decision, mark: post.mark, begun, ended });
    if (done.length > 0) this.afterwards.committed(done.map(({ decision }) => decision));
    for (const tell of after) tell();
    return again;
  }

  private async load(open: Map<string, MailboxEntry[]>) {
    const known = new Map<string, KnownOrder>();
    const asked: { orderId: string; eventIds: string[] }[] = [];
    for (const [orderId, posts] of open) {
      const record = this.records.get(orderId);
      const eventIds = posts.filter((p) => p.mayRepeat).map((p) => p.envelope.id);
      if (record !== undefined && eventIds.length === 0)
        known.set(orderId, { record, seen: [], parked: null, waitMs: 0 });
      else asked.push({ orderId, eventIds });
    }
    if (asked.length === 0) return known;
    const loaded = await this.ctx.store.load(asked);
    for (const [i, { orderId }] of asked.entries()) {
      const found = loaded[i];
      if (found === undefined) continue;
      known.set(orderId, await asKnown(this.ctx, this.versions, orderId, found));
    }
    return known;
  }

  private decideAll(
    orderId: string,
    start: OrderRecord | null,
    posts: MailboxEntry[],
    postponed: InboxRow[],
    after: (() => void)[],
    now: number,
  ): Group | null {
    let record = start;
    const decided: Group["posts"] = [];
    const ids = new Set<string>();
    const twins: MailboxEntry[] = [];
    for (const post of posts) {
      if (ids.has(post.envelope.id)) {
        twins.push(post);
        continue;
      }
      if (record === null && post.envelope.event.type !== "order.placed") {
        after.push(() => post.failed(new UnknownOrder(orderId)));
        continue;
      }
      try {
        const decision = this.ctx.decide(record, post.envelope, now, this.ctx.rules);
        record = decision.record;
        decided.push({ post, decision });
        ids.add(post.envelope.id);
      } catch (error) {
        const detail = quoted(thrownText(error), 500);
        this.ctx.log.error({ orderId, event: post.envelope.event.type, detail }, "deciding an event threw");
        const wait = retryAfterMs(post.attempts + 1, this.ctx.limits.longestRetryMs, this.ctx.random);
        postponed.push(this.later(post, detail, wait));
        after.push(() => post.decided({ postponed: "threw" }));
      }
    }
    if (record === null || decided.length === 0) return null;
    const decisions = decided.map((d) => d.decision);
    const settled = decided.flatMap(({ post }) => (post.settles === null ? [] : [post.settles]));
    const { set, cancel } = timersBetween(start, record);
    // A timer that rang is over, also one that was replaced before it could ring.
    const rang = decided.map(({ post }) => post.envelope.event).filter((event) => event.type === "timer.fired");
    return {
      posts: decided,
      twins,
      change: {
        orderId,
        expectedVersion: start?.version ?? 0,
        record,
        history: decisions.map((d) => d.entry),
        effects: decisions.flatMap((d) => d.effects),
        kind: kindOfChange(decided, record),
        timers: { set, cancel: [...cancel, ...rang] },
        settled,
        ...(settled.length === 0 ? {} : { settledBy: this.ctx.worker }),
        // An id from outside may wait in the inbox since an earlier try; decided now, it waits no longer.
        decided: decided.flatMap(({ post }) => (post.kept || post.mayRepeat ? [post.envelope.id] : [])),
      },
    };
  }

  /** The worker that took the effect over looks what became of it; two results of one call could disagree. */
  private leaveToTheOther(post: MailboxEntry): void {
    this.ctx.observer.leaseLost();
    this.ctx.log.warn({ effect: post.settles }, "a result came after its lease had gone to another worker");
    post.decided({ repeated: true });
  }
}
