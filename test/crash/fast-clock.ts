/** A clock that runs faster than the world's, the same in every process: a minute's wait need not take a minute. */
import { type Clock, systemClock } from "../../src/ports/clock.js";

export interface Pace {
  /** Epoch ms of the world at which it showed `start`. */
  since: number;
  start: number;
  times: number;
}

export const fastClock = ({ since, start, times }: Pace): Clock => {
  const world = systemClock();
  return {
    now: () => Math.round(start + (world.now() - since) * times),
    sleep: (ms, signal) => world.sleep(ms / times, signal),
  };
};
