/** For tests alone: tells an engine what a bank, a shop or a timer would have answered. `submit` refuses to. */
import type { Reply } from "../../machines/replies.js";
import type { Engine } from "../../src/runtime/embedded/engine.js";
import type { Receipt } from "../../src/runtime/embedded/receipt.js";

export const reply = (engine: Engine, orderId: string, event: Reply): Promise<Receipt> =>
  // biome-ignore lint/complexity/useLiteralKeys: it is private, and stays so for everybody else.
  engine["take"](orderId, event, {});
