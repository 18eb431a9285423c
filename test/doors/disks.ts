/** A place on a disk for a store, and a way past the store, on SQLite and on PostgreSQL. */

import type { Store } from "../../src/ports/store.js";
import { postgresStore } from "../../src/stores/postgres/store.js";
import { Database } from "../../src/stores/sqlite/driver.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { temporary } from "../engine/place.js";
import { run } from "../stores/postgres-client.js";
import { startPostgres } from "../stores/postgres-server.js";

export interface Disk {
  store(): Store;
  /** Every `?` is one value. */
  sql(text: string, ...values: unknown[]): Promise<void>;
  /** The first column of the first row. */
  ask(text: string): Promise<unknown>;
}

export interface Disks {
  sqlite(): Promise<Disk>;
  /** null = there is no server here. */
  postgres: (() => Promise<Disk>) | null;
  end(): Promise<void>;
  stop(): Promise<void>;
}

export const startDisks = async (): Promise<Disks> => {
  const server = await startPostgres();
  const ends: (() => Promise<unknown>)[] = [];
  const url = typeof server === "string" ? "" : await server.database();
  let schemas = 0;
  const sqlite = async (): Promise<Disk> => {
    const { file, remove } = await temporary();
    ends.push(remove);
    return {
      store: () => sqliteStore({ file }),
      async sql(text, ...values) {
        const db = new Database(file);
        const { changes } = db.prepare(text).run(...values);
        db.close();
        if (changes === 0) throw new Error(`nothing was changed by ${text}`);
      },
      async ask(text) {
        const db = new Database(file, { readonly: true });
        const found = db.prepare(text).pluck().get();
        db.close();
        return found;
      },
    };
  };
  const postgres = async (): Promise<Disk> => {
    schemas += 1;
    const schema = `damaged_${schemas}`;
    const placed = (text: string) => text.replaceAll(/(UPDATE|FROM|INTO) (\w+)/g, `$1 ${schema}.$2`);
    return {
      store: () => postgresStore({ connectionString: url, schema, pollMs: 600_000 }),
      async sql(text, ...values) {
        const parts = text.split("?");
        const numbered = parts.map((part, i) => (i === 0 ? part : `$${i}${part}`)).join("");
        await run(url, placed(numbered), values);
      },
      ask: async (text) => (await run(url, placed(text)))[0]?.[0],
    };
  };
  return {
    sqlite,
    postgres: typeof server === "string" ? null : postgres,
    async end() {
      for (const end of ends.splice(0).reverse()) await end();
    },
    async stop() {
      if (typeof server !== "string") await server.stop();
    },
  };
};
