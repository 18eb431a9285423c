/** Real requests under a clock that stands still: it moves on when every request under way is kept waiting by a double. */
import type { VirtualClock } from "../../src/testing/virtual-clock.js";

/** Turns of the event loop in which nothing may have changed. */
const CALM = 3;
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

export class Traffic {
  /** Requests sent and not yet answered in full. */
  flying = 0;

  readonly fetch: typeof globalThis.fetch = (input, init) =>
    this.during(
      globalThis.fetch(input, init).then(async (response) => {
        const text = await response.text();
        const empty = response.status === 204 || response.status === 304;
        return new Response(empty ? null : text, { status: response.status, headers: response.headers });
      }),
    );

  async during<T>(request: Promise<T>): Promise<T> {
    this.flying += 1;
    try {
      return await request;
    } finally {
      this.flying -= 1;
    }
  }

  /** Moves the clock to the next sleeper whenever all is at rest, until it is stopped. */
  drive(clock: VirtualClock, resting: () => boolean): () => Promise<void> {
    let going = true;
    const loop = async () => {
      for (let calm = 0; going; ) {
        await turn();
        calm = resting() ? calm + 1 : 0;
        if (calm < CALM) continue;
        calm = 0;
        const next = clock.nextAt;
        if (next !== null) clock.set(next);
      }
    };
    const ended = loop();
    return () => {
      going = false;
      return ended;
    };
  }

  /** Waits while the clock moves. */
  async until(met: () => Promise<boolean>): Promise<void> {
    for (let calm = 0; calm < 20; ) {
      await turn();
      calm = this.flying === 0 && (await met()) ? calm + 1 : 0;
    }
  }
}
