/** A SQLite store that another process has open. */
import { type ChildProcess, spawn } from "node:child_process";
import { firstLine } from "../first-line.js";

/** Resolves when it is open and these orders are committed; the process lives until it is killed. */
export const storeElsewhere = async (file: string, orders: string[]): Promise<ChildProcess> => {
  const modules = new URL("../../src", import.meta.url);
  const child = spawn(process.execPath, [
    "--input-type=module",
    "-e",
    `import { sqliteStore } from "${modules}/stores/sqlite/store.js";
     import { changeOf } from "${modules}/testing/contracts/store/sample.js";
     const store = sqliteStore({ file: ${JSON.stringify(file)} });
     await store.open();
     await store.commit(${JSON.stringify(orders)}.map((id) => changeOf(id, 0)));
     console.log("open");`,
  ]);
  await firstLine(child);
  return child;
};
