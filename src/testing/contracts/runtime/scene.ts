/** The world that a case plays in: a bank and a shop that outlive every process, and the runtime between them. */

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Command, PlacedOrder } from "../../../../machines/events.js";
import { systemClock } from "../../../ports/clock.js";
import type { Receipt, Runtime } from "../../../ports/runtime.js";
import { type ResursDouble, resursDouble } from "../../doubles/resurs/double.js";
import { type WooDouble, wooDouble } from "../../doubles/woocommerce/double.js";
import { assert } from "../assert.js";
import type { Setup } from "./setup.js";

/** What a runtime may be unable to do. */
export type Ability = "kill" | "pause" | "secondNode" | "wallClock";

/** A runtime somewhere, with one node running. */
export interface RuntimePlace {
  /** The door, through the first node where it has one. */
  readonly door: Runtime;
  /** SIGKILL: the node ends in the middle of whatever it was doing. */
  kill(): Promise<void>;
  /** A node again, on what the killed one left behind. */
  restart(setup: Setup): Promise<void>;
  /** Stops the node between two instructions; it knows nothing of it. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Another node beside the first; from here on new work may come to either. */
  secondNode(setup: Setup): Promise<Runtime>;
  /** Sets the clock of the computer that the node runs on. */
  setWallClock(offsetMs: number): void;
  /** Resolves when a call of `stalls` has begun. */
  stalled(): Promise<void>;
  end(): Promise<void>;
}

/** @param needs what the case will do to the runtime; with nothing to do to it, a runtime in the same process is enough */
export type OpenRuntime = (setup: Setup, needs: readonly Ability[]) => Promise<RuntimePlace>;

export const MINUTE = 60_000;
const clock = systemClock();

