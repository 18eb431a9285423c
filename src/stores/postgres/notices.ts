/** Tells other nodes that work becomes due, and hears it from them: NOTIFY and LISTEN, and a look now and then. */
import { randomUUID } from "node:crypto";
import type Pg from "pg";
import type { Client } from "pg";
import { backoffMs } from "../../core/backoff.js";
import { atMost, GOODBYE_MS } from "./connections.js";
import type { Settled } from "./options.js";

/** Work of one burst is one notice: each makes every other node look. */
const APART_MS = 20;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

export class Notices {
  readonly #pg: typeof Pg;
  readonly #settled: Settled;
  readonly #send: (channel: string, payload: string) => Promise<unknown>;
  readonly #self = randomUUID();
  readonly #listeners = new Set<(at: number) => void>();
  #client: Client | null = null;
  #poll: NodeJS.Timeout | null = null;
  #retry: NodeJS.Timeout | null = null;
  #connecting: Promise<void> | null = null;
  #untold: number | null = null;
  #telling: NodeJS.Timeout | null = null;
  #failed = 0;
  #closed = false;

  constructor(pg: typeof Pg, settled: Settled, send: (channel: string, payload: string) => Promise<unknown>) {
    this.#pg = pg;
    this.#settled = settled;
    this.#send = send;
  }

  /** After the commit and not in it: notices inside take a lock that makes the whole database's commits wait for each other. */
  tell(at: number | null): void {
    if (at === null || !this.#settled.notify || this.#closed) return;
    this.#untold = Math.min(this.#untold ?? at, at);
    if (this.#telling === null) this.#tellNow();
  }

  #tellNow(): void {
    const at = this.#untold;
    this.#untold = null;
    this.#telling = null;
    if (at === null || this.#closed) return;
    // Lost, it is noticed by the next look.
    this.#send(this.#settled.schema, `${this.#self} ${at}`).catch(() => {});
    this.#telling = setTimeout(() => this.#tellNow(), APART_MS);
  }

  onDue(listener: (at: number) => void): () => void {
    this.#listeners.add(listener);
    this.#poll ??= setInterval(() => this.#hear(0), this.#settled.pollMs).unref();
    if (this.#client === null) this.#connect();
    else listener(0);
    return () => void this.#listeners.delete(listener);
  }

  #hear(at: number): void {
    for (const listener of this.#listeners) listener(at);
  }

  #connect(): void {
    if (this.#settled.listen === null || this.#connecting !== null || this.#closed) return;
    this.#connecting = this.#listen(this.#settled.listen).finally(() => {
      this.#connecting = null;
    });
  }

  async #listen(config: NonNullable<Settled["listen"]>): Promise<void> {
    const client = new this.#pg.Client(config);
    let ended = false;
    const again = () => {
      if (ended) return;
      ended = true;
      this.#client = null;
      client.end().catch(() => {});
      if (this.#closed) return;
      const wait = backoffMs(this.#failed, FIRST_WAIT_MS, LONGEST_WAIT_MS);
      this.#retry = setTimeout(() => this.#connect(), wait).unref();
    };
    client.on("error", again);
    client.on("end", again);
    client.on("notification", ({ payload = "" }) => {
      const [from, at] = payload.split(" ");
      if (from !== this.#self) this.#hear(Number(at));
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${this.#settled.schema}`);
      if (this.#closed) return await client.end();
      this.#client = client;
      this.#failed = 0;
      // Nobody told us while we were not there.
      this.#hear(0);
    } catch {
      this.#failed += 1;
      again();
    }
  }

  /** Why other nodes' notices are not heard; null = they are, or it failed only once. */
  get trouble(): string | null {
    if (this.#failed < 2) return null;
    return `listening for the notices of other nodes failed ${this.#failed} times in a row; their work is found by looking every ${this.#settled.pollMs} ms`;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    for (const timer of [this.#poll, this.#retry, this.#telling]) clearTimeout(timer ?? undefined);
    const goodbye = async () => {
      await this.#connecting;
      await this.#client?.end().catch(() => {});
    };
    await atMost(GOODBYE_MS, goodbye());
  }
}
