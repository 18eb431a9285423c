/** The PostgreSQL of this computer, where there is one: unlike the one from npm it brings pg_dump and pg_restore, of its own version. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { freePort } from "../free-port.js";

export interface InstalledPostgres {
  /** Where pg_dump and pg_restore lie. */
  bin: string;
  database(): Promise<string>;
  stop(): Promise<void>;
}

const needed = ["initdb", "postgres", "pg_dump", "pg_restore", "psql"];
const root = "/usr/lib/postgresql";

const folders = (): string[] => {
  const versions = existsSync(root) ? readdirSync(root).map((version) => join(root, version, "bin")) : [];
  return [...versions, ...(process.env.PATH ?? "").split(":")].filter((bin) =>
    needed.every((name) => existsSync(join(bin, name))),
  );
};

/** A started server, or why there is none here. */
export const startInstalledPostgres = async (): Promise<InstalledPostgres | string> => {
  const bin = folders().at(-1);
  if (bin === undefined) return `no folder of this computer has ${needed.join(", ")}`;
  const directory = mkdtempSync(join(tmpdir(), "installed-postgres-"));
  const id = (what: string): number => Number(execFileSync("id", [what, "postgres"], { encoding: "utf8" }));
  let who: { uid?: number; gid?: number } = {};
  try {
    // PostgreSQL will not run as root.
    if (userInfo().uid === 0) {
      who = { uid: id("-u"), gid: id("-g") };
      chownSync(directory, who.uid as number, who.gid as number);
    }
    const how = { ...who, cwd: directory, stdio: "ignore" } as const;
    const init = ["-D", directory, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"];
    execFileSync(join(bin, "initdb"), init, how);
    const port = await freePort();
    const settings = { listen_addresses: "127.0.0.1", port: String(port), unix_socket_directories: "" };
    const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const server = spawn(join(bin, "postgres"), ["-D", directory, ...flags], how);
    const ended = once(server, "exit");
    const url = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`;
    const ask = async (sql: string) => {
      const client = new pg.Client(url("postgres"));
      await client.connect();
      await client.query(sql).finally(() => client.end());
    };
    for (let tries = 0; ; tries += 1) {
      const started = await ask("SELECT 1").then(
        () => true,
        () => false,
      );
      if (started) break;
      if (tries === 100 || server.exitCode !== null) throw new Error("it does not start");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    let databases = 0;
    return {
      bin,
      async database() {
        databases += 1;
        await ask(`CREATE DATABASE database_${databases} TEMPLATE template0`);
        return url(`database_${databases}`);
      },
      async stop() {
        server.kill("SIGQUIT");
        await ended;
        rmSync(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    return `the PostgreSQL in ${bin} does not run here: ${(error as Error).message}`;
  }
};
