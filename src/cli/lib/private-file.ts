/** Files that hold secrets, or who bought what: nobody but their owner reads them, from the moment they are made. */
import { statSync } from "node:fs";
import { appendFile, writeFile } from "node:fs/promises";
import { complain } from "./terminal.js";

const MODE = 0o600;
const OTHERS = 0o077;

const warned = new Set<string>();

/** Says it once, with the command that puts it right. A mode means nothing on Windows. */
export const warnIfOthersRead = (file: string): void => {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  if (process.platform === "win32" || (mode & OTHERS) === 0 || warned.has(file)) return;
  warned.add(file);
  complain(`order-status: warning: others on this computer can read ${file}; run: chmod 600 ${file}`);
};

/** @param flag as of `fs.writeFile`; `wx` fails where the file is there */
export const writePrivate = async (file: string, text: string, flag = "w"): Promise<void> => {
  await writeFile(file, text, { mode: MODE, flag });
  warnIfOthersRead(file);
};

export const appendPrivate = (file: string, text: string): Promise<void> => appendFile(file, text, { mode: MODE });
