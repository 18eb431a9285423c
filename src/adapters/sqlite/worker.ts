/** The thread that owns the database: a commit waits for the disk, and the engine need not. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { StoreDatabase } from "./database.js";
import { crossing } from "./errors.js";
import type { OpenOptions } from "./opening.js";
import { type Method, OPENING, type Reply, type Request } from "./protocol.js";

serve(parentPort as MessagePort, workerData as OpenOptions);

function serve(port: MessagePort, options: OpenOptions): void {
  const answer = (id: number, work: () => unknown): boolean => {
    let reply: Reply;
    try {
      reply = { id, value: work() };
    } catch (error) {
      reply = { id, error: crossing(error, options.file) };
    }
    port.postMessage(reply);
    return "value" in reply;
  };

  let database: StoreDatabase | null = null;
  const opened = answer(OPENING, () => {
    database = new StoreDatabase(options);
  });
  if (!opened) return port.close();
  port.on("message", ({ id, method, args }: Request) => {
    answer(id, () => (database as unknown as Record<Method, (...args: unknown[]) => unknown>)[method](...args));
    if (method === "close") port.close();
  });
}
