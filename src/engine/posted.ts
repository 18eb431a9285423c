/** An event on its way through a mailbox. */
import type { Envelope } from "../../machines/events.js";
import type { Answer, OrderRecord } from "../core/record.js";

export interface Decided {
  answers: Answer[];
  record: OrderRecord;
}

/** The event waits in the inbox; with `until`, one that settles an effect does not, and the effect is free from then on. */
export interface Postponed {
  postponed: "parked" | "threw";
  until?: number;
}

export interface Posted {
  envelope: Envelope;
  /** By which the observer knows it again. */
  mark: unknown;
  /** The id came from outside and may have been decided before. */
  mayRepeat: boolean;
  /** The effect whose result it is. */
  settles: string | null;
  /** It waits in the store's inbox. */
  kept: boolean;
  /** How often it was tried since it waits there. */
  attempts: number;
  decided(result: Decided | { repeated: true } | Postponed): void;
  failed(error: unknown): void;
}
