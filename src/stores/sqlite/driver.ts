/**
 * SQLite as the store asks for it, over the API of `node:sqlite`: rows as arrays, single values, blobs as Buffers,
 * numbers of any size, transactions.
 */
import { pathToFileURL } from "node:url";
import { isError } from "../../ports/thrown.js";
import { type Bindable, type SyncDatabase, type SyncStatement, sqliteLibrary } from "./library.js";

export interface DatabaseOptions {
  readonly?: boolean;
  fileMustExist?: boolean;
  /** How long a statement waits for another connection, in milliseconds. */
  timeout?: number;
  /** A connection of somebody else's on that file; it is used, and not opened. */
  opened?: SyncDatabase;
}

const DEFAULT_TIMEOUT_MS = 5000;

export class Database {
  readonly name: string;
  readonly readonly: boolean;
  readonly #db: SyncDatabase;

  /** @throws StoreError where there is no SQLite to open it with; an error of SQLite's where it cannot be opened */
  constructor(
    file: string,
    { readonly = false, fileMustExist = false, timeout = DEFAULT_TIMEOUT_MS, opened }: DatabaseOptions = {},
  ) {
    const { DatabaseSync } = sqliteLibrary();
    this.name = file;
    this.readonly = readonly;
    if (opened !== undefined) {
      this.#db = opened;
      return;
    }
    // No option says "only one that is there": an address does, and leaves no moment between the look and the opening.
    const place = fileMustExist && !readonly ? new URL(`${pathToFileURL(file).href}?mode=rw`) : file;
    this.#db = new DatabaseSync(place, { readOnly: readonly, timeout });
  }

  /** Rows come as objects; see the statement for other shapes. */
  prepare<P extends unknown[] = unknown[], R = unknown>(sql: string): Statement<P, R> {
    return new Statement<P, R>(this.#db.prepare(sql));
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** Runs it; the first value that it answers. */
  pragma(what: string): unknown {
    return this.prepare(`PRAGMA ${what}`).pluck().get();
  }

  /**
   * All of it or nothing; the write lock is waited for at the beginning, where nothing is done yet. Within another one it
   * is part of that.
   */
  immediate<T>(work: () => T): T {
    if (this.#db.isTransaction) return work();
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      // A full disk has SQLite roll back by itself.
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  /** A second time it does nothing. */
  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }
}

const isTooLarge = (error: unknown): boolean =>
  isError(error) && error.message.startsWith("Value is too large to be represented");

/**
 * A text with a NUL goes as its bytes: the package would bind it up to the NUL and say nothing, which is another text. As
 * bytes it equals no text and goes into no column of texts; where a damaged row is to be found by it, the statement says
 * `CAST(? AS TEXT)`.
 */
const bindable = (value: unknown): unknown => {
  if (typeof value === "string") return value.includes("\0") ? Buffer.from(value) : value;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, bindable(one)]));
};

export class Statement<P extends unknown[] = unknown[], R = unknown> {
  readonly #statement: SyncStatement;
  #plucks = false;
  #keepsBigInts = false;
  /** As it is set on the statement now. */
  #readsBigInts = false;

  constructor(statement: SyncStatement) {
    this.#statement = statement;
  }

  /** Rows as arrays. */
  raw(): this {
    this.#statement.setReturnArrays(true);
    return this;
  }

  /** The first column alone. */
  pluck(): this {
    this.#plucks = true;
    return this.raw();
  }

  /** Whole numbers as bigints, all of them. Without it those that a double does not keep are rounded. */
  safeIntegers(): this {
    this.#keepsBigInts = true;
    return this;
  }

  run(...bound: P): { changes: number } {
    return { changes: Number(this.#statement.run(...bound.map(bindable)).changes) };
  }

  get(...bound: P): R | undefined {
    const row = this.#reading(bound, (values) => this.#statement.get(...values));
    return row === undefined ? undefined : this.#shown(row);
  }

  all(...bound: P): R[] {
    return this.#reading(bound, (values) => this.#statement.all(...values)).map((row) => this.#shown(row));
  }

  *iterate(...bound: P): Generator<R, void, undefined> {
    const values = bound.map(bindable);
    // The row that holds a number too large is not asked for twice here.
    this.#readBigInts(true);
    for (const row of this.#statement.iterate(...values)) yield this.#shown(row);
  }

  /** A damaged row may hold any number, and the library reads none that a double does not keep: it is read once more. */
  #reading<T>(bound: unknown[], read: (values: unknown[]) => T): T {
    const values = bound.map(bindable);
    this.#readBigInts(this.#keepsBigInts);
    try {
      return read(values);
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      this.#readBigInts(true);
      return read(values);
    }
  }

  #readBigInts(on: boolean): void {
    if (this.#readsBigInts !== on) this.#statement.setReadBigInts(on);
    this.#readsBigInts = on;
  }

  #shown(row: unknown): R {
    if (this.#plucks) return this.#value((row as Bindable[])[0]) as R;
    const values = row as Record<string, Bindable>;
    for (const name in values) {
      const value = values[name];
      if (typeof value === "bigint" || (typeof value === "object" && value !== null))
        values[name] = this.#value(value) as Bindable;
    }
    return row as R;
  }

  #value(value: Bindable | undefined): unknown {
    if (typeof value === "bigint") return this.#keepsBigInts ? value : Number(value);
    return ArrayBuffer.isView(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
  }
}
