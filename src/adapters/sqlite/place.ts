/** A finished file put in its place. Not in opening.ts: the command must start where the driver is not installed. */
import { closeSync, fsyncSync, openSync, renameSync } from "node:fs";
import { dirname } from "node:path";

/** So that it is there after a power cut too. */
export function putInPlace(draft: string, file: string): void {
  renameSync(draft, file);
  const directory = openSync(dirname(file), "r");
  fsyncSync(directory);
  closeSync(directory);
}
