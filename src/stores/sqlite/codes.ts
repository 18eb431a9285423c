/** SQLite's errors by their names: the library says a number. */
import { isError } from "../../ports/thrown.js";

/** By their primary number, which is the lowest byte; the others have no name that anyone here asks for. */
const primary: Record<number, string> = {
  1: "SQLITE_ERROR",
  2: "SQLITE_INTERNAL",
  3: "SQLITE_PERM",
  4: "SQLITE_ABORT",
  5: "SQLITE_BUSY",
  6: "SQLITE_LOCKED",
  7: "SQLITE_NOMEM",
  8: "SQLITE_READONLY",
  9: "SQLITE_INTERRUPT",
  10: "SQLITE_IOERR",
  11: "SQLITE_CORRUPT",
  13: "SQLITE_FULL",
  14: "SQLITE_CANTOPEN",
  15: "SQLITE_PROTOCOL",
  17: "SQLITE_SCHEMA",
  18: "SQLITE_TOOBIG",
  19: "SQLITE_CONSTRAINT",
  20: "SQLITE_MISMATCH",
  21: "SQLITE_MISUSE",
  22: "SQLITE_NOLFS",
  23: "SQLITE_AUTH",
  25: "SQLITE_RANGE",
  26: "SQLITE_NOTADB",
};

/** What the disk refused, in the order of the second byte: the first is 1. One of them, NOMEM, passes by itself. */
const ofDisk =
  "READ SHORT_READ WRITE FSYNC DIR_FSYNC TRUNCATE FSTAT UNLOCK RDLOCK DELETE BLOCKED NOMEM ACCESS CHECKRESERVEDLOCK LOCK CLOSE DIR_CLOSE SHMOPEN SHMSIZE SHMLOCK SHMMAP SEEK DELETE_NOENT MMAP GETTEMPPATH CONVPATH VNODE AUTH BEGIN_ATOMIC COMMIT_ATOMIC ROLLBACK_ATOMIC DATA CORRUPTFS IN_PAGE".split(
    " ",
  );

const nameOf = (errcode: number): string => {
  const name = primary[errcode & 0xff] ?? `SQLITE_${errcode & 0xff}`;
  const disk = ofDisk[(errcode >> 8) - 1];
  return name === "SQLITE_IOERR" && disk !== undefined ? `${name}_${disk}` : name;
};

/** `SQLITE_BUSY` and the like; of an error that is not SQLite's its own code, "" = it has none. */
export const codeOf = (error: unknown): string => {
  if (!isError(error) || !("code" in error) || typeof error.code !== "string") return "";
  if (error.code !== "ERR_SQLITE_ERROR") return error.code;
  return "errcode" in error && typeof error.errcode === "number" ? nameOf(error.errcode) : error.code;
};
