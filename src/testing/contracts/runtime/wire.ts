/** A runtime in another process: its door over the channel between parent and child. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import {
  InvalidEvent,
  NotOffered,
  Overloaded,
  type Queries,
  type Runtime,
  UnknownOrder,
} from "../../../ports/runtime.js";
import { StoreError } from "../../../ports/store.js";
import { partsOf, type Setup, setWallClock } from "./setup.js";

/** What is asked of the door, or of its half that changes nothing. */
type Half = "door" | "queries";
type Method = keyof Runtime | keyof Queries;
type WireRequest = { id: number; half: Half; method: Method; args: unknown[] } | { wallOffsetMs: number };
interface WireError {
  name: string;
  message: string;
  issues?: unknown;
  orderId?: string;
  code?: string;
}
type Said = { ready: string } | { stalled: true } | { id: number; result: unknown } | { id: number; failed: WireError };

const tell = (message: Said): void => void process.send?.(message, undefined, undefined, () => {});

/** Run by the child: what it is to be made of, as its parent said. */
export const nodeParts = () => partsOf(JSON.parse(process.argv[2] ?? "{}") as Setup, () => tell({ stalled: true }));

/** Run by the child when it has started. @param door left out where the parent reaches the runtime by itself */
export const offer = (ready: string, door?: Runtime): void => {
  process.on("message", (asked: WireRequest) => {
    if ("wallOffsetMs" in asked) return setWallClock(asked.wallOffsetMs);
    const { id, half, method, args } = asked;
    const call = async () => {
      const asked = half === "queries" ? door?.queries : door;
      const member = asked?.[method as keyof typeof asked] as unknown;
      if (typeof member !== "function") throw new Error(`there is no ${method} behind this door`);
      return member.apply(asked, args) as unknown;
    };
    void call().then(
      (result) => tell({ id, result }),
      (error) => {
        const { name, message, issues, orderId, code } = error as UnknownOrder & InvalidEvent & StoreError;
        tell({ id, failed: { name, message, issues, orderId, code } });
      },
    );
  });
  // Whoever started it is gone: so is it.
  process.on("disconnect", () => process.exit());
  tell({ ready });
};

const errorOf = ({ name, message, issues, orderId, code }: WireError): Error => {
  if (name === "UnknownOrder") return new UnknownOrder(orderId ?? "");
  if (name === "InvalidEvent") return new InvalidEvent(issues as InvalidEvent["issues"]);
  if (name === "Overloaded") return new Overloaded(message);
  if (name === "NotOffered") return new NotOffered(message);
  if (name === "StoreError") return new StoreError(code as StoreError["code"], message);
  return new Error(message);
};

/** A process that runs a node. */
export class Guest {
  private asked = 0;
  private readonly open = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private stall: () => void = () => {};
  /** Resolves when a call began that never leaves the process. */
  readonly stalled = new Promise<void>((resolve) => {
    this.stall = resolve;
  });
  readonly door: Runtime;

  private constructor(private readonly child: ChildProcess) {
    child.on("message", (said: Said) => {
      if ("stalled" in said) return this.stall();
      if ("ready" in said) return;
      const waiting = this.open.get(said.id);
      this.open.delete(said.id);
      if ("failed" in said) waiting?.reject(errorOf(said.failed));
      else waiting?.resolve(said.result);
    });
    child.on("exit", () => {
      for (const { reject } of this.open.values()) reject(new Error("the process is gone"));
      this.open.clear();
    });
    const reached = <T extends object>(half: Half, own: Partial<T> = {}): T =>
      new Proxy({} as T, {
        get: (_, method) => {
          if (method in own) return own[method as keyof T];
          return method === "then" ? undefined : (...args: unknown[]) => this.ask(half, method as Method, args);
        },
      });
    this.door = reached<Runtime>("door", { queries: reached<Queries>("queries") });
  }

  /** @param extra further arguments of the script */
  static async started(script: URL, setup: Setup, extra: string[] = []): Promise<Guest & { ready: string }> {
    const child = fork(script, [JSON.stringify(setup), ...extra], {
      execArgv: [],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      serialization: "advanced",
    });
    const guest = new Guest(child);
    const ready = await new Promise<string>((resolve, reject) => {
      child.on("message", (said: Said) => "ready" in said && resolve(said.ready));
      child.once("exit", (code) => reject(new Error(`the node ended with ${code} before it was ready`)));
    });
    return Object.assign(guest, { ready });
  }

  private ask(half: Half, method: Method, args: unknown[]): Promise<unknown> {
    this.asked += 1;
    const id = this.asked;
    return new Promise((resolve, reject) => {
      this.open.set(id, { resolve, reject });
      this.child.send({ id, half, method, args } satisfies WireRequest, (error) => error !== null && reject(error));
    });
  }

  setWallClock(wallOffsetMs: number): void {
    this.child.send({ wallOffsetMs } satisfies WireRequest);
  }

  pause(): void {
    this.child.kill("SIGSTOP");
  }

  resume(): void {
    this.child.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Asks it to end by itself; its exit code. */
  stop(): Promise<number | null> {
    return this.end("SIGTERM");
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const gone = once(this.child, "exit");
      this.child.kill(signal);
      await gone;
    }
    return this.child.exitCode;
  }
}
