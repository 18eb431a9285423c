/** The runtime contract on the engine with its real file, in a real process. */
import { describe } from "vitest";
import { Guest, type RuntimePlace, type Setup } from "../../src/testing/contracts/runtime.js";
import { temporary } from "../engine/place.js";
import { cases } from "./cases.js";

const script = new URL("./sqlite-node.js", import.meta.url);

const open = async (setup: Setup): Promise<RuntimePlace> => {
  const place = await temporary();
  let guest = await Guest.started(script, setup, [place.file]);
  return {
    get door() {
      return guest.door;
    },
    kill: () => guest.kill(),
    async restart(changed) {
      guest = await Guest.started(script, changed, [place.file]);
    },
    pause: async () => guest.pause(),
    resume: async () => guest.resume(),
    secondNode: () => Promise.reject(new Error("one process owns the file")),
    setWallClock: (offsetMs) => guest.setWallClock(offsetMs),
    stalled: () => guest.stalled,
    async end() {
      await guest.kill();
      await place.remove();
    },
  };
};

describe("the engine on SQLite", () => {
  cases(open, { secondNode: "one process owns the SQLite file" });
});
