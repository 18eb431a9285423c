/** What a host's own log is told: no control character, no password, whoever said it. */
import { afterEach, describe, expect, it } from "vitest";
import { httpApp } from "../../src/http/app.js";
import { isolatedLog } from "../../src/ports/isolated.js";
import type { Log } from "../../src/ports/log.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { Place } from "../engine/place.js";
import { CONTROL, HOSTILE } from "./hostile.js";

let place: Place | null = null;
afterEach(async () => {
  await place?.end();
  place = null;
});

const kept = () => {
  const lines: string[] = [];
  const write = (details: Record<string, unknown>, message: string) =>
    void lines.push([message, ...Object.values(details).map(String)].join(" "));
  const log: Log = { debug: write, info: write, warn: write, error: write };
  return { log, lines };
};

describe("doors 8: a log of the host's is told", () => {
  it.each(Object.entries(HOSTILE))("no %s", (_, text) => {
    const { log, lines } = kept();
    const own = isolatedLog(log);
    for (const level of ["debug", "info", "warn", "error"] as const) own[level]({ orderId: text, seq: 1 }, "told");
    expect(lines).toHaveLength(4);
    for (const line of lines) {
      expect(line).not.toMatch(CONTROL);
      expect(line).not.toMatch(/\n/);
      expect(line).toMatch(/ 1$/);
    }
  });

  it("no password and no escape of a store that fails", async () => {
    const { log, lines } = kept();
    const store = memoryStore();
    place = await Place.made({ store, log });
    const fails = async () => {
      throw new Error("\x1b[2Jcannot reach postgres://shop:hunter2@db/shop");
    };
    Object.assign(store, { load: fails });
    const app = httpApp({ engine: place.engine, apiToken: "a token of the tests", log });
    const headers = { authorization: "Bearer a token of the tests" };
    expect((await app.fetch(new Request("http://shop.test/orders/o", { headers }))).status).toBeGreaterThanOrEqual(500);
    expect(lines.join("\n")).toContain("\\x1b[2Jcannot reach postgres://shop:***@db/shop");
    expect(lines.join("\n")).not.toContain("hunter2");
  });
});
