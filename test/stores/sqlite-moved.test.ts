/** The file of a store that is moved, replaced or linked while an engine has it open. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { httpApp } from "../../src/http/app.js";
import { type Store, StoreError } from "../../src/ports/store.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { backUp, restore } from "../../src/stores/sqlite/copy.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { changeOf } from "../../src/testing/contracts/store/sample.js";
import { order } from "../engine/place.js";
import { storeElsewhere } from "./sqlite-process.js";

let root: string;
let directory: string;
let file: string;
let store: Store;
const children: ChildProcess[] = [];
const opened: Store[] = [];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "moved-"));
  directory = join(root, "orders");
  mkdirSync(directory);
  mkdirSync(join(root, "elsewhere"));
  file = join(directory, "orders.db");
  store = sqliteStore({ file });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const one of opened.splice(0)) await one.close();
  rmSync(root, { recursive: true });
});

const open = async (one: Store): Promise<Store> => {
  await one.open();
  opened.push(one);
  return one;
};
const orders = async (at: Store) => (await at.list({ limit: 99 })).map(({ orderId }) => orderId);
const refusal = async (work: Promise<unknown>): Promise<StoreError> => {
  const error = await work.then(
    () => null,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
};

/** An engine's store in a process of its own, with two orders. */
const elsewhere = async (): Promise<ChildProcess> => {
  const child = await storeElsewhere(file, ["a", "b"]);
  children.push(child);
  return child;
};

const away = () => join(root, "elsewhere", "orders.db");
const move = (from: string, to: string, ...ends: string[]) => {
  for (const end of ends) renameSync(from + end, to + end);
};

interface Trouble {
  begin(): void;
  /** Puts it right again; left out: nothing can. */
  end?(): void;
  says: RegExp;
}
const troubles: Record<string, Trouble> = {
  "moved beside its place": {
    begin: () => move(file, `${file}.old`, ""),
    end: () => move(`${file}.old`, file, ""),
    says: /orders\.db was moved away or deleted.*Move it back/,
  },
  "moved to another directory": {
    begin: () => move(file, away(), ""),
    end: () => move(away(), file, ""),
    says: /was moved away or deleted/,
  },
  "moved with all that belongs to it": {
    begin: () => move(file, away(), "", "-wal", "-shm", "-owner"),
    end: () => move(away(), file, "", "-wal", "-shm", "-owner"),
    says: /was moved away or deleted/,
  },
  "moved with its directory": {
    begin: () => renameSync(directory, join(root, "renamed")),
    end: () => renameSync(join(root, "renamed"), directory),
    says: /was moved away or deleted/,
  },
  "replaced by a copy of itself": {
    begin: () => {
      copyFileSync(file, away());
      move(file, `${file}.old`, "");
      move(away(), file, "");
    },
    end: () => move(`${file}.old`, file, ""),
    says: /orders\.db was replaced.*Move the earlier one back/,
  },
  "given a second name": {
    begin: () => linkSync(file, away()),
    end: () => unlinkSync(away()),
    says: /has 2 names \(hard links\).*Remove all but one/,
  },
  "left without its log": {
    begin: () => move(`${file}-wal`, `${away()}-wal`, ""),
    end: () => move(`${away()}-wal`, `${file}-wal`, ""),
    says: /orders\.db-wal was moved away or deleted/,
  },
  deleted: { begin: () => unlinkSync(file), says: /orders\.db was moved away or deleted/ },
};

describe.each(Object.entries(troubles))("while its file is %s, a store", (_, { begin, end, says }) => {
  beforeEach(async () => {
    await open(store);
    await store.commit([changeOf("before", 0)]);
  });

  test("acknowledges nothing and says why; back in its place it goes on", async () => {
    begin();
    const refused = await refusal(store.commit([changeOf("meanwhile", 0)]));
    expect([refused.code, refused.passes]).toEqual(["moved", true]);
    expect(refused.message).toMatch(says);
    expect((await refusal(store.claim(0, 9, 1000, "w"))).code).toBe("moved");
    // In a thread of its own, which is started now.
    expect((await refusal(store.counts())).code).toBe("moved");
    if (end === undefined) return;
    end();
    expect(await store.commit([changeOf("after", 0)])).toEqual(["committed"]);
    expect((await store.counts()).orders).toBe(2);
    await store.close();
    await store.open();
    expect(await orders(store)).toEqual(["after", "before"]);
  });

  test("answers no reading of a thread that was open before, and goes on", async () => {
    expect((await store.counts()).orders).toBe(1);
    begin();
    expect((await refusal(store.counts())).code).toBe("moved");
    expect((await refusal(store.list({ limit: 9 }))).code).toBe("moved");
    end?.();
    if (end !== undefined) expect((await store.counts()).orders).toBe(1);
  });
});

