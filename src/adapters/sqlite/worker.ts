/** The thread that owns the database: a commit waits for the disk, and the engine need not. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { StoreDatabase } from "./database.js";
import { crossing } from "./errors.js";
import { type OpeningOptions, openFile } from "./opening.js";
import { type Method, OPENING, type Request, type WorkerReply } from "./protocol.js";

type Methods = Record<Method, (...args: unknown[]) => unknown>;

serve(parentPort as MessagePort, workerData as OpeningOptions);

function serve(port: MessagePort, options: OpeningOptions): void {
  const answer = (id: number, work: () => unknown) => {
    let reply: WorkerReply;
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
    return database.identity;
  });
  // Refused: nothing holds the thread any longer, so it ends.
  if (database === null) return;
  const own = database as StoreDatabase;
  const methods = database as unknown as Methods;
  port.on("message", ({ id, method, args }: Request) => {
    answer(id, () => {
      if (method === "close") return own.close();
      own.check();
      const done = methods[method](...args);
      // Once more: what was written into a file that was moved meanwhile is not acknowledged.
      own.check();
      return done;
    });
    if (method === "close") port.close();
  });
}
