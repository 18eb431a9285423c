/**
 * Which SQLite there is: Node's own, or the package that brings the same API to a Node without one.
 *
 * Node's own comes first where it is new enough. It is the original and is mended with every release of Node; the package
 * is a port of it that keeps a text only up to a NUL. So a Node has one driver, whether the package is there or not, and
 * what is tested on that Node is what is used on it. The package stands in on Node 20, which has no SQLite, and where
 * Node's is too old. Of the package the first major will not do: a database that it closes stays open until its
 * statements are collected as garbage, and its log is left beside it.
 */
import { createRequire } from "node:module";
import { StoreError } from "../../ports/store.js";

/** What a value is bound as, and what is read. */
export type Bindable = null | number | bigint | string | Uint8Array;

/** What the store uses of `node:sqlite`. */
export interface SyncStatement {
  run(...bound: unknown[]): { changes: number | bigint };
  get(...bound: unknown[]): unknown;
  all(...bound: unknown[]): unknown[];
  iterate(...bound: unknown[]): Iterable<unknown>;
  setReadBigInts(on: boolean): void;
  setReturnArrays(on: boolean): void;
}
export interface SyncDatabase {
  readonly isOpen: boolean;
  readonly isTransaction: boolean;
  prepare(sql: string): SyncStatement;
  exec(sql: string): void;
  close(): void;
}
export interface SqliteLibrary {
  DatabaseSync: new (place: string | URL, options: { readOnly: boolean; timeout: number }) => SyncDatabase;
}

/** 3.51.3 fixed the WAL-reset bug, by which a checkpoint could lose committed transactions. */
const OLDEST_SQLITE = [3, 51, 3];
const PACKAGE = "@photostructure/sqlite";

const require = createRequire(import.meta.url);

/** Node says of its SQLite that it is experimental, in the middle of what a command prints. All else it says is passed on. */
const quietly = <T>(load: () => T): T => {
  const { emitWarning } = process;
  process.emitWarning = (...said: unknown[]) => {
    if (said[1] !== "ExperimentalWarning") Reflect.apply(emitWarning, process, said);
  };
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
};

/** null = it is not there. @throws what it says itself where it is there and does not load */
const loaded = (load: () => unknown): SqliteLibrary | null => {
  try {
    return load() as SqliteLibrary;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ERR_UNKNOWN_BUILTIN_MODULE" || code === "MODULE_NOT_FOUND") return null;
    throw error;
  }
};

export interface Libraries {
  own(): SqliteLibrary | null;
  installed(): SqliteLibrary | null;
}
export const libraries: Libraries = {
  own: () => quietly(() => loaded(() => require("node:sqlite"))),
  installed: () => loaded(() => require("@photostructure/sqlite")),
};

const versionOf = (library: SqliteLibrary): string => {
  const db = new library.DatabaseSync(":memory:", { readOnly: false, timeout: 0 });
  try {
    return (db.prepare("SELECT sqlite_version() AS version").get() as { version: string }).version;
  } finally {
    db.close();
  }
};

/** Since its second major, which is known by what else came with it. */
const endsStatements = ({ DatabaseSync }: SqliteLibrary): boolean => "serialize" in DatabaseSync.prototype;

const isNewEnough = (version: string | null): boolean => {
  const parts = (version ?? "0").split(".").map(Number);
  const at = OLDEST_SQLITE.findIndex((want, i) => want !== parts[i]);
  return at < 0 || (parts[at] ?? 0) > (OLDEST_SQLITE[at] ?? 0);
};

/** @throws StoreError that names the command */
export const chosen = ({ own, installed }: Libraries): SqliteLibrary => {
  const ofNode = own();
  const version = ofNode && versionOf(ofNode);
  if (ofNode && isNewEnough(version)) return ofNode;
  const packaged = installed();
  if (packaged && endsStatements(packaged) && isNewEnough(versionOf(packaged))) return packaged;
  const node = `Node ${process.versions.node.split(".")[0]}`;
  const has =
    version === null
      ? `${node} has no built-in SQLite`
      : `the SQLite ${version} of ${node} can lose committed data (WAL-reset bug), which ${OLDEST_SQLITE.join(".")} mends`;
  const old = packaged ? `, and the package ${PACKAGE} is too old` : "";
  throw new StoreError("closed", `${has}${old}; run: npm install ${PACKAGE}@2`);
};

let library: SqliteLibrary | null = null;

/** Found when the first file is opened, not when this is imported: a command must start where there is none. */
export const sqliteLibrary = (): SqliteLibrary => {
  library ??= chosen(libraries);
  return library;
};
