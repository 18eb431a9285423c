/** A finished file put in its place. Not in opening.ts: the command must start where the driver is not installed. */
import { closeSync, fsyncSync, openSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** So that it is there after a power cut too. */
export function putInPlace(draft: string, file: string): void {
  renameSync(draft, file);
  const directory = openSync(dirname(file), "r");
  fsyncSync(directory);
  closeSync(directory);
}

/**
 * Makes an empty file that only its owner may read, for SQLite to fill, unless it is there. The files that SQLite makes
 * beside it get the same mode.
 */
export function createPrivate(file: string): void {
  closeSync(openSync(file, "a", 0o600));
}

/** 0 = it cannot be seen: no reason to warn, and none to fail. */
const modeOf = (file: string): number => {
  try {
    return statSync(file).mode;
  } catch {
    return 0;
  }
};

const warned = new Set<string>();

/** Says once that a store holds payments and amounts, and that others can read it. A mode means nothing on Windows. */
export function warnIfOthersRead(file: string): void {
  const mode = modeOf(file);
  if (process.platform === "win32" || (mode & 0o077) === 0 || warned.has(file)) return;
  warned.add(file);
  process.emitWarning(`others on this computer can read ${file}; run: chmod 600 ${file}*`, {
    code: "ORDER_STATUS_FILE_MODE",
  });
}
