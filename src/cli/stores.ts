/** Where orders are kept, as a person names it: a SQLite file, or the address of a PostgreSQL. */
import { postgresStore } from "../adapters/postgres/store.js";
import { sqliteStore } from "../adapters/sqlite/store.js";
import type { Store } from "../ports/store.js";
import type { Ground } from "../testing/scenario/one-store.js";
import { wrongUsage } from "./ending.js";

const isPostgres = (place: string): boolean => /^postgres(ql)?:\/\//.test(place);

/** The address without its password, to be shown. */
export const shownPlace = (place: string): string => {
  if (!isPostgres(place)) return place;
  const url = new URL(place);
  if (url.password !== "") url.password = "***";
  return url.href;
};

interface Opening {
  /** Of our own in that PostgreSQL; left out: the store's usual one. */
  schema?: string;
  /** Only for looking: works beside a running engine, and changes nothing. */
  readOnly?: true;
}

export const storeAt = (place: string, opening: Opening = {}): Store => {
  if (isPostgres(place)) {
    if (!URL.canParse(place))
      throw wrongUsage(`"${place}" is no address; write postgres://user:password@host/database`);
    return postgresStore({ connectionString: place, ...opening });
  }
  if (/^[a-z]+:\/\//.test(place)) {
    throw wrongUsage(`there is no store for "${place}"; name a SQLite file, or postgres://user:password@host/database`);
  }
  return sqliteStore({ file: place, readOnly: opening.readOnly ?? false });
};

/** A schema for every life, dropped at its end; only a PostgreSQL has room for that. */
export const postgresGround = (place: string): (() => Promise<Ground>) => {
  if (!isPostgres(place))
    throw wrongUsage(`scenarios make a new SQLite file for every life; "${place}" is no PostgreSQL`);
  let lives = 0;
  return async () => {
    lives += 1;
    const schema = `life_${process.pid}_${lives}`;
    return { store: () => storeAt(place, { schema }), many: true, clear: () => dropSchema(place, schema) };
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
