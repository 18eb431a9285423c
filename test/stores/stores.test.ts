import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../src/ports/store.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { Database } from "../../src/stores/sqlite/driver.js";
import { sqliteLibrary } from "../../src/stores/sqlite/library.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { type StorePlace, storeContract } from "../../src/testing/contracts/store.js";

let directory: string;
let opened: Store[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "stores-"));
  opened = [];
});
afterEach(async () => {
  for (const store of opened) await store.close();
  rmSync(directory, { recursive: true });
});

const placeOf = (make: () => Store): StorePlace => {
  const open = async (versions?: number[]) => {
    const store = make();
    await store.open(versions);
    opened.push(store);
    return store;
  };
  const reopen = async () => {
    for (const store of opened.splice(0)) await store.close();
    return open();
  };
  return { open, reopen };
};

const memory = (): StorePlace => {
  const store = memoryStore();
  return placeOf(() => store);
};
const sqlite = (): StorePlace => ({
  ...placeOf(() => sqliteStore({ file: join(directory, "store.db") })),
  async damage(table, orderId, column, value) {
    const db = new Database(join(directory, "store.db"));
    db.prepare(`UPDATE ${table} SET ${column} = ? WHERE order_id = ?`).run(value, orderId);
    db.close();
  },
  async begin() {
    const { DatabaseSync } = sqliteLibrary();
    const transaction = new DatabaseSync(join(directory, "store.db"), { readOnly: false, timeout: 5000 });
    transaction.exec("BEGIN IMMEDIATE");
    return {
      transaction,
      async end(how) {
        transaction.exec(how);
        transaction.close();
      },
    };
  },
  openForeign: () => {
    const file = join(directory, "shopping-list.txt");
    writeFileSync(file, "milk, bread\n".repeat(50));
    return placeOf(() => sqliteStore({ file })).open();
  },
});

describe.each([
  ["memory", memory],
  ["sqlite", sqlite],
])("%s", (_, place) => {
  for (const { title, run } of storeContract) test(title, () => run(place()));
});

test("every sentence over a method of the port is the title of a case", () => {
  const port = readFileSync("src/ports/store.ts", "utf8");
  const more = readFileSync("src/ports/subscriptions.ts", "utf8");
  const methods =
    port.slice(port.indexOf("export interface Store "), port.indexOf("/**\n * Why a store cannot")) +
    more.slice(more.indexOf("export interface Subscriptions "));
  const comments = [...methods.matchAll(/\/\*\*([\s\S]*?)\*\//g)].map((found) =>
    found[1]?.replace(/\s*\n\s*\*\s*/g, " ").trim(),
  );
  const sentences = comments.flatMap((comment) => comment?.split(/(?<=\.) (?=[A-Z])/) ?? []);
  expect(sentences.length).toBeGreaterThan(15);
  const titles = storeContract.map(({ title }) => title);
  expect(sentences.filter((sentence) => !titles.includes(sentence))).toEqual([]);
});
