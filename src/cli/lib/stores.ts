/** Where orders are kept, as a person names it: a SQLite file, or the address of a PostgreSQL. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Option } from "commander";
import { hasPassword, withoutPassword } from "../../ports/passwords.js";
import { type Store, StoreError } from "../../ports/store.js";
import { sqliteLibrary } from "../../stores/sqlite/library.js";
import { sqliteStore } from "../../stores/sqlite/store.js";
import type { Ground } from "../../testing/scenario/one-store.js";
import { refused, wrongUsage } from "./ending.js";

/** It cannot be read, and its message says what to do. */
export const isNoStore = (error: unknown): error is StoreError =>
  error instanceof StoreError && (error.code === "not-ours" || error.code === "absent");

export const isPostgres = (place: string): boolean => /^postgres(ql)?:\/\//i.test(place);

interface How {
  /** Of our own in that PostgreSQL; left out: the store's usual one. */
  schema?: string;
  /** Only for looking. */
  readOnly?: boolean;
  /** A few short writes beside a running engine. */
  beside?: boolean;
}

type PostgresStore = typeof import("../../stores/postgres/store.js").postgresStore;

/** The adapter is loaded where somebody names a PostgreSQL: most commands are about one small file. */
const postgres = async (): Promise<PostgresStore> => (await import("../../stores/postgres/store.js")).postgresStore;

const inPostgres = (make: PostgresStore, place: string, { schema, readOnly = false }: How): Store => {
  try {
    return make({ connectionString: place, readOnly, ...(schema === undefined ? {} : { schema }) });
  } catch (error) {
    throw error instanceof TypeError ? wrongUsage(`"${withoutPassword(place)}": ${error.message}`) : error;
  }
};

/** The driver of a place is there; nothing is opened. @throws what is missing, with the command that brings it */
export const checkDriver = async (place: string): Promise<void> => {
  if (isPostgres(place)) await (await import("../../stores/postgres/connections.js")).driver();
  else sqliteLibrary();
};

export const storeAt = async (place: string, how: How = {}): Promise<Store> => {
  if (isPostgres(place)) return inPostgres(await postgres(), place, how);
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(place) || hasPassword(place)) {
    throw wrongUsage(
      `there is no store for "${withoutPassword(place)}"; name a SQLite file, or postgres://user@host/database`,
    );
  }
  const { readOnly = false, beside = false } = how;
  return sqliteStore({ file: place, readOnly, beside });
};

/** @throws Ends (wrong usage) where no such SQLite file is; a PostgreSQL says so itself */
export const checkThere = (place: string): void => {
  if (isPostgres(place) || existsSync(place)) return;
  throw wrongUsage(`${resolve(place)} does not exist, so there is nothing to read`);
};

/** The store for looking only; works beside a running engine. */
export const lookingStore = async (place: string): Promise<Store> => {
  const store = await storeAt(place, { readOnly: true });
  checkThere(place);
  await store.open();
  return store;
};

/** Does something with a store that is there already: none is made. */
export const withStore = async <T>(place: string, how: How, work: (store: Store) => Promise<T>): Promise<T> => {
  if (!how.readOnly) await withStore(place, { ...how, readOnly: true, beside: false }, async () => {});
  const store = await storeAt(place, how);
  if (how.readOnly) checkThere(place);
  await store.open().catch((error: unknown) => {
    throw isNoStore(error) ? refused(error.message) : error;
  });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
};

export const storeOption = (): Option =>
  new Option("--store <place>", "a SQLite file, or postgres://user@host/database with PGPASSWORD set")
    .env("ORDER_STATUS_STORE")
    .makeOptionMandatory();

/** A schema for every life, dropped at its end; only a PostgreSQL has room for that. */
export const postgresGround = (place: string): (() => Promise<Ground>) => {
  if (!isPostgres(place))
    throw wrongUsage(`scenarios make a new SQLite file for every life; "${place}" is not one in PostgreSQL`);
  let lives = 0;
  return async () => {
    const make = await postgres();
    lives += 1;
    const schema = `life_${process.pid}_${lives}`;
    return { store: () => inPostgres(make, place, { schema }), many: true, clear: () => dropSchema(place, schema) };
  };
};

const dropSchema = async (place: string, schema: string): Promise<void> => {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: place });
  await client.connect();
  try {
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  } finally {
    await client.end();
  }
};
