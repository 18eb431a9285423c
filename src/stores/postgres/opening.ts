/** Bringing the schema up to date, or saying why not. A schema that is not ours is left alone. */
import type { PoolClient } from "pg";
import { StoreError } from "../../ports/store.js";
import type { PgConnections } from "./connections.js";
import { type Migration, migrations as ours } from "./migrations.js";
import type { Settled } from "./options.js";

/** Written on the table of migrations: how we know a schema of ours. */
const MARK = "order-status-engine";
const MIGRATING = 0x4f54;

interface SchemaState {
  exists: boolean;
  /** Tables, views, functions and the like. */
  objects: number;
  mark: string | null;
}

export async function openSchema(connections: PgConnections, settled: Settled, migrations = ours): Promise<void> {
  const { schema: s, readOnly } = settled;
  const found = await lookAt((sql, values) => connections.read(sql, values), s);
  const version = found.mark === MARK ? await versionOf((sql) => connections.read(sql, []), s) : 0;
  check(found, version, settled, migrations);
  if (version === migrations.length) return;
  if (readOnly)
    throw new StoreError("absent", `${settled.place} holds no store of this release, so there is nothing to read.`);
  await connections.together((client) => migrate(client, settled, migrations));
}

const check = (
  { exists, objects, mark }: SchemaState,
  version: number,
  settled: Settled,
  migrations: Migration[],
): void => {
  if (exists && objects > 0 && mark !== MARK)
    throw new StoreError(
      "not-ours",
      `${settled.place} holds something else; nothing was changed. Name another schema. If it was the store of this engine, restore a backup of the database.`,
    );
  if (version > migrations.length)
    throw new StoreError(
      "newer",
      `${settled.place} was written by a newer release (schema ${version}, this one knows ${migrations.length}). Start that release, or restore a backup from before the update.`,
    );
};

/** One transaction: a step that fails leaves the schema as it was. */
const migrate = async (client: PoolClient, settled: Settled, migrations: Migration[]): Promise<void> => {
  const s = settled.schema;
  const ask: RunQuery = async (text, values) => (await client.query({ text, values, rowMode: "array" })).rows;
  // Released with the transaction. Whoever waits here finds the work done.
  await client.query("SELECT pg_advisory_xact_lock($1, hashtext($2))", [MIGRATING, s]);
  const found = await lookAt(ask, s);
  const version = found.mark === MARK ? await versionOf(ask, s) : 0;
  check(found, version, settled, migrations);
  if (!found.exists) await client.query(`CREATE SCHEMA ${s}`);
  if (version === 0) {
    await client.query(
      `CREATE TABLE ${s}.migrations (number integer PRIMARY KEY, name text NOT NULL, taken_at timestamptz NOT NULL DEFAULT now())`,
    );
    await client.query(`COMMENT ON TABLE ${s}.migrations IS '${MARK}'`);
  }
  for (const { number, name, sql } of migrations.slice(version)) {
    await client.query(sql(s));
    await client.query(`INSERT INTO ${s}.migrations (number, name) VALUES ($1, $2)`, [number, name]);
  }
};

type RunQuery = (sql: string, values: unknown[]) => Promise<unknown[][]>;

const lookAt = async (ask: RunQuery, schema: string): Promise<SchemaState> => {
  const [row] = await ask(
    `SELECT (SELECT count(*)::int FROM pg_class c WHERE c.relnamespace = n.oid)
          + (SELECT count(*)::int FROM pg_proc p WHERE p.pronamespace = n.oid)
          + (SELECT count(*)::int FROM pg_type t WHERE t.typnamespace = n.oid),
       (SELECT obj_description(c.oid, 'pg_class') FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'migrations')
     FROM pg_namespace n WHERE n.nspname = $1`,
    [schema],
  );
  if (row === undefined) return { exists: false, objects: 0, mark: null };
  const [objects, mark] = row as [number, string | null];
  return { exists: true, objects, mark };
};

const versionOf = async (ask: RunQuery, s: string): Promise<number> => {
  const [row] = await ask(`SELECT coalesce(max(number), 0) FROM ${s}.migrations`, []);
  return row?.[0] as number;
};
