/** One engine for one file, by whatever name: a lock beside the file, and a note in the file of where it was opened. */
import { existsSync, statSync } from "node:fs";
import { StoreError } from "../../ports/store.js";
import { Database } from "./driver.js";
import { isBusy, isForeign } from "./errors.js";
import { numberOf } from "./identity.js";
import { createPrivate } from "./place.js";

const lockOf = (file: string): string => `${file}-owner`;

/** Held as a lock of the operating system, which goes with the process however that ends. @throws SqliteError */
const lock = (file: string, timeout: number): Database => {
  const owner = new Database(lockOf(file), { timeout });
  try {
    owner.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return owner;
  } catch (error) {
    owner.close();
    throw error;
  }
};

export const takeOwnership = (file: string, timeout: number): Database => {
  createPrivate(lockOf(file));
  try {
    return lock(file, timeout);
  } catch (error) {
    if (isBusy(error))
      throw new StoreError(
        "locked",
        `${file} is in use by another engine. Stop that one first, or open the store for reading only.`,
        { cause: error },
      );
    if (isForeign(error))
      throw new StoreError("not-ours", `${lockOf(file)} is not the lock of a store. Move it away.`, { cause: error });
    throw error;
  }
};

const isOwned = (file: string): boolean => {
  if (!existsSync(lockOf(file))) return false;
  try {
    lock(file, 0).close();
    return false;
  } catch (error) {
    return isBusy(error);
  }
};

/** Kept among what is kept by name; the file's number tells a copy, which may be opened anywhere, from the file itself. */
const NOTE = "opened as";
interface OwnerNote {
  path: string;
  number: string;
}

const noteIn = (db: Database): OwnerNote | null => {
  const isThere = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'secrets'").get();
  if (isThere === undefined) return null;
  const text = db.prepare<[string], string>("SELECT value FROM secrets WHERE name = ?").pluck().get(NOTE);
  try {
    return text === undefined ? null : (JSON.parse(text) as OwnerNote);
  } catch {
    return null;
  }
};

const hasLog = (file: string): boolean => (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;

/**
 * Refuses a file that another engine has open under another name, or whose log was left at its former place. @throws
 * StoreError
 */
export const checkElsewhere = (db: Database, file: string): void => {
  const before = noteIn(db);
  if (before === null || before.number !== numberOf(file) || before.path === file) return;
  if (isOwned(before.path))
    throw new StoreError(
      "locked",
      `${file} is the file that another engine has open as ${before.path}: it was moved. Move it back; or stop that engine, and move ${before.path}-wal along to ${file}-wal.`,
    );
  if (!existsSync(before.path) && hasLog(before.path))
    throw new StoreError(
      "moved",
      `${file} was moved from ${before.path} without its log, which holds what was committed last. Move ${before.path}-wal to ${file}-wal first.`,
    );
};

/** Notes in the file itself where it is opened now: its log is found by name alone. */
export const noteOpened = (db: Database, file: string): void => {
  const now: OwnerNote = { path: file, number: numberOf(file) };
  const before = noteIn(db);
  if (before?.path === now.path && before.number === now.number) return;
  db.prepare("INSERT OR REPLACE INTO secrets (name, value) VALUES (?, ?)").run(NOTE, JSON.stringify(now));
  db.pragma("wal_checkpoint(PASSIVE)");
};
