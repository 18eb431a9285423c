/** Backup and restore: a whole file, put in its place only when it is complete and checked. */
import { closeSync, existsSync, fsyncSync, openSync, rmSync } from "node:fs";
import { StoreError } from "../../ports/store.js";
import { createPrivate, putInPlace } from "./place.js";
import { DatabaseThread } from "./thread.js";

/** Where the copy grows until it is whole. */
export const draftOf = (file: string): string => `${file}-new`;

/** A copy of what was committed when it began. The engine that owns the file goes on meanwhile. */
export const backUp = (file: string, to: string): Promise<void> => copied(file, to, async () => {});

/** The store as it was when it was backed up, ready for an engine: see `Store.restored`. */
export const restore = (backup: string, file: string): Promise<void> =>
  copied(backup, file, (copy) => copy.call("restored"));

const copied = async (from: string, to: string, prepare: (copy: DatabaseThread) => Promise<void>): Promise<void> => {
  for (const end of ["", "-wal"]) {
    if (existsSync(to + end))
      throw new StoreError(
        "not-ours",
        `${to}${end} exists already and was left alone. Move it away, or name another file.`,
      );
  }
  const draft = draftOf(to);
  const clear = () => {
    for (const end of ["", "-wal", "-shm", "-journal", "-owner"]) rmSync(draft + end, { force: true });
  };
  clear();
  try {
    const source = await DatabaseThread.start({ file: from, readOnly: true });
    try {
      // VACUUM INTO fills an empty file.
      createPrivate(draft);
      await source.call("copyTo", draft);
    } finally {
      await source.close();
    }
    // Opened as an engine would: whole, ours and of this release.
    const copy = await DatabaseThread.start({ file: draft });
    try {
      await prepare(copy);
    } finally {
      await copy.close();
    }
    const handle = openSync(draft, "r+");
    fsyncSync(handle);
    closeSync(handle);
    putInPlace(draft, to);
  } finally {
    clear();
  }
};
