/** Which of the engine's loops fail again and again. One failure is a hiccup and tried again; two in a row are trouble. */
import { thrownText } from "../../ports/thrown.js";

const IN_A_ROW = 2;

/** What runs over and over, in the words in which health names it. */
export type Loop =
  | "ringing due timers"
  | "trying postponed events again"
  | "claiming effects"
  | "writing the results of effects"
  | "asking when work is due";

export class Loops {
  private readonly failing = new Map<Loop, { times: number; error: unknown }>();

  /** Runs one round of a loop and takes down how it ended. @throws whatever the round throws */
  async round<T>(loop: Loop, work: () => Promise<T>): Promise<T> {
    try {
      const done = await work();
      this.failing.delete(loop);
      return done;
    } catch (error) {
      this.failing.set(loop, { times: (this.failing.get(loop)?.times ?? 0) + 1, error });
      throw error;
    }
  }

  /** Names every loop whose last rounds failed; null = all work. */
  trouble(): string | null {
    const named = [...this.failing]
      .filter(([, { times }]) => times >= IN_A_ROW)
      .map(([loop, { times, error }]) => {
        const why = thrownText(error);
        return `${loop} failed ${times} times in a row: ${why}`;
      });
    return named.length === 0 ? null : named.join("; ");
  }
}
