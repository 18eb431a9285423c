/** A real Restate server on this computer: free ports on loopback, a folder of its own, gone afterwards. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../free-port.js";

const binary = (): string | null => {
  const require = createRequire(import.meta.url);
  try {
    return require.resolve(`@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`);
  } catch {
    return null;
  }
};

/** Why there can be no server here; null = there can. */
export const noServerBecause: string | null =
  binary() === null ? `@restatedev/restate-server brings no binary for ${process.platform}-${process.arch}` : null;

export interface RestateServer {
  ingressUrl: string;
  adminUrl: string;
  /** SIGKILL; what was acknowledged is on the disk. */
  kill(): Promise<void>;
  /** The same server again, on the same ports and the same folder. */
  restart(): Promise<void>;
  end(): Promise<void>;
}

export const restateServer = async (environment: Record<string, string> = {}): Promise<RestateServer> => {
  const command = binary();
  if (command === null) throw new Error(String(noServerBecause));
  const [ingress, admin, node] = [await freePort(), await freePort(), await freePort()];
  const folder = await mkdtemp(join(tmpdir(), "restate-"));
  const [ingressUrl, adminUrl] = [`http://127.0.0.1:${ingress}`, `http://127.0.0.1:${admin}`];
  let child: ChildProcess | null = null;

  const start = async (): Promise<void> => {
    const started = spawn(
      command,
      ["--bind-ip", "127.0.0.1", "--listen-mode", "tcp", "--base-dir", folder, "--node-name", "test", "--no-logo"],
      {
        stdio: "ignore",
        env: {
          ...process.env,
          RESTATE_DISABLE_TELEMETRY: "true",
          RESTATE_INGRESS__BIND_PORT: String(ingress),
          RESTATE_ADMIN__BIND_PORT: String(admin),
          RESTATE_BIND_PORT: String(node),
          RESTATE_ADMIN__DISABLE_WEB_UI: "true",
          // One shop's worth; the 24 of the default are slower on a small computer.
          RESTATE_DEFAULT_NUM_PARTITIONS: "4",
          RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: "256.0 MiB",
          ...environment,
        },
      },
    );
    child = started;
    const deadline = performance.now() + 60_000;
    for (;;) {
      const well = await Promise.all(
        [`${adminUrl}/health`, `${ingressUrl}/restate/health`].map((url) =>
          fetch(url).then(
            ({ ok }) => ok,
            () => false,
          ),
        ),
      );
      if (well.every(Boolean)) return;
      if (started.exitCode !== null) throw new Error(`the Restate server ended with ${started.exitCode}`);
      if (performance.now() > deadline) throw new Error("the Restate server does not start");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const kill = async (): Promise<void> => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  };
  process.once("exit", () => child?.kill("SIGKILL"));
  await start();
  return {
    ingressUrl,
    adminUrl,
    kill,
    restart: start,
    async end() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
