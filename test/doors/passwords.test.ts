/** The password of a database is in no message, however its address was written. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endOf, wrongUsage } from "../../src/cli/lib/ending.js";
import { storeAt } from "../../src/cli/lib/stores.js";
import { withoutPassword, withoutPasswords } from "../../src/ports/passwords.js";
import { postgresStore } from "../../src/stores/postgres/store.js";
import { cli } from "../cli/run.js";

const PASSWORD = "hunter2";

/** As people write addresses; nothing listens at port 1. */
const addresses = {
  "well-formed": `postgres://shop:${PASSWORD}@127.0.0.1:1/shop`,
  "percent-encoded": `postgresql://shop:%40${PASSWORD}%2F@127.0.0.1:1/shop`,
  "in capitals": `POSTGRES://shop:${PASSWORD}@127.0.0.1:1/shop`,
  "a port that is none": `postgres://shop:${PASSWORD}@127.0.0.1:x/shop`,
  "a raw @": `postgres://shop:x@${PASSWORD}@127.0.0.1:1/shop`,
  "a raw slash": `postgres://shop:12/${PASSWORD}@127.0.0.1:1/shop`,
  "a raw @ and slash, so that a part of it looks like a host": `postgres://shop:1@${PASSWORD}/x@127.0.0.1:1/shop`,
  "a raw #": `postgres://shop:1#${PASSWORD}@127.0.0.1:1/shop`,
  "a raw ?": `postgres://shop:1?${PASSWORD}@127.0.0.1:1/shop`,
  "a blank": `postgres://shop:a ${PASSWORD}@127.0.0.1:x/shop`,
  "one slash": `postgres:/shop:${PASSWORD}@127.0.0.1/shop`,
  "no slash": `postgres:shop:${PASSWORD}@127.0.0.1/shop`,
  "no colon": `postgres//shop:${PASSWORD}@127.0.0.1/shop`,
  "no scheme": `shop:${PASSWORD}@127.0.0.1/shop`,
  "another scheme": `mysql://shop:${PASSWORD}@127.0.0.1/shop`,
  "no user": `postgres://:${PASSWORD}@127.0.0.1:1/shop`,
  "as a parameter": `postgres://127.0.0.1:1/shop?user=shop&password=${PASSWORD}`,
  "in libpq's words": `host=127.0.0.1 user=shop password=${PASSWORD} dbname=shop`,
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "passwords-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("doors low: the password of an address", () => {
  it.each(Object.entries(addresses))("%s, is not shown", (_, address) => {
    expect(withoutPassword(address)).not.toContain(PASSWORD);
  });

  it.each(Object.entries(addresses))("%s, is in no message of the store", async (_, address) => {
    const told: string[] = [];
    try {
      const store = await storeAt(address, { readOnly: true });
      await store.open();
      await store.close();
    } catch (error) {
      told.push((error as Error).message, (error as Error).stack ?? "");
    }
    expect(told).not.toEqual([]);
    expect(told.join("\n")).not.toContain(PASSWORD);
  });

  it("is in no message of a store that a program makes itself", () => {
    for (const connectionString of [addresses["a raw @"], addresses["a port that is none"]]) {
      expect(() => postgresStore({ connectionString })).toThrow(TypeError);
      expect(() => postgresStore({ pool: { connectionString } })).toThrow(TypeError);
      expect(() => postgresStore({ listenUrl: connectionString })).toThrow(TypeError);
      expect(() => postgresStore({ connectionString })).not.toThrow(PASSWORD);
    }
  });

  it("is taken out of the words of others too", () => {
    const text = `connect ${addresses["well-formed"]} failed, and "${addresses["percent-encoded"]}" too`;
    expect(withoutPasswords(text)).toBe(
      'connect postgres://shop:***@127.0.0.1:1/shop failed, and "postgresql://shop:***@127.0.0.1:1/shop" too',
    );
    expect(withoutPasswords(`PGPASSWORD=${PASSWORD} psql`)).toBe("PGPASSWORD=*** psql");
    const harmless = "see https://shop.example:8080/a, or write to help@shop.example at 12:30";
    expect(withoutPasswords(harmless)).toBe(harmless);
  });

  it("is in nothing that the command says when it ends", () => {
    const said: string[] = [];
    const { write } = process.stderr;
    process.stderr.write = ((text: string) => said.push(text)) as never;
    try {
      endOf(new Error(`cannot reach ${addresses["well-formed"]}`));
      endOf(wrongUsage("no", [`  store: ${addresses["a raw #"]}`]));
    } finally {
      process.stderr.write = write;
    }
    expect(said).toHaveLength(2);
    expect(said.join("")).not.toContain(PASSWORD);
  });

  it.each(["well-formed", "a raw slash", "one slash"] as const)("%s, is not told by a command", async (name) => {
    const env = { ORDER_STATUS_STORE: addresses[name], DEBUG: "1" };
    for (const args of [["migrate", "--check"], ["restore"], ["inspect"], ["serve", "--sandbox", "--port", "0"]]) {
      const { code, out, err } = await cli(args, { env });
      expect([1, 2, 3]).toContain(code);
      expect(err).toMatch(/^order-status: /m);
      expect(out + err).not.toContain(PASSWORD);
    }
  });

  it.each(["a raw slash", "a raw @", "in libpq's words"] as const)("%s, is not told by config", async (name) => {
    const file = join(folder, "order-status.config.mjs");
    await writeFile(file, `export default { store: ${JSON.stringify(addresses[name])} };`);
    const { code, out, err } = await cli(["config", "--config", file]);
    expect(code).toBe(2);
    expect(err).toContain("a password does not stand in the file");
    expect(out + err).not.toContain(PASSWORD);
  });
});
