/** What the store is told about the merchant's database, and what it assumes where it is told nothing. */

import { isAmbiguous } from "../../ports/passwords.js";

/** What `pg` takes for a connection or a pool; its own types would be asked of whoever has none of them. */
export interface PoolOptions {
  host?: string;
  port?: number;
  user?: string;
  password?: string | (() => string | Promise<string>);
  database?: string;
  connectionString?: string;
  ssl?: boolean | object;
  /** Connections at most. */
  max?: number;
  [other: string]: unknown;
}

/** A `Pool` of `pg`, as far as it is looked at here. */
export interface HostPool {
  connect(): Promise<unknown>;
  totalCount: number;
}
const isHostPool = (given: PoolOptions | HostPool | undefined): given is HostPool =>
  given !== undefined && typeof (given as HostPool).connect === "function";

export interface PostgresOptions {
  /** `postgres://user:password@host/database`. Without it and without `pool`, pg reads the PG… environment variables. */
  connectionString?: string | undefined;
  /**
   * Whatever else `pg` takes: host, user, ssl and so on. Or a `Pool` of the host's, which other stores and the host may use
   * too: it is not ended here, and unless `notify` or `listenUrl` says so, nothing listens over a connection of its own.
   */
  pool?: PoolOptions | HostPool | undefined;
  /** The schema of our own in that database. */
  schema?: string | undefined;
  /** Connections at most, the one that listens not counted. */
  poolSize?: number | undefined;
  /**
   * Whether to hear of other nodes' work at once, over one more connection that listens. Behind a pooler in
   * transaction mode a connection cannot listen: say false, or give `listenUrl`. Without it other nodes' work is
   * noticed with the next look, up to `pollMs` later; nothing else is lost.
   */
  notify?: boolean | undefined;
  /** A way to the database past the pooler, for listening only. */
  listenUrl?: string | undefined;
  /** How often to look for other nodes' work where no notice came: a notice may be lost with its connection. */
  pollMs?: number | undefined;
  /**
   * How long a node may be silent before the others take over what it had begun. Shorter than a lease, longer than any
   * pause that a living process takes.
   */
  silenceMs?: number | undefined;
  /** How long to go on trying to connect before a call fails as busy. */
  patienceMs?: number | undefined;
  /** Only for looking: changes nothing, and migrates nothing. */
  readOnly?: boolean | undefined;
}

export interface Settled extends Required<Omit<PostgresOptions, "connectionString" | "listenUrl" | "pool">> {
  /** How to connect, and how to listen. */
  pool: PoolOptions | HostPool;
  listen: PoolOptions | null;
  /** How messages name the place. */
  place: string;
}

/** Also the channel of its notices, and part of a message: so nothing that would need quoting. */
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,47}$/;

/** @throws TypeError without the address in it, because a driver's own error might tell a part of the password */
const checkAddress = (address: string | undefined): void => {
  if (address === undefined || !/^postgres(ql)?:/i.test(address)) return;
  if (isAmbiguous(address))
    throw new TypeError(
      "the address of the database leaves open where its password ends; inside of user and password write @ as %40, / as %2F, ? as %3F and # as %23",
    );
  if (!URL.canParse(address))
    throw new TypeError("this is not the address of a database; write postgres://user:password@host/database");
};

/** @throws TypeError for a schema or an address that cannot be one */
export const settledOptions = (options: PostgresOptions): Settled => {
  const given = options.pool;
  const handed = isHostPool(given) ? given : null;
  if (handed !== null && options.connectionString !== undefined)
    throw new TypeError("give a pool or a connectionString, not both");
  const own = isHostPool(given) ? undefined : given;
  checkAddress(options.connectionString ?? own?.connectionString);
  checkAddress(options.listenUrl);
  const schema = options.schema ?? "order_status";
  if (!SCHEMA_NAME.test(schema))
    throw new TypeError(`schema "${schema}": small letters, digits and _ only, at most 48 of them`);
  const notify = options.notify ?? (handed === null || options.listenUrl !== undefined);
  const pool: PoolOptions = {
    application_name: "order-status-engine",
    connectionTimeoutMillis: 2000,
    // A server that is gone without a word would keep a call waiting for a quarter of an hour.
    query_timeout: 30_000,
    keepAlive: true,
    // What a connection has planned goes with it.
    idleTimeoutMillis: 60_000,
    ...own,
    ...(options.connectionString === undefined ? {} : { connectionString: options.connectionString }),
    max: options.poolSize ?? own?.max ?? 5,
  };
  // What a listening client waits for may take for ever.
  const asHanded = handed === null ? {} : ((handed as { options?: PoolOptions }).options ?? {});
  const { query_timeout: _, ...patient } = { ...pool, ...asHanded };
  const listen = options.listenUrl === undefined ? patient : { ...patient, connectionString: options.listenUrl };
  return {
    schema,
    pool: handed ?? pool,
    listen: notify ? listen : null,
    place: `schema ${schema}`,
    poolSize: pool.max ?? 5,
    notify,
    pollMs: options.pollMs ?? (notify || handed !== null ? 5000 : 1000),
    silenceMs: options.silenceMs ?? 15_000,
    patienceMs: options.patienceMs ?? 2000,
    readOnly: options.readOnly ?? false,
  };
};
