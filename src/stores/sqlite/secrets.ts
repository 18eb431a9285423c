/** Secrets by name. One that is not as it was made is no secret any more. Inside the database's thread. */
import { crc32 } from "node:zlib";
import type { Database } from "./driver.js";

export interface KeptSecret {
  value: string | null;
  /** There was one that was damaged. */
  damaged: boolean;
}

const sealOf = (name: string, value: string): number => crc32(`${name}\n${value}`);

/**
 * @param made what is kept where there is none; null = nothing. A damaged one stays under another name, and another is
 * kept in its place.
 */
export const secretIn = (db: Database, name: string, made: string | null): KeptSecret => {
  // Asked for each time: an older file that is opened for reading lacks the column, or the table.
  const has = db.prepare("SELECT 1 FROM pragma_table_info('secrets') WHERE name = 'sum'").get() !== undefined;
  const found = db
    .prepare<[string], { value: string; sum: number | null }>(
      `SELECT value, ${has ? "sum" : "NULL AS sum"} FROM secrets WHERE name = ?`,
    )
    .get(name);
  const keep = (as: string, value: string, sum: number | null) =>
    db.prepare("INSERT OR REPLACE INTO secrets (name, value, sum) VALUES (?, ?, ?)").run(as, value, sum);
  if (found !== undefined) {
    const seal = sealOf(name, found.value);
    const isWhole = found.sum === null ? found.value !== "" : found.sum === seal;
    if (isWhole && found.sum === null && !db.readonly) keep(name, found.value, seal);
    if (isWhole) return { value: found.value, damaged: false };
    if (made !== null) keep(`${name}, damaged`, found.value, found.sum);
  }
  if (made !== null) keep(name, made, sealOf(name, made));
  return { value: made, damaged: found !== undefined };
};
