/** The demo's little world: the sandbox, the customers and the merchant, in a time that is moved by hand. */
import { Settings } from "../../../machines/settings.js";
import type { HistoryEntry, OrderRecord } from "../../core/record.js";
import { addressKeys } from "../../http/keys.js";
import { urlsFor } from "../../http/urls.js";
import { checkoutTo, deliveringFrom, heldBy } from "../../testing/doubles/banks.js";
import { VirtualClock } from "../../testing/virtual-clock.js";
import { type ComposedSandbox, composeSandbox } from "./compose-sandbox.js";
import { bankIsDown, type DemoStory, HOLD_STOCK_MINUTES, HOUR } from "./demo-stories.js";
import { checkout, type Fetch } from "./sandbox.js";

const MINUTE_MS = 60_000;
/** Marks our own requests, to know when the last of them is answered. */
const OURS = "x-demo";

export class DemoWorld {
  sandbox!: ComposedSandbox;
  readonly clock: VirtualClock;
  private readonly payments = new Map<string, { id: string; total: number; gateway: string }>();
  private readonly comesBackTo = new Map<string, string>();
  /** Our requests that the door has not seen yet, and its answers that we have not seen yet. */
  private inTheAir = 0;
  private open: Promise<unknown>[] = [];

  constructor(readonly startsAt: number) {
    this.clock = new VirtualClock(startsAt);
  }

  async begin(port: number, onDecision: (entry: HistoryEntry, record: OrderRecord) => void): Promise<void> {
    const { clock } = this;
    const settings = Settings.parse({ stockManagement: true, holdStockMinutes: HOLD_STOCK_MINUTES });
    const bankFetch: typeof fetch = async (input, init) =>
      this.isDown() ? new Response(null, { status: 503 }) : fetch(input, init);
    const around = (door: Fetch): Fetch => this.counted(door);
    this.sandbox = await composeSandbox({
      clock,
      settings,
      port,
      onDecision,
      bankFetch,
      around,
      actions: true,
      apiToken: null,
    });
  }

  private isDown(): boolean {
    const minute = (this.clock.now() - this.startsAt) / MINUTE_MS;
    return minute >= bankIsDown.from && minute < bankIsDown.to;
  }

  private counted(door: Fetch): Fetch {
    return async (request) => {
      const ours = request.headers.has(OURS);
      if (ours) this.inTheAir -= 1;
      const response = await door(request);
      if (ours) this.inTheAir += 1;
      return response;
    };
  }

  /** Does not wait for the answer: it may come only when time has gone on. */
  private request(url: string, body?: unknown): void {
    this.inTheAir += 1;
    const headers = { [OURS]: "1", "content-type": "application/json" };
    const init: RequestInit = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    this.open.push(
      fetch(url, { ...init, headers, redirect: "manual" })
        .then((response) => response.text())
        .finally(() => {
          this.inTheAir -= 1;
        }),
    );
  }

  async buys({ orderId, person, virtual, gateway = "resurs-mapi", books }: DemoStory): Promise<void> {
    const { engine, banks, url } = this.sandbox;
    const total = 49_900 + Number(orderId) * 100;
    const now = this.clock.now();
    const lines = [{ sku: virtual ? "EBOOK" : "LAMP", quantity: 1, total }];
    const common = { total, currency: "SEK", lines };
    // In the bank's frame the customer comes before the order, and brings the payment's name.
    const preferredId = gateway === "resurs-rco" ? `rco-${orderId}` : null;
    if (preferredId !== null) {
      const urls = urlsFor(url, orderId, gateway, await addressKeys(engine), preferredId);
      await checkoutTo(banks, this.clock).openCheckout({ preferredId, ...common, ...urls });
    }
    await engine.place(orderId, {
      status: "pending",
      ...common,
      needsProcessing: !virtual,
      gateway,
      paymentId: preferredId,
      previousPaymentIds: [],
      createdAt: now,
      updatedAt: now,
      customerReturned: false,
    });
    if (person !== undefined) banks.resurs.nextPerson(person);
    if (gateway === "resurs-simplified") banks.legacy.nextBooking({ status: books ?? "SIGNING" });
    const created = await checkout(engine, orderId, url, gateway);
    if (created.kind === "failed") throw new Error(`the bank created no payment for ${orderId}: ${created.detail}`);
    this.payments.set(orderId, { id: created.paymentId, total: total / 100, gateway });
    if (books !== undefined) this.comesBackTo.set(orderId, created.redirectUrl);
  }