test.each(Object.keys(troubles))(
  "over HTTP: 503 that names the cause, bad health, and back to work: %s",
  async (name) => {
    const { begin, end, says } = troubles[name] as Trouble;
    const shop = { execute: async () => ({ kind: "done" }) as const, readStatus: async () => null };
    const engine = createEngine({ store, gateways: [], shop, limits: { troubleMs: 1 } });
    await engine.start();
    const apiToken = "the token of the tests";
    const app = httpApp({ engine, apiToken, publicUrl: "http://engine.test" });
    const ask = async (path: string, body?: unknown) => {
      const headers = { authorization: `Bearer ${apiToken}`, "content-type": "application/json" };
      const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
      const response = await app.fetch(new Request(`http://engine.test${path}`, { headers, ...init }));
      return { status: response.status, body: await response.json() };
    };
    const place = (orderId: string) => {
      const { paymentId: _, ...placed } = order(null, Date.now());
      return ask("/orders", { orderId, order: placed });
    };
    expect((await place("1")).status).toBe(201);
    begin();
    expect(await place("2")).toEqual({ status: 503, body: { error: { code: "store-moved" } } });
    const sick = await ask("/healthz");
    expect([sick.status, sick.body.ok, sick.body.detail]).toEqual([503, false, expect.stringMatching(says)]);
    expect((await ask("/readyz")).status).toBe(503);
    if (end !== undefined) {
      end();
      expect((await place("3")).status).toBe(201);
      await expect.poll(async () => (await ask("/healthz")).status, { timeout: 5000 }).toBe(200);
    }
    await engine.stop();
  },
);

describe("a second engine is refused on a file that another has open", () => {
  const all = ["", "-wal", "-shm", "-owner"];
  test.each<[string, () => void, () => string]>([
    ["by a symbolic link", () => symlinkSync(file, away()), away],
    ["by a hard link", () => linkSync(file, away()), away],
    ["by a hard link beside it", () => linkSync(file, `${file}.2`), () => `${file}.2`],
    ["moved beside its place", () => move(file, `${file}.2`, ""), () => `${file}.2`],
    ["moved to another directory", () => move(file, away(), ""), away],
    ["moved with all that belongs to it", () => move(file, away(), ...all), away],
    ["moved with its directory", () => renameSync(directory, join(root, "d")), () => join(root, "d", "orders.db")],
  ])("%s", async (_, begin, place) => {
    await elsewhere();
    begin();
    const second = sqliteStore({ file: place() });
    const { code, message } = await refusal(second.open());
    expect(["locked", "moved"], message).toContain(code);
    expect(message).toMatch(/another engine|hard links/);
    await second.close();
  });
});

test.each(["moved beside its place", "moved to another directory"])(
  "so is one in the same process: %s",
  async (name) => {
    await open(store);
    await store.commit([changeOf("a", 0)]);
    troubles[name]?.begin();
    const place = name === "moved beside its place" ? `${file}.old` : away();
    const { code, message } = await refusal(sqliteStore({ file: place }).open());
    expect([code, message]).toEqual(["locked", expect.stringContaining("another engine of this process")]);
  },
);

test("a file that was moved without its log is refused until that has followed: nothing committed is lost", async () => {
  const child = await elsewhere();
  child.kill("SIGKILL");
  await once(child, "close");
  move(file, away(), "");
  const late = sqliteStore({ file: away() });
  const { code, message } = await refusal(late.open());
  expect(code).toBe("moved");
  expect(message).toContain(`Move ${file}-wal to ${away()}-wal first`);
  move(file, away(), "-wal");
  await open(late);
  expect(await orders(late)).toEqual(["a", "b"]);
});

test("a copy, a backup and a restored backup are stores of their own, also while the engine runs", async () => {
  await open(store);
  await store.commit([changeOf("a", 0)]);
  const backup = join(root, "backup.db");
  await backUp(file, backup);
  const restored = join(root, "restored.db");
  await restore(backup, restored);
  for (const place of [backup, restored]) expect(await orders(await open(sqliteStore({ file: place })))).toEqual(["a"]);
  expect(await store.commit([changeOf("b", 0)])).toEqual(["committed"]);
});

test("a store that was closed may be moved, renamed and opened again", async () => {
  for (const place of [file, away(), `${file}.2`, file]) {
    await store.open();
    await store.commit([changeOf(`at ${place}`, 0)]).catch(() => {});
    await store.close();
    const next = place === file ? away() : place === away() ? `${file}.2` : file;
    renameSync(place, next);
    store = sqliteStore({ file: next });
  }
  await open(store);
  expect(await orders(store)).toHaveLength(3);
});

test.runIf(process.platform === "linux")(
  "a reading thread of the same process does not let go of the file's lock",
  async () => {
    await open(store);
    const { ino } = statSync(file);
    const locks = () =>
      readFileSync("/proc/locks", "utf8")
        .split("\n")
        .filter((line) => line.includes(`:${ino} `)).length;
    const before = locks();
    expect(before).toBeGreaterThan(0);
    await store.counts();
    expect(locks()).toBe(before);
  },
);
