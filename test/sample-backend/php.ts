/** shop.php as a server of its own, with four workers. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "../free-port.js";

const script = fileURLToPath(new URL("../../../test/sample-backend/shop.php", import.meta.url));

/** By the law that finds it. */
export const phpMistakes = {
  "stock-given-back-twice": "stock-restored-once",
  "mails-at-every-callback": "mailed-once",
  "browser-believed": "paid-when-the-bank-says",
  "cancel-keeps-the-money": "cancelled-is-let-go",
  "refunds-at-every-click": "moved-once",
  "frozen-is-paid": "paid-when-the-bank-says",
} as const;
export type PhpMistake = keyof typeof phpMistakes;

/** null = there is none on this computer. */
export const phpVersion = await promisify(execFile)("php", ["-r", "echo PHP_VERSION;"]).then(
  ({ stdout }) => stdout,
  () => null,
);

const isUp = async (url: string, server: ChildProcess): Promise<void> => {
  for (;;) {
    if (server.exitCode !== null) throw new Error(`php ended with ${server.exitCode}`);
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

export const phpShop = async ({ bankUrl, mistake = "" }: { bankUrl: string; mistake?: PhpMistake | "" }) => {
  const state = await mkdtemp(join(tmpdir(), "order-status-php-shop-"));
  const url = `http://127.0.0.1:${await freePort()}`;
  const env = { ...process.env, BANK: bankUrl, STATE: state, MISTAKE: mistake, PHP_CLI_SERVER_WORKERS: "4" };
  const server = spawn("php", ["-S", url.slice("http://".length), script], { env, stdio: "ignore", detached: true });
  const ended = once(server, "exit");
  await isUp(url, server);
  const close = async (): Promise<void> => {
    // Its workers are processes of their own.
    if (server.pid !== undefined) process.kill(-server.pid, "SIGKILL");
    await ended;
    await rm(state, { recursive: true, force: true });
  };
  return { url, close };
};