/** Waits for what must come; how long it takes is nobody's business. */
export const until = async (met: () => boolean | Promise<boolean>, what: string): Promise<void> => {
  const deadline = performance.now() + 180_000;
  while (!(await met())) {
    if (performance.now() > deadline) throw new Error(`${what} never came`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The shop behind a socket: its work is done even when nobody waits for the answer any more. */
export const shopServer = (woo: WooDouble): Server =>
  createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const asked = JSON.parse(Buffer.concat(parts).toString("utf8"));
    const { execute, readStatus, readOrder } = woo.shop;
    const answers: Record<string, () => Promise<unknown>> = {
      "/execute": () => execute(...(asked as Parameters<typeof execute>)),
      "/readStatus": () => readStatus(asked[0]),
      "/readOrder": () => readOrder(asked[0]),
    };
    response.end(JSON.stringify(await answers[request.url ?? ""]?.()));
  });

export class Scene {
  private constructor(
    readonly bank: ResursDouble,
    readonly woo: WooDouble,
    private readonly closeShop: () => Promise<void>,
    private readonly openPlace: OpenRuntime,
    private readonly needs: readonly Ability[],
    public setup: Setup,
  ) {}

  private at: RuntimePlace | null = null;

  static async made(openPlace: OpenRuntime, needs: readonly Ability[]): Promise<Scene> {
    const bank = await resursDouble({ clock });
    const woo = wooDouble({ now: () => clock.now() });
    const server = shopServer(woo);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const close = async () => {
      server.closeAllConnections();
      server.close();
    };
    return new Scene(bank, woo, close, openPlace, needs, {
      bankUrl: bank.url,
      shopUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      settings: { cooldownSeconds: 0 },
      limits: {},
      callTimeoutMs: 20_000,
      version: null,
      migratesFrom: null,
      poisoned: false,
      stalls: null,
      wallOffsetMs: 0,
    });
  }

  async open(changes: Partial<Setup> = {}): Promise<void> {
    this.setup = { ...this.setup, ...changes };
    this.at = await this.openPlace(this.setup, this.needs);
  }

  get place(): RuntimePlace {
    assert(this.at !== null, "the place was not opened");
    return this.at;
  }

  get door(): Runtime {
    return this.place.door;
  }

  /** SIGKILL, and a new process on what is left. */
  async killAndRestart(changes: Partial<Setup> = {}): Promise<void> {
    await this.place.kill();
    this.setup = { ...this.setup, ...changes };
    await this.place.restart(this.setup);
  }

  async end(): Promise<void> {
    await this.at?.end();
    await this.closeShop();
    await this.bank.close();
  }

  /** An order in the shop, in the runtime and at the bank, which calls it `atBank` and where `faults` happen to it. */
  async order(
    id: string,
    says: { ageMs?: number; faults?: Record<string, string>; atBank?: string } & Partial<PlacedOrder> = {},
  ) {
    const { ageMs = 10 * MINUTE, faults, atBank, status = "pending", ...more } = says;
    const at = clock.now() - ageMs;
    const lines = [{ sku: "a", quantity: 1, total: 100_000 }];
    const common = {
      status,
      total: 100_000,
      currency: "SEK",
      lines,
      needsProcessing: true,
      createdAt: at,
      updatedAt: at,
    };
    this.pays(`pay-${id}`, faults, atBank);
    this.woo.addOrder({ id, ...common, datePaid: null });
    const given = { gateway: "resurs-mapi", paymentId: `pay-${id}`, previousPaymentIds: [], customerReturned: false };
    return this.door.place(id, { ...common, ...given, ...(more.total !== undefined && { lines: [] }), ...more });
  }

  /** 1000.00, accepted by the bank. */
  pays(paymentId: string, faults?: Record<string, string>, orderReference?: string): void {
    const payment = {
      id: paymentId,
      status: "ACCEPTED",
      rejectedReason: null,
      order: {
        totalOrderAmount: 1000,
        authorizedAmount: 1000,
        capturedAmount: 0,
        canceledAmount: 0,
        refundedAmount: 0,
        possibleActions: ["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"],
        ...(orderReference === undefined ? {} : { orderReference }),
      },
      application: { approvedCreditLimit: 1000 },
    };
    this.bank.setSeries(paymentId, [{ from: 0, payment, taskStatus: { completed: true }, ...(faults && { faults }) }]);
  }

  callback(id: string, content: string | null = null): Command {
    return { type: "callback.received", kind: "AUTHORIZATION", paymentId: `pay-${id}`, claims: "AUTHORIZED", content };
  }

  called(id: string, content: string | null = null): Promise<Receipt> {
    return this.door.submit(id, this.callback(id, content));
  }

  reads(id: string, status: string): Promise<void> {
    return until(() => this.woo.order(id).status === status, `order ${id} ${status} in the shop`);
  }

  /** Nothing is left to be carried out. */
  async rests(id: string): Promise<void> {
    const open = async () => (await this.door.queries.effectsOf(id)).filter(({ dead }) => !dead);
    await until(async () => (await open()).length === 0, `the last effect of order ${id}`);
  }

  /** Money calls about the order that reached the bank, whether it answered or not. */
  calls(id: string): string[] {
    return this.bank.calls.filter(({ paymentId }) => paymentId === `pay-${id}`).map(({ op }) => op);
  }

  /** Paid, and the customer told of it, exactly once. */
  paidOnce(id: string): void {
    const { statusHistory, stockReductions } = this.woo.order(id);
    const changes = statusHistory.map(({ from, to }) => `${from} > ${to}`);
    assert.deepEqual(
      { changes, mails: this.woo.confirmationMails(id), stockReductions },
      { changes: ["pending > processing"], mails: 1, stockReductions: 1 },
      `order ${id}`,
    );
  }

  /** The history as it is, after a look that it has no gaps and no event twice. */
  async history(id: string) {
    const entries = await this.door.queries.history(id);
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      entries.map((_, i) => i + 1),
      "the history has no gaps",
    );
    assert.equal(new Set(entries.map(({ eventId }) => eventId)).size, entries.length, "no event is there twice");
    return entries;
  }
}

export interface RuntimeCase {
  title: string;
  needs?: Ability[];
  run(scene: Scene): Promise<void>;
}
