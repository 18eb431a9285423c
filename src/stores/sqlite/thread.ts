/** The engine's end of the line to the database thread. */
import { Worker } from "node:worker_threads";
import { StoreError } from "../../ports/store.js";
import type { StoreDatabase } from "./database.js";
import { arrived } from "./errors.js";
import type { Identity } from "./identity.js";
import type { OpeningOptions } from "./opening.js";
import { type Method, OPENING, type Request, type WorkerReply } from "./protocol.js";

interface PendingReply {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class DatabaseThread {
  readonly #file: string;
  readonly #worker: Worker;
  readonly #asked = new Map<number, PendingReply>();
  readonly #ended: Promise<void>;
  /** Of the file that is open; given to whoever opens it once more in this process. */
  identity: Identity = {};
  #last = OPENING;
  #gone: Error | null = null;

  static async start(options: OpeningOptions): Promise<DatabaseThread> {
    const thread = new DatabaseThread(options);
    try {
      thread.identity = await new Promise<Identity>((resolve, reject) =>
        thread.#asked.set(OPENING, { resolve: resolve as PendingReply["resolve"], reject }),
      );
      return thread;
    } catch (error) {
      await thread.#ended;
      throw error;
    }
  }

  private constructor(options: OpeningOptions) {
    this.#file = options.file;
    // Without the flags of this process: some, such as --input-type, keep a worker from starting.
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: options, execArgv: [] });
    this.#worker.on("message", (reply: WorkerReply) => {
      const asked = this.#asked.get(reply.id);
      this.#asked.delete(reply.id);
      if ("error" in reply) asked?.reject(arrived(reply.error));
      else asked?.resolve(reply.value);
    });
    this.#worker.on("error", (error) => this.#end(error));
    this.#ended = new Promise((resolve) =>
      this.#worker.on("exit", () => {
        this.#end();
        resolve();
      }),
    );
  }

  call<M extends Method>(
    method: M,
    ...args: Parameters<StoreDatabase[M]>
  ): Promise<Awaited<ReturnType<StoreDatabase[M]>>> {
    if (this.#gone) return Promise.reject(this.#gone);
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve: resolve as PendingReply["resolve"], reject });
      this.#worker.postMessage({ id, method, args } satisfies Request);
    });
  }

  /** What was asked before is answered before: the thread takes one request after the other. */
  async close(): Promise<void> {
    try {
      if (!this.#gone) await this.call("close");
    } finally {
      await this.#ended;
    }
  }

  /** Nobody who asked is left waiting when the thread dies. */
  #end(cause?: unknown): void {
    const why = cause instanceof Error ? `: ${cause.message}` : ".";
    this.#gone ??= new StoreError("closed", `${this.#file}: the database thread has ended${why}`, { cause });
    for (const asked of this.#asked.values()) asked.reject(this.#gone);
    this.#asked.clear();
  }
}
