/** The way to the server: a few connections, taken anew when they break. */
import type Pg from "pg";
import type { Pool, PoolClient, PoolConfig, QueryConfig } from "pg";
import { StoreError } from "../../ports/store.js";
import { inOurWords, isLost, isUndone } from "./errors.js";
import type { HostPool, PoolOptions } from "./options.js";

export type PgRow = unknown[];

const FIRST_WAIT_MS = 50;
const INT8 = 20;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A server that is gone without a word answers no goodbye. */
export const GOODBYE_MS = 3000;
export const atMost = async (ms: number, work: Promise<unknown>): Promise<void> => {
  let late: NodeJS.Timeout | undefined;
  const given = new Promise<void>((resolve) => {
    late = setTimeout(resolve, ms);
  });
  await Promise.race([work, given]);
  clearTimeout(late);
};

/** The driver is loaded when it is needed: whoever stays with SQLite need not have it. */
export const driver = async (): Promise<typeof Pg> => {
  try {
    return (await import("pg")).default;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Error("The PostgreSQL store needs the driver pg, which is not installed. Run: npm install pg", {
      cause: error,
    });
  }
};

/** Milliseconds and counts come as numbers: all far below 2^53. */
export type PgTypes = NonNullable<PoolConfig["types"]>;
export const typesOf = (pg: typeof Pg): PgTypes => ({
  getTypeParser: ((oid: number, format: "text") =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
});

/** A pool of the host's, which others use too. It is not ended here, and reads numbers in its own way. */
const isPool = (given: object): given is Pool => "connect" in given && typeof given.connect === "function";

/** The same client, which reads numbers as we do. */
const reading = (client: PoolClient, types: PgTypes): PoolClient =>
  new Proxy(client, {
    get(target, name) {
      if (name === "query")
        return (asked: string | QueryConfig, values?: unknown[]) =>
          target.query(
            typeof asked === "string" ? { text: asked, ...(values && { values }), types } : { ...asked, types },
          );
      const member = Reflect.get(target, name) as unknown;
      return typeof member === "function" ? member.bind(target) : member;
    },
  });

/** Several stores may share a pool, and once is enough. */
const heard = new WeakSet<object>();
const hear = (pool: Pool, isOurs: boolean): void => {
  if (heard.has(pool)) return;
  heard.add(pool);
  if (isOurs) pool.on("error", () => {});
  pool.on("connect", (client) => void client.on("error", () => {}));
};

export class PgConnections {
  readonly #pool: Pool;
  readonly #types: PgTypes;
  readonly #isOurs: boolean;
  readonly #place: string;
  readonly #patienceMs: number;
  readonly #underWay = new Set<Promise<unknown>>();
  #closed = false;

  constructor(pg: typeof Pg, config: PoolOptions | HostPool, place: string, patienceMs: number) {
    this.#types = typesOf(pg);
    this.#isOurs = !isPool(config);
    this.#pool = isPool(config) ? config : new pg.Pool({ ...(config as PoolConfig), types: this.#types });
    // A connection that breaks is replaced when one is needed; unheard, its error would end the process, and the pool
    // hears only those of idle ones.
    hear(this.#pool, this.#isOurs);
    this.#place = place;
    this.#patienceMs = patienceMs;
  }

  /** One statement, one transaction, one way there and back. Never prepared by name: a pooler may change the server's end. */
  write(text: string, values: unknown[]): Promise<PgRow[]> {
    return this.#withClient((client) => rowsOf(client, text, values), isUndone);
  }

  /** Asked again where the connection broke: reading twice does no harm. */
  read(text: string, values: unknown[]): Promise<PgRow[]> {
    return this.#withClient(
      (client) => rowsOf(client, text, values),
      (error) => isUndone(error) || isLost(error),
    );
  }

  /** Several statements, all or nothing. */
  together<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return this.#withClient(async (client) => {
      await client.query("BEGIN");
      try {
        const done = await work(client);
        await client.query("COMMIT");
        return done;
      } catch (error) {
        await client.query("ROLLBACK").catch(() => {});
        throw error;
      }
    }, isUndone);
  }

  /** Whatever was asked before is answered before. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
    if (this.#isOurs) await atMost(GOODBYE_MS, this.#pool.end());
  }

  #withClient<T>(work: (client: PoolClient) => Promise<T>, again: (error: unknown) => boolean): Promise<T> {
    const done = this.#patiently(work, again);
    this.#underWay.add(done);
    const gone = () => void this.#underWay.delete(done);
    done.then(gone, gone);
    return done;
  }

  async #patiently<T>(work: (client: PoolClient) => Promise<T>, again: (error: unknown) => boolean): Promise<T> {
    if (this.#closed) throw new StoreError("closed", `${this.#place}: the store is not open.`);
    const until = performance.now() + this.#patienceMs;
    for (let wait = FIRST_WAIT_MS; ; wait *= 2) {
      let asked = false;
      try {
        const client = await this.#pool.connect();
        asked = true;
        return await used(client, this.#isOurs ? work : (own) => work(reading(own, this.#types)));
      } catch (error) {
        // Not asked yet, so not done; else it is for the caller to say whether it may be asked twice.
        const mayRepeat = asked ? again(error) : isLost(error);
        if (!mayRepeat || performance.now() + wait > until) throw inOurWords(error, this.#place);
        await pause(wait);
      }
    }
  }
}

const rowsOf = async (client: PoolClient, text: string, values: unknown[]): Promise<PgRow[]> =>
  (await client.query<PgRow>({ text, values, rowMode: "array" })).rows;

const used = async <T>(client: PoolClient, work: (client: PoolClient) => Promise<T>): Promise<T> => {
  let failed: unknown;
  try {
    return await work(client);
  } catch (error) {
    failed = error;
    throw error;
  } finally {
    client.release(isLost(failed));
  }
};
