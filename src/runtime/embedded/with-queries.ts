/** The questions about orders, asked of the engine itself. */
import type { Queries } from "../../ports/runtime.js";
import { WithVerbs } from "../../ports/verbs.js";

export abstract class WithQueries extends WithVerbs {
  protected abstract readonly looks: Queries;

  readonly can: Queries["can"] = (...asked) => this.looks.can(...asked);
  readonly read: Queries["read"] = (...asked) => this.looks.read(...asked);
  readonly parked: Queries["parked"] = (...asked) => this.looks.parked(...asked);
  readonly why: Queries["why"] = (...asked) => this.looks.why(...asked);
  readonly history: Queries["history"] = (...asked) => this.looks.history(...asked);
  readonly effectsOf: Queries["effectsOf"] = (...asked) => this.looks.effectsOf(...asked);
  readonly findByPayment: Queries["findByPayment"] = (...asked) => this.looks.findByPayment(...asked);
  readonly cooldownEndsAt: Queries["cooldownEndsAt"] = (...asked) => this.looks.cooldownEndsAt(...asked);
  readonly list: Queries["list"] = (...asked) => this.looks.list(...asked);
  readonly deadLetters: Queries["deadLetters"] = (...asked) => this.looks.deadLetters(...asked);
  readonly unfinished: Queries["unfinished"] = (...asked) => this.looks.unfinished(...asked);
}
