/** An event on its way through a mailbox. */
import type { Envelope } from "../../../machines/events.js";
import type { Answer, OrderRecord } from "../../core/record.js";
import type { CallKind } from "../../ports/lanes.js";
import type { InboxRow } from "../../ports/store.js";

export interface DecidedEntry {
  answers: Answer[];
  record: OrderRecord;
}

/** The event waits in the inbox; with `until`, one that settles an effect does not, and the effect is free from then on. */
export interface Postponed {
  postponed: "parked" | "threw";
  until?: number;
}

export interface MailboxEntry {
  envelope: Envelope;
  /** By which the observer knows it again. */
  mark: unknown;
  /** The id came from outside and may have been decided before. */
  mayRepeat: boolean;
  /** The effect whose result it is. */
  settles: string | null;
  /** Who waits for it; null = as its event says. */
  kind: CallKind | null;
  /** It waits in the store's inbox. */
  kept: boolean;
  /** How often it was tried since it waits there. */
  attempts: number;
  decided(result: DecidedEntry | { repeated: true } | Postponed): void;
  failed(error: unknown): void;
}

/** The event as it waits in the inbox; one of a parked order waits for as long as it takes. */
export const postponedRow = (
  post: MailboxEntry,
  error: string,
  notBefore: number,
  attemptsPerEvent: number,
): InboxRow => {
  const attempts = post.attempts + 1;
  const parked = error.startsWith("parked:");
  return { envelope: post.envelope, attempts, notBefore, error, dead: !parked && attempts >= attemptsPerEvent };
};

/** The event once more, where nobody knows whether it was written. */
export const onceMore = (post: MailboxEntry): MailboxEntry => ({ ...post, mayRepeat: true });
