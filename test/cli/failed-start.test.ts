/** A start that fails ends the process, says why and what to do, whatever it had opened by then. */
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Database } from "../../src/stores/sqlite/driver.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { changeOf, effectOf, T } from "../../src/testing/contracts/store/sample.js";
import { main } from "./run.js";

const dist = fileURLToPath(new URL("../../", import.meta.url));

let directory: string;
let end: (() => unknown)[];
const file = () => join(directory, "orders.db");

/** What the computer needs for starting Node and the command; at most twice that a moment later. */
let bare = 0;
const LATEST_MS = 3000;

interface Ended {
  code: number | null;
  out: string;
  err: string;
  ms: number;
}

/** Killed after a quarter of a minute: `code` null = it did not end. */
const run = (args: string[], env: NodeJS.ProcessEnv = {}, uid?: number): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(process.execPath, args, {
      cwd: directory,
      env: { ...process.env, DEBUG: "", ...env },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    let [out, err] = ["", ""];
    child.stdout.on("data", (text) => {
      out += text;
    });
    child.stderr.on("data", (text) => {
      err += text;
    });
    const late = setTimeout(() => child.kill("SIGKILL"), 15_000);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(late);
      resolve({ code, out, err, ms: performance.now() - began });
    });
  });

const listening = async (answer: (socket: Socket) => void): Promise<{ server: Server; port: number }> => {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {});
    answer(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  end.push(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
};

/** A server of PostgreSQL that turns every user away. */
const refusesAll = (socket: Socket): void => {
  socket.once("data", () => {
    const fields = Buffer.from('SFATAL\0C28P01\0Mpassword authentication failed for user "shop"\0\0');
    const head = Buffer.alloc(5);
    head.write("E");
    head.writeInt32BE(fields.length + 4, 1);
    socket.end(Buffer.concat([head, fields]));
  });
};

/** A store with an effect that another process had claimed: so a start has something to write. */
const storeWithClaim = async (): Promise<void> => {
  const store = sqliteStore({ file: file() });
  await store.open();
  await store.commit([changeOf("a", 0, { effects: [effectOf("a", 1, 0)] })]);
  await store.claim(T, 1, 1000, "before");
  await store.close();
};

/** Holds the write lock, as a program that stands still in the middle of a transaction. */
const holdLock = (): void => {
  const db = new Database(file());
  db.exec("BEGIN IMMEDIATE");
  end.push(() => db.close());
};

/** Every write to the effects fails, after the store was opened. */
const refuseWrites = (): void => {
  const db = new Database(file());
  db.exec("CREATE TRIGGER refused BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, 'this disk is worn out'); END");
  db.close();
};

beforeAll(async () => {
  directory = tmpdir();
  bare = (await run([main, "serve", "--help"])).ms;
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "start-"));
  end = [];
});
afterEach(async () => {
  for (const one of end) await one();
  rmSync(directory, { recursive: true });
});
afterAll(() => {
  directory = "";
});

const fails = async ({ code, err, ms }: Ended, says: RegExp): Promise<void> => {
  expect(err).toMatch(says);
  expect(code).toBe(1);
  // The computer may be busier than it was at first: what is late is measured against the command as it starts now.
  if (ms >= 2 * bare + LATEST_MS) bare = Math.max(bare, (await run([main, "serve", "--help"])).ms);
  expect(ms).toBeLessThan(2 * bare + LATEST_MS);
};

const serve = (...args: string[]): string[] => [main, "serve", "--sandbox", "--log-level", "silent", ...args];

