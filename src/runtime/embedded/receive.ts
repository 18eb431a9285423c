/** The one way in: whatever happens to an order is posted to its mailbox, and answered when it is durable. */
import type { Envelope } from "../../../machines/events.js";
import { thrownText } from "../../ports/thrown.js";
import type { EngineContext } from "./context.js";
import type { MailboxEntry } from "./posted.js";
import type { Mailboxes } from "./process.js";
import { type Receipt, receiptOf, Stopped, UnknownOrder } from "./receipt.js";

export class Reception {
  private refused: { detail: string; until: number } | null = null;
  /** Those who wait until their event is durable. */
  private readonly open = new Set<(error: Stopped) => void>();

  constructor(
    private readonly ctx: EngineContext,
    private readonly mailboxes: Mailboxes,
  ) {}

  /**
   * What the store said when it could not write; null = it can, or it is time to try. Who is told that nothing can be
   * written sends nothing, and then nothing would ever show that it works again.
   */
  trouble(): string | null {
    return this.refused !== null && this.ctx.clock.now() < this.refused.until ? this.refused.detail : null;
  }

  receive(envelope: Envelope, how: Partial<MailboxEntry> = {}): Promise<Receipt> {
    return this.ctx.observer.receive(envelope, (mark) => this.post(envelope, how, mark));
  }

  /** Whoever still waits is refused: the store has not said whether it has his event. */
  stop(): void {
    const stopped = new Stopped(
      "the engine was stopped before the store answered; the same event id may be sent again",
    );
    for (const refuse of this.open) refuse(stopped);
  }

  private post(envelope: Envelope, how: Partial<MailboxEntry>, mark: unknown): Promise<Receipt> {
    const { log, clock, limits } = this.ctx;
    let refuse = (_: Stopped): void => {};
    const posted = new Promise<Receipt>((resolve, reject) => {
      refuse = reject;
      this.open.add(refuse);
      this.mailboxes.post({
        envelope,
        mark,
        mayRepeat: false,
        settles: null,
        kind: null,
        kept: false,
        attempts: 0,
        ...how,
        decided: (result) => {
          this.refused = null;
          resolve(receiptOf(envelope, result));
        },
        failed: (error) => {
          if (!(error instanceof UnknownOrder)) {
            const detail = thrownText(error);
            this.refused = { detail, until: clock.now() + limits.troubleMs };
            log.error({ orderId: envelope.orderId, detail }, "an event could not be stored");
          }
          reject(error);
        },
      });
    });
    return posted.finally(() => this.open.delete(refuse));
  }
}