  private paymentOf(orderId: string): { id: string; total: number; gateway: string } {
    const payment = this.payments.get(orderId);
    if (payment === undefined) throw new Error(`order ${orderId} has no payment yet`);
    return payment;
  }

  signs(orderId: string, returnsAtOnce: boolean): void {
    if (!this.comesBackTo.has(orderId)) {
      const url = this.finishesAtTheBank(orderId);
      if (url !== null) this.comesBackTo.set(orderId, url);
    }
    if (returnsAtOnce) this.returns(orderId);
  }

  private finishesAtTheBank(orderId: string): string | null {
    const { resurs, nets, legacy } = this.sandbox.banks;
    const { id, gateway } = this.paymentOf(orderId);
    if (gateway === "resurs-mapi") return resurs.customerSigns(id).redirectUrl;
    if (gateway === "nets-easy") return nets.customerPays(id).redirectUrl;
    return (gateway === "resurs-rco" ? legacy.customerPays(id) : legacy.customerSigns(id)).redirectUrl;
  }

  /** The bank's frame says no, and the customer's browser tells the shop. */
  async turnedAway(orderId: string): Promise<void> {
    const { id: paymentId } = this.paymentOf(orderId);
    const body = { paymentId, rejection: "deny", message: "Please contact customer service" };
    this.request(`${this.sandbox.url}/resurs-checkout/rejected`, body);
  }

  async returns(orderId: string): Promise<void> {
    const url = this.comesBackTo.get(orderId);
    if (url !== undefined) this.request(url);
  }

  async merchant(orderId: string, does: string): Promise<void> {
    this.request(`${this.sandbox.url}/orders/${orderId}/events`, { type: `merchant.${does}`, via: "dropdown" });
  }

  async repeatCallback(orderId: string, times: number): Promise<void> {
    const { id } = this.paymentOf(orderId);
    for (let i = 0; i < times; i++) this.open.push(this.sandbox.banks.resurs.deliver(id, "AUTHORIZED"));
  }

  /** The bank takes the money and the line goes dead before it can say so. */
  loseNextCapture(orderId: string): void {
    const { id, total } = this.paymentOf(orderId);
    const possibleActions = ["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"];
    const order = { totalOrderAmount: total, authorizedAmount: total, possibleActions };
    const payment = { status: "ACCEPTED", order };
    const faults = { capture: "timeout-after-apply:1" };
    this.sandbox.banks.resurs.setSeries(id, [{ from: this.clock.now(), payment, faults }]);
  }

  /** Time goes on to this minute of the hour, and everything due on the way happens. */
  advanceTo(minute: number): Promise<void> {
    return this.clock.advanceTo(this.startsAt + Math.round(minute * MINUTE_MS), () => this.settle());
  }

  async finishHour(): Promise<void> {
    await this.advanceTo(HOUR);
    await Promise.all(this.open.splice(0));
  }

  /** From now on the clock goes as fast as everybody else's. */
  followRealTime(): () => void {
    const [from, real] = [this.clock.now(), performance.now()];
    const ticking = setInterval(() => this.clock.set(Math.round(from + performance.now() - real)), 50);
    return () => clearInterval(ticking);
  }

  /** Everything that was due has come to rest, but for calls that the bank keeps waiting. */
  private async settle(): Promise<void> {
    let calm = 0;
    const deadline = performance.now() + 20_000;
    while (calm < 3) {
      await new Promise((resolve) => setTimeout(resolve, calm === 0 ? 0 : 1));
      calm = this.resting() ? calm + 1 : 0;
      if (performance.now() > deadline) throw new Error("the demo does not come to rest");
    }
  }

  private resting(): boolean {
    const { banks, engine } = this.sandbox;
    if (deliveringFrom(banks) > 0 || this.inTheAir > 0) return false;
    return engine.restingButForCalls && engine.underWay <= heldBy(banks);
  }
}
