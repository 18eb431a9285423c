/** Backup and restore: a whole file, put in its place only when it is complete and checked. */
import { closeSync, existsSync, fsyncSync, openSync, rmSync } from "node:fs";
import { type DamagedRow, StoreError } from "../../ports/store.js";
import { createPrivate, putInPlace } from "./place.js";
import { DatabaseThread } from "./thread.js";

/** Where the copy grows until it is whole. */
export const draftOf = (file: string): string => `${file}-new`;

export interface BackedUp {
  /** Where the copy lies: under another name than asked for where rows are damaged. */
  at: string;
  /** Rows in it that cannot be read, the first ones. */
  damaged: DamagedRow[];
}

/** More are not looked for: one is enough to know that it is no good backup. */
const NAMED = 100;

/**
 * A copy of what was committed when it began. The engine that owns the file goes on meanwhile. A copy with rows that
 * cannot be read is called `….damaged`, unless that is allowed.
 */
export const backUp = async (file: string, to: string, { allowDamaged = false } = {}): Promise<BackedUp> => {
  let damaged: DamagedRow[] = [];
  const at = await copied(file, to, async (copy) => {
    damaged = await copy.call("examineAll", NAMED);
    return damaged.length > 0 && !allowDamaged ? damagedOf(to) : to;
  });
  return { at, damaged };
};

/** The store as it was when it was backed up, ready for an engine: see `Store.restored`. */
export const restore = async (backup: string, file: string): Promise<void> => {
  await copied(backup, file, async (copy) => {
    await copy.call("restored");
    return file;
  });
};

const damagedOf = (file: string): string => `${file}.damaged`;

/** @param prepare looks at the copy and says what it is called */
const copied = async (
  from: string,
  to: string,
  prepare: (copy: DatabaseThread) => Promise<string>,
): Promise<string> => {
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
    let name: string;
    try {
      name = await prepare(copy);
    } finally {
      await copy.close();
    }
    const handle = openSync(draft, "r+");
    fsyncSync(handle);
    closeSync(handle);
    putInPlace(draft, name);
    return name;
  } finally {
    clear();
  }
};
