/** What goes between the engine and the database thread. */
import type { StoreDatabase } from "./database.js";
import type { CrossedError } from "./errors.js";

export type Method = Exclude<keyof StoreDatabase, "identity" | "check">;

/** Requests are answered in the order in which they came. */
export interface Request {
  id: number;
  method: Method;
  args: unknown[];
}
export type WorkerReply = { id: number; value: unknown } | { id: number; error: CrossedError };

/** The reply to the opening, which nobody asked for with a message. */
export const OPENING = 0;
