/** Who may read the files that hold payments, persons and secrets: their owner alone, from the moment they are made. */
import { chmodSync, readdirSync, statSync, watch } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { changeOf } from "../../src/testing/contracts/store/sample.js";
import { cli } from "../cli/run.js";
import { engineThatSays } from "./hostile.js";

let folder: string;
let umask: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "private-"));
  // As a service starts that was told nothing: whatever is made is open to all, unless it says otherwise.
  umask = process.umask(0);
});
afterEach(async () => {
  process.umask(umask);
  await rm(folder, { recursive: true, force: true });
});

const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);
const modes = (): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, modeOf(join(folder, name))]));

/** Every mode that a file of the folder had at a moment at which something happened to it. */
const watched = () => {
  const seen: string[] = [];
  const watcher = watch(folder, (_, name) => {
    try {
      if (name !== null) seen.push(`${name} ${modeOf(join(folder, name))}`);
    } catch {}
  });
  return { seen, close: () => watcher.close() };
};

describe.skipIf(process.platform === "win32")("doors low: files that only their owner may read, with umask 0", () => {
  it("a SQLite store with its log, its index of the log and its lock", async () => {
    const { seen, close } = watched();
    const store = sqliteStore({ file: join(folder, "orders.db") });
    await store.open();
    await store.commit([changeOf("1001", 1)]);
    expect(Object.keys(modes()).sort()).toEqual(["orders.db", "orders.db-owner", "orders.db-shm", "orders.db-wal"]);
    expect(new Set(Object.values(modes()))).toEqual(new Set(["600"]));
    await store.close();
    close();
    expect(seen.filter((one) => !one.endsWith(" 600"))).toEqual([]);
  });

  it("a backup, and the store that is brought back from it", async () => {
    const file = join(folder, "orders.db");
    const store = sqliteStore({ file });
    await store.open();
    await store.commit([changeOf("1001", 1)]);
    await store.close();
    // A store of an earlier release.
    chmodSync(file, 0o644);
    const { seen, close } = watched();
    const backup = join(folder, "backup.db");
    expect((await cli(["backup", "--store", file, "--to", backup])).code).toBe(0);
    expect((await cli(["restore", "--store", join(folder, "again.db"), "--from", backup])).code).toBe(0);
    expect(modes()).toMatchObject({ "backup.db": "600", "again.db": "600" });
    close();
    expect(seen.filter((one) => !one.startsWith("orders.db") && !one.endsWith(" 600"))).toEqual([]);
  });

  it("what apply and init write", async () => {
    const engine = await engineThatSays("no");
    const { seen, close } = watched();
    try {
      const file = join(folder, "erp.csv");
      await writeFile(file, "order_id,status\n1001,completed\n", { mode: 0o600 });
      await cli(["apply", file, "--url", engine.url]);
      await cli(["init", "--yes"], { cwd: folder });
    } finally {
      await engine.close();
      close();
    }
    expect(modes()).toMatchObject({ ".env": "600", "erp.result.csv": "600", "order-status.config.ts": "600" });
    expect(seen.some((one) => one.startsWith("erp.result.csv.part"))).toBe(true);
    expect(seen.filter((one) => !one.endsWith(" 600"))).toEqual([]);
  });

  it("what inspect writes of those who had personal data shown", async () => {
    const { appendPrivate } = await import("../../src/cli/lib/private-file.js");
    await appendPrivate(join(folder, "reveals.jsonl"), "{}\n");
    expect(modes()).toEqual({ "reveals.jsonl": "600" });
  });
});

describe.skipIf(process.platform === "win32")(
  "doors low: a file that others can read draws a warning with its fix",
  () => {
    it.each([
      ["the group", 0o640],
      ["everybody", 0o604],
      ["whoever may write it", 0o620],
    ])("a store, by %s", async (_, mode) => {
      const file = join(folder, "orders.db");
      const open = async () => {
        const store = sqliteStore({ file });
        await store.open();
        await store.close();
      };
      await open();
      chmodSync(file, mode);
      const warnings: string[] = [];
      const listen = (warning: Error) => warnings.push(warning.message);
      process.on("warning", listen);
      await open();
      await open();
      await new Promise((resolve) => setImmediate(resolve));
      process.off("warning", listen);
      expect(warnings).toEqual([`others on this computer can read ${file}; run: chmod 600 ${file}*`]);
      expect(modeOf(file)).toBe(mode.toString(8));
    });

    it(".env, at config and at init", async () => {
      await writeFile(join(folder, ".env"), "ORDER_STATUS_TOKEN=x\n", { mode: 0o640 });
      const warning = /^order-status: warning: others on this computer can read .*\.env; run: chmod 600 .*\.env$/gm;
      expect((await cli(["init", "--yes"], { cwd: folder })).err.match(warning)).toHaveLength(1);
      expect((await cli(["config"], { cwd: folder })).err.match(warning)).toHaveLength(1);
      expect((await cli(["serve"], { cwd: folder })).err.match(warning)).toHaveLength(1);
      chmodSync(join(folder, ".env"), 0o600);
      expect((await cli(["config"], { cwd: folder })).err).not.toMatch(warning);
    });

    it("a result file that was there before", async () => {
      const engine = await engineThatSays("no");
      const file = join(folder, "erp.csv");
      await writeFile(file, "order_id,status\n1001,completed\n");
      await writeFile(join(folder, "erp.result.csv"), "", { mode: 0o644 });
      try {
        const { err } = await cli(["apply", file, "--url", engine.url]);
        expect(err).toContain(`run: chmod 600 ${join(folder, "erp.result.csv")}`);
      } finally {
        await engine.close();
      }
    });
  },
);
