/** SQLite's errors in the words of the port, in a shape that crosses threads. */
import { StoreError } from "../../ports/store.js";
import { thrownText } from "../../ports/thrown.js";
import { codeOf } from "./codes.js";

export interface CrossedError {
  /** null = none of the store's own reasons, so a fault in the program. */
  code: StoreError["code"] | null;
  message: string;
}

const codes: [prefix: string, code: StoreError["code"]][] = [
  ["SQLITE_BUSY", "busy"],
  ["SQLITE_LOCKED", "busy"],
  ["SQLITE_PROTOCOL", "busy"],
  ["SQLITE_IOERR_NOMEM", "busy"],
  ["SQLITE_FULL", "full"],
  ["SQLITE_READONLY", "readonly"],
  ["SQLITE_CANTOPEN", "readonly"],
  ["SQLITE_PERM", "readonly"],
  ["SQLITE_AUTH", "readonly"],
  ["SQLITE_CORRUPT", "corrupt"],
  ["SQLITE_NOTADB", "corrupt"],
  // Of Node, where it makes a file before SQLite opens it.
  ["ENOENT", "readonly"],
  ["ENOTDIR", "readonly"],
  ["EACCES", "readonly"],
  ["EPERM", "readonly"],
  ["EROFS", "readonly"],
  ["ENOSPC", "full"],
  ["EDQUOT", "full"],
  // A disk that fails to read or sync does not pass by itself: what was "written" may not be there.
  ["SQLITE_IOERR", "corrupt"],
];

const says: Partial<Record<StoreError["code"], string>> = {
  busy: "another process is writing to it; trying again may help",
  full: "the disk is full; nothing was written. Free some space",
  readonly: "it cannot be written. Check that the directory exists and that this user may write there",
  corrupt: "it is damaged or its disk fails",
};

/** The only ways out of a damaged file. Never an empty store in its place. */
export const wayOut = (file: string): string =>
  `Stop the engine, then restore a backup of ${file}, or save what can be read: sqlite3 ${file} .recover | sqlite3 recovered.db`;

export const isBusy = (error: unknown): boolean => codeOf(error).startsWith("SQLITE_BUSY");
export const isForeign = (error: unknown): boolean => codeOf(error) === "SQLITE_NOTADB";

export const crossing = (error: unknown, file: string): CrossedError => {
  if (error instanceof StoreError) return { code: error.code, message: error.message };
  const message = thrownText(error);
  const found = codeOf(error);
  const code = codes.find(([prefix]) => found.startsWith(prefix))?.[1] ?? null;
  if (code === null) return { code, message: found ? `${file}: ${message} (${found})` : message };
  const way = code === "corrupt" ? ` ${wayOut(file)}` : "";
  return { code, message: `${file}: ${says[code]} (${found}: ${message}).${way}` };
};

export const arrived = (error: CrossedError): Error =>
  error.code === null ? new Error(error.message) : new StoreError(error.code, error.message);
