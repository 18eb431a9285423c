/** One file, one bank and one shop that outlive every process that works between them. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { pause, shopServer } from "../../src/testing/contracts/runtime/scene.js";
import { type ResursDouble, resursDouble, wooDouble } from "../../src/testing/index.js";
import { temporary } from "../engine/place.js";
import { program } from "../programs.js";
import { fastClock, type Pace } from "./fast-clock.js";
import type { PlantedBug } from "./planted.js";
import type { Armed } from "./points.js";
import type { NodeSetup, Said, Told } from "./wire.js";

/** A minute of the engine's takes 0.6 seconds. */
const TIMES_FASTER = 100;
const script = fileURLToPath(program("test/crash/node"));
const killSwitch = new URL("./kill-switch.js", import.meta.url).href;

interface Node {
  child: ChildProcess;
  url: string;
}

/** The process ended in a way that nobody asked for. */
export class EndedByItself extends Error {}

export class Lane {
  readonly pace: Pace = { since: Date.now(), start: Date.now(), times: TIMES_FASTER };
  readonly clock = fastClock(this.pace);
  readonly woo = wooDouble({ now: () => this.clock.now() });
  bank!: ResursDouble;
  /** Processes that SIGKILL ended. */
  kills = 0;
  /** For the next process, from its first line on; used once. */
  armNext: Armed | null = null;
  private shop = shopServer(this.woo);
  private node: Promise<Node> | null = null;
  private place: Awaited<ReturnType<typeof temporary>> | null = null;
  private stopping = false;

  constructor(private readonly bug: PlantedBug | null) {}

  async open(): Promise<void> {
    this.bank = await resursDouble({ clock: this.clock });
    this.shop.listen(0, "127.0.0.1");
    await once(this.shop, "listening");
    await this.freshFile();
  }

  async close(): Promise<void> {
    await this.stop();
    await this.place?.remove();
    this.shop.closeAllConnections();
    this.shop.close();
    await this.bank.close();
  }

  get file(): string {
    return this.place?.file ?? "";
  }

  /** A place with nothing in it; the process before is stopped. */
  async freshFile(): Promise<void> {
    await this.stop();
    await this.place?.remove();
    this.place = await temporary();
    this.start();
    await this.up();
  }

  /** The process ends in its own time, and closes the store. Where it dies on the way, so be it. */
  async stop(): Promise<void> {
    if (this.node === null) return;
    const { child } = await this.node;
    this.stopping = true;
    const gone = once(child, "exit");
    child.send({ stop: true } satisfies Told);
    await gone;
    this.stopping = false;
    this.node = null;
  }

  async restart(): Promise<void> {
    await this.stop();
    this.start();
    await this.up();
  }

  /** SIGKILL from outside. */
  async kill(): Promise<void> {
    const { child } = await this.up();
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  async up(): Promise<Node> {
    for (;;) {
      const { node } = this;
      if (node === null) throw new Error("no process was started");
      const living = await node;
      if (this.node === node) return living;
    }
  }

  /** Resolves with the answer that comes, or false where the process died before. */
  async tell<T extends Said>(told: Told, isAnswer: (said: Said) => said is T): Promise<T | false> {
    const { child } = await this.up();
    return new Promise((resolve) => {
      const hear = (said: Said) => isAnswer(said) && end(said);
      const dead = () => end(false);
      const end = (answer: T | false) => {
        child.off("message", hear).off("exit", dead);
        resolve(answer);
      };
      child.on("message", hear).on("exit", dead);
      if (child.connected) child.send(told, (error) => error && dead());
      else dead();
    });
  }

  /** Sent again until some process has answered: so does a bank, and so does a customer. */
  async asked(path: string, init: RequestInit = {}): Promise<{ status: number; body: Record<string, unknown> }> {
    const patience = performance.now() + 30_000;
    while (performance.now() < patience) {
      const { url } = await this.up();
      try {
        const answer = await fetch(`${url}${path}`, init);
        const body = (await answer.json()) as Record<string, unknown>;
        if (answer.status !== 503) return { status: answer.status, body };
      } catch {
        // It died. The next one is asked.
      }
      await pause(4);
    }
    throw new Error(`${path} was never answered`);
  }

  said(path: string, body: unknown, key?: string) {
    return this.asked(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...(key && { "idempotency-key": key }) },
      body: JSON.stringify(body),
    });
  }

  private start(): void {
    const starting = this.started();
    // Whoever waits for it hears of its failure; if nobody does, the next one who asks.
    starting.catch(() => {});
    this.node = starting;
  }

  private async started(): Promise<Node> {
    for (;;) {
      const setup: NodeSetup = {
        file: this.file,
        bankUrl: this.bank.url,
        shopUrl: `http://127.0.0.1:${(this.shop.address() as AddressInfo).port}`,
        pace: this.pace,
        armed: this.armNext,
        bug: this.bug,
      };
      this.armNext = null;
      const child = fork(script, [JSON.stringify(setup)], {
        execArgv: [],
        // Ctrl-C is for whoever leads the campaign; this one ends with him.
        detached: true,
        env: { ...process.env, NODE_OPTIONS: `--import=${killSwitch}` },
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      });
      const ready = await new Promise<string | null>((resolve, reject) => {
        child.once("message", (said: Said) => "ready" in said && resolve(said.ready));
        child.once("exit", (code, signal) =>
          signal === "SIGKILL" ? resolve(null) : reject(new EndedByItself(`ended with ${code} before it was ready`)),
        );
      });
      if (ready === null) {
        this.kills += 1;
        continue;
      }
      child.once("exit", (code, signal) => {
        if (signal === "SIGKILL") this.kills += 1;
        if (this.stopping) return;
        if (signal === "SIGKILL") this.start();
        else this.node = Promise.reject(new EndedByItself(`the process ended with ${code ?? signal}`));
      });
      return { child, url: ready };
    }
  }
}
