/** The runtime contract on the engine with its real file, in a real process where a case does something to it. */
import { describe } from "vitest";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { Guest, type OpenRuntime } from "../../src/testing/contracts/runtime.js";
import { temporary } from "../engine/place.js";
import { isWhole } from "../exhaustive/whole.js";
import { program } from "../programs.js";
import { cases, openedHere } from "./cases.js";

const script = program("test/runtimes/sqlite-node");

const open: OpenRuntime = async (setup, needs) => {
  const place = await temporary();
  if (needs.length === 0) {
    const here = await openedHere(setup, sqliteStore({ file: place.file }));
    return { ...here, end: () => here.end().finally(() => place.remove()) };
  }
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
  // What becomes of a process that is killed is looked at in crash.test.ts.
  const kill = isWhole ? {} : { kill: "npm run campaign exhaustive" };
  cases(open, { secondNode: "one process owns the SQLite file", ...kill });
});