describe("serve exits 1 within three seconds where", () => {
  test("its port is taken", async () => {
    const { port } = await listening(() => {});
    await fails(await run(serve("--store", file(), "--port", String(port))), /port \d+ is taken; choose another/);
  });

  test("its host is no address of this computer", async () => {
    const host = ["--host", "192.0.2.1", "--api-token", "a token that is long enough"];
    await fails(await run(serve("--port", "0", ...host)), /192\.0\.2\.1 is not an address of this computer/);
  });

  test("the port of Stately's inspector is taken", async () => {
    const { port } = await listening(() => {});
    await fails(await run(serve("--port", "0", "--stately", String(port))), /is taken/);
  });

  test("the file cannot be written", async () => {
    await storeWithClaim();
    chmodSync(directory, 0o777);
    for (const name of ["orders.db-owner", "orders.db"]) chmodSync(join(directory, name), 0o666);
    chmodSync(file(), 0o444);
    const uid = process.getuid?.() === 0 ? 65_534 : undefined;
    await fails(
      await run(serve("--store", file(), "--port", "0"), {}, uid),
      /it cannot be written. Check that the directory/,
    );
  });

  test("the file is locked by a program that stands still", async () => {
    await storeWithClaim();
    holdLock();
    await fails(await run(serve("--store", file(), "--port", "0")), /another process is writing to it/);
  });

  test("another engine owns the file", async () => {
    const store = sqliteStore({ file: file() });
    await store.open();
    end.push(() => store.close());
    await fails(await run(serve("--store", file(), "--port", "0")), /in use by another engine. Stop that one first/);
  });

  test("the store takes no write after it was opened", async () => {
    await storeWithClaim();
    refuseWrites();
    await fails(await run(serve("--store", file(), "--port", "0")), /this disk is worn out/);
  });

  test("nobody listens where PostgreSQL should be", async () => {
    const { server, port } = await listening(() => {});
    server.close();
    await fails(
      await run(serve("--store", `postgres://shop@127.0.0.1:${port}/shop`, "--port", "0")),
      /does not answer/,
    );
  });

  test("PostgreSQL takes the connection and says nothing", async () => {
    const { port } = await listening(() => {});
    await fails(
      await run(serve("--store", `postgres://shop@127.0.0.1:${port}/shop`, "--port", "0")),
      /does not answer/,
    );
  });

  test("PostgreSQL turns the password down", async () => {
    const { port } = await listening(refusesAll);
    const env = { PGPASSWORD: "wrong" };
    const ended = await run(serve("--store", `postgres://shop@127.0.0.1:${port}/shop`, "--port", "0"), env);
    await fails(ended, /Check the user, its rights.*password authentication failed/);
  });
});

describe("other commands that open a store end in time as well:", () => {
  test("inspect, whose port is taken", async () => {
    await storeWithClaim();
    const { port } = await listening(() => {});
    await fails(await run([main, "inspect", "--store", file(), "--port", String(port)]), /is taken/);
  });

  test("migrate --check, whose database says nothing", async () => {
    const { port } = await listening(() => {});
    const store = `postgres://shop@127.0.0.1:${port}/shop`;
    await fails(await run([main, "migrate", "--check", "--store", store]), /does not answer/);
  });

  test("repair --apply, whose file takes no write", async () => {
    await storeWithClaim();
    const db = new Database(file());
    db.exec("INSERT INTO damaged VALUES ('a', 'inbox', 'e', 'torn', '{}')");
    db.exec("CREATE TRIGGER refused BEFORE DELETE ON damaged BEGIN SELECT RAISE(ABORT, 'this disk is worn out'); END");
    db.close();
    await fails(await run([main, "repair", "a", "--apply", "--store", file()]), /this disk is worn out/);
  });
});

describe("in a program, an engine whose start failed lets Node exit where", () => {
  const program = (store: string): string[] => {
    const script = `
      import { createEngine } from ${JSON.stringify(join(dist, "src/index.js"))};
      import { sqliteStore } from ${JSON.stringify(join(dist, "src/stores/sqlite/store.js"))};
      import { postgresStore } from ${JSON.stringify(join(dist, "src/stores/postgres/store.js"))};
      const shop = { execute: async () => ({ kind: "done" }), readStatus: async () => null };
      const engine = createEngine({ store: ${store}, gateways: [], shop });
      try {
        await engine.start();
        console.log("started");
      } catch (error) {
        console.error(error.message);
        process.exitCode = 1;
      }`;
    return ["--input-type=module", "-e", script];
  };
  const sqlite = () => program(`sqliteStore({ file: ${JSON.stringify(file())} })`);
  const postgres = (port: number) =>
    program(`postgresStore({ connectionString: "postgres://shop@127.0.0.1:${port}/shop" })`);

  test("the file is another program's", async () => {
    writeFileSync(file(), "milk, bread\n".repeat(50));
    await fails(await run(sqlite()), /is not a SQLite database/);
  });

  test("the file is locked", async () => {
    await storeWithClaim();
    holdLock();
    await fails(await run(sqlite()), /another process is writing to it/);
  });

  test("the store takes no write after it was opened", async () => {
    await storeWithClaim();
    refuseWrites();
    await fails(await run(sqlite()), /this disk is worn out/);
  });

  test("PostgreSQL says nothing", async () => {
    const { port } = await listening(() => {});
    await fails(await run(postgres(port)), /does not answer/);
  });

  test("PostgreSQL turns the password down", async () => {
    const { port } = await listening(refusesAll);
    await fails(await run(postgres(port)), /password authentication failed/);
  });
});
