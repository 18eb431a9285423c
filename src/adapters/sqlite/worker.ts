/** The thread that owns the database: a commit waits for the disk, and the engine need not. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { StoreDatabase } from "./database.js";
import { crossing } from "./errors.js";
import { openFile } from "./opening.js";
import { type Method, OPENING, type Reply, type Request } from "./protocol.js";
import type { SqliteOptions } from "./store.js";

type Methods = Record<Method, (...args: unknown[]) => unknown>;

serve(parentPort as MessagePort, workerData as SqliteOptions);

function serve(port: MessagePort, options: SqliteOptions): void {
  const answer = (id: number, work: () => unknown) => {
    let reply: Reply;
    try {
      reply = { id, value: work() };
    } catch (error) {
      reply = { id, error: crossing(error, options.file) };
    }
    port.postMessage(reply);
  };

  let database: StoreDatabase | null = null;
  answer(OPENING, () => {
    database = new StoreDatabase(openFile(options));
  });
  // Refused: nothing holds the thread any longer, so it ends.
  if (database === null) return;
  const methods = database as unknown as Methods;
  port.on("message", ({ id, method, args }: Request) => {
    answer(id, () => methods[method](...args));
    if (method === "close") port.close();
  });
}
