/** Opening the file, or saying why not. A broken file is never replaced by an empty one. */
import { closeSync, existsSync, openSync, readSync, realpathSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { StoreError } from "../../ports/store.js";
import { Database } from "./driver.js";
import { wayOut } from "./errors.js";
import { checkOneName, checkSame, type Identity, identityOf } from "./identity.js";
import { sqliteLibrary } from "./library.js";
import { checkElsewhere, noteOpened, takeOwnership } from "./owner.js";
import { createPrivate, putInPlace } from "./place.js";
import { APPLICATION_ID, missingIn, SCHEMA_VERSION, schema, steps } from "./schema.js";
import { checkShape } from "./shape.js";
import type { SqliteOptions } from "./store.js";

export interface Opened {
  file: string;
  db: Database;
  identity: Identity;
  /** @throws StoreError where the file under this name is no longer the one that is open */
  check(): void;
  close(): void;
}

/** How long a statement waits for another process that writes. */
export const BUSY_TIMEOUT_MS = 5000;
/** The same where an engine starts: whoever holds its file for longer is no neighbour that prunes, and is named at once. */
export const STARTING_TIMEOUT_MS = 1000;
/** KiB, as SQLite wants it: below zero. Of a store of millions of orders, the upper pages of every index. */
const WRITER_CACHE = -65_536;
const READER_CACHE = -16_000;

export interface OpeningOptions extends SqliteOptions {
  /** The file that another thread of this process has open already. */
  sameAs?: Identity;
}

export function openFile(options: OpeningOptions): Opened {
  // Before anything is made beside the file: where there is no SQLite, nothing is.
  sqliteLibrary();
  const file = settledPath(options.file);
  const readOnly = options.readOnly ?? false;
  const owns = !readOnly && !options.beside;
  const exists = existsSync(file);
  checkOneName(file);
  // Beside another thread of this process nothing is opened and closed by hand: closing would let go of that one's locks.
  if (options.sameAs !== undefined) checkSame(file, options.sameAs);
  else if (exists) checkHeader(file);
  else if (!owns) throw new StoreError("absent", `${file} does not exist, so there is nothing to read.`);
  const owner = !owns ? null : takeOwnership(file, options.ownerTimeoutMs ?? 0);
  let db: Database | null = null;
  const close = () => {
    try {
      db?.close();
    } finally {
      owner?.close();
    }
  };
  try {
    // Looked at again: it may have been made while we waited for the ownership.
    if (options.sameAs === undefined) {
      if (existsSync(file)) checkHeader(file);
      else create(file);
    }
    db = new Database(file, {
      readonly: readOnly,
      fileMustExist: true,
      timeout: owns ? STARTING_TIMEOUT_MS : BUSY_TIMEOUT_MS,
    });
    checkVersion(db, file);
    if (options.sameAs === undefined) checkShape(db, file);
    if (owns) checkElsewhere(db, file);
    db.exec(`PRAGMA cache_size = ${readOnly ? READER_CACHE : WRITER_CACHE}`);
    if (!readOnly) configure(db);
    if (owns) {
      checkWhole(db, file);
      bringUp(db);
      noteOpened(db, file);
    } else db.exec(missingIn(db.pragma("user_version") as number));
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    const identity = options.sameAs ?? identityOf(file);
    return { file, db, identity, check: () => checkSame(file, identity), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** One name for one file: two links to it must lead to the same ownership lock. */
function settledPath(given: string): string {
  const file = resolve(given);
  if (existsSync(file)) return realpathSync(file);
  return existsSync(dirname(file)) ? join(realpathSync(dirname(file)), basename(file)) : file;
}

/** Looks at the first 100 bytes only: SQLite itself would already touch a file that is not ours. */
function checkHeader(file: string): void {
  if (!statSync(file).isFile()) throw new StoreError("not-ours", `${file} is not a file. Name a file for the store.`);
  const header = Buffer.alloc(100);
  const handle = openSync(file, "r");
  const length = readSync(handle, header, 0, 100, 0);
  closeSync(handle);
  // New stores appear complete or not at all (see create), so an empty file was once something else.
  if (length === 0) throw new StoreError("corrupt", `${file} is empty, which no store ever is. ${wayOut(file)}`);
  if (length < 100 || header.toString("latin1", 0, 16) !== "SQLite format 3\0")
    throw notOurs(file, "is not a SQLite database");
  if (header.readUInt32BE(68) !== APPLICATION_ID) throw notOurs(file, "is a SQLite database of another program");
}

const notOurs = (file: string, what: string) =>
  new StoreError(
    "not-ours",
    `${file} ${what}; nothing was changed. Name another file. If it was the store of this engine, it is damaged: ${wayOut(file)}`,
  );

/** Built beside its place and moved there when it is whole: a crash on the way leaves no half a store. */
function create(file: string): void {
  if (existsSync(`${file}-wal`))
    throw new StoreError("corrupt", `${file} is missing, but its log ${file}-wal is there. ${wayOut(file)}`);
  const draft = `${file}-new`;
  for (const end of ["", "-wal", "-shm", "-journal"]) rmSync(draft + end, { force: true });
  createPrivate(draft);
  const db = new Database(draft);
  try {
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    db.exec(
      `BEGIN; ${schema} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`,
    );
  } finally {
    db.close();
  }
  putInPlace(draft, file);
}

function checkVersion(db: Database, file: string): void {
  const version = db.pragma("user_version") as number;
  if (version > SCHEMA_VERSION)
    throw new StoreError(
      "newer",
      `${file} was written by a newer release (schema ${version}, this one knows ${SCHEMA_VERSION}). Start that release, or restore a backup from before the update.`,
    );
  if (version < 1) throw new StoreError("corrupt", `${file} has schema ${version}, which never was. ${wayOut(file)}`);
}

/** To today's schema, all of it or nothing. For reading only an older file does as it is: it lacks indexes, no data. */
function bringUp(db: Database): void {
  const version = db.pragma("user_version") as number;
  if (version === SCHEMA_VERSION) return;
  const missing = Object.entries(steps).filter(([number]) => Number(number) > version);
  db.immediate(() => {
    for (const [, sql] of missing) db.exec(sql);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

/** A pragma that does not take says nothing, so each is read back: without them a commit could be lost. */
function configure(db: Database): void {
  const set = (pragma: string, value: string | number, reads: string | number = value) => {
    db.exec(`PRAGMA ${pragma} = ${value}`);
    const now = db.pragma(pragma);
    if (now !== reads) throw new Error(`${db.name}: PRAGMA ${pragma} is ${now} and would not become ${value}.`);
  };
  set("journal_mode", "WAL", "wal");
  set("synchronous", "FULL", 2);
  set("journal_size_limit", 64 * 1024 * 1024);
}

/** The whole of it, indexes too: one that leads past a row would let a timer sleep. Half a second for 100 MB. */
function checkWhole(db: Database, file: string): void {
  const found = db.pragma("integrity_check(1)");
  if (found !== "ok") throw new StoreError("corrupt", `${file} is damaged: ${found}. ${wayOut(file)}`);
}
