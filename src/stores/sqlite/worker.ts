/** The thread that owns the database: a commit waits for the disk, and the engine need not. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { StoreDatabase } from "./database.js";
import { crossing } from "./errors.js";
import { type OpeningOptions, openFile } from "./opening.js";
import { type Method, OPENING, type Request, type WorkerReply } from "./protocol.js";

type Methods = Record<Method, (...args: unknown[]) => unknown>;

serve(parentPort as MessagePort, workerData as OpeningOptions);

function serve(port: MessagePort, options: OpeningOptions): void {
  const answer = async (id: number, work: () => unknown): Promise<void> => {
    let reply: WorkerReply;
    try {
      reply = { id, value: await work() };
    } catch (error) {
      reply = { id, error: crossing(error, options.file) };
    }
    port.postMessage(reply);
  };

  let database: StoreDatabase | null = null;
  let turn = answer(OPENING, () => {
    database = new StoreDatabase(openFile(options));
    return database.identity;
  });
  // Refused: nothing holds the thread any longer, so it ends.
  if (database === null) return;
  const own = database as StoreDatabase;
  const methods = database as unknown as Methods;
  const serveOne = async ({ id, method, args }: Request): Promise<void> => {
    await answer(id, async () => {
      if (method === "close") return own.close();
      own.check();
      const done = await methods[method](...args);
      // Once more: what was written into a file that was moved meanwhile is not acknowledged.
      own.check();
      return done;
    });
    if (method === "close") port.close();
  };
  // One after the other, also where one has to load a module.
  port.on("message", (request: Request) => {
    turn = turn.then(() => serveOne(request));
  });
}
