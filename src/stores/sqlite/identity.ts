/**
 * Whether the files under a store's name are still those that it has open.
 *
 * SQLite keeps a file open after it was renamed, deleted or replaced, and its log under the name by which it was opened:
 * what is committed then is in no file that the next start finds. So before and after each piece of work the names are
 * looked up, three calls of a microsecond each.
 */
import { type BigIntStats, statSync } from "node:fs";
import { StoreError } from "../../ports/store.js";

/** Of the file, of its log and of the log's index, where there was one: device and number. */
export type Identity = Record<string, string>;

const ENDS = ["", "-wal", "-shm"];

const look = (path: string): BigIntStats | null => statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
const named = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`;

export const numberOf = (file: string): string => {
  const found = look(file);
  return found === null ? "" : named(found);
};

export const identityOf = (file: string): Identity =>
  Object.fromEntries(
    ENDS.flatMap((end) => {
      const found = look(file + end);
      return found === null ? [] : [[end, named(found)]];
    }),
  );

const moved = (what: string, fix: string): StoreError =>
  new StoreError("moved", `${what}, so nothing is taken in and nothing is sent. ${fix}`);

const linked = (file: string, found: BigIntStats): StoreError =>
  moved(
    `${file} has ${found.nlink} names (hard links), and each would have a log of its own`,
    `Remove all but one: find DIRECTORY -samefile ${file}. To copy a store, use order-status backup`,
  );

/** @throws StoreError where the file has a second name */
export const checkOneName = (file: string): void => {
  const found = look(file);
  if (found?.isFile() && found.nlink > 1n) throw linked(file, found);
};

/** @throws StoreError that names the cause and the fix */
export const checkSame = (file: string, known: Identity): void => {
  for (const end of ENDS) {
    const was = known[end];
    if (was === undefined) continue;
    const found = look(file + end);
    if (found === null)
      throw moved(
        `${file}${end} was moved away or deleted while this engine has it open`,
        `Move it back and the engine goes on; or stop the engine, move ${file} together with ${file}-wal, and start it at the new place`,
      );
    if (named(found) !== was)
      throw moved(
        `${file}${end} was replaced while this engine has the file before it open`,
        `Move the earlier one back and the engine goes on; or stop the engine and start it on the new one, as after a restore`,
      );
    if (end === "" && found.nlink > 1n) throw linked(file, found);
  }
};
