/** A Medusa server as a process, on PostgreSQL, between a bank and those who use it: the storefront and the administrator. */
import { execFile } from "node:child_process";
import { copyFile, cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type ResursDouble, resursDouble } from "order-status-engine/testing";
import { freePort } from "../../free-port.js";
import { serverProcess } from "../../server-process.js";
import { startPostgres } from "../../stores/postgres-server.js";
import { type LosingBank, losingBank } from "../losing-bank.js";
import { type Records, recordsIn } from "../money.js";
import { tablesIn } from "../tables.js";
import { adminOf, type Client, clientOf, setUp, type Wares } from "./shop.js";

const compiled = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../../../../", import.meta.url));
const sources = `${root}test/hosts/medusa/`;
const cli = `${sources}node_modules/@medusajs/cli/cli.js`;
const MEMBER = { email: "ada@shop.example", password: "of a test" };

export interface Place {
  bank: ResursDouble;
  /** Between the server and the bank. */
  front: LosingBank;
  records: Records;
  url: string;
  /** How many tables the engine's store had once Medusa's migrations were over. */
  migrated: number;
  wares: Wares;
  admin: Client;
  storefront: Client;
  restart(): Promise<void>;
  said(): string;
  end(): Promise<void>;
}

/** A Medusa project: the compiled files of this folder, and what they need where Medusa looks for it. */
const makeProject = async (): Promise<string> => {
  const project = await mkdtemp(join(tmpdir(), "order-status-medusa-"));
  await copyFile(`${sources}package.json`, join(project, "package.json"));
  await copyFile(`${compiled}medusa-config.js`, join(project, "medusa-config.js"));
  await cp(`${compiled}src`, join(project, "src"), { recursive: true });
  await mkdir(join(project, "node_modules"));
  await symlink(`${sources}node_modules/@medusajs`, join(project, "node_modules/@medusajs"));
  await symlink(root, join(project, "node_modules/order-status-engine"));
  return project;
};

export const startMedusa = async (): Promise<Place> => {
  const project = await makeProject();
  const postgres = await startPostgres();
  if (typeof postgres === "string") throw new Error(postgres);
  const bank = await resursDouble({});
  const front = await losingBank(bank.url);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    NODE_ENV: "production",
    MEDUSA_DISABLE_TELEMETRY: "true",
    PUBLIC_URL: url,
    DATABASE_URL: await postgres.database(),
    ORDERS_DB: await postgres.database(),
    RESURS_URL: front.url,
    RESURS_ID: "id",
    RESURS_SECRET: "secret",
    CALLBACK_SECRET: "the secret of the callbacks",
    COOLDOWN: "0",
  };
  const medusa = (...args: string[]) => promisify(execFile)(process.execPath, [cli, ...args], { cwd: project, env });
  await medusa("db:migrate");
  const migrated = await tablesIn(env.ORDERS_DB);
  await medusa("user", "-e", MEMBER.email, "-p", MEMBER.password);
  const args = [cli, "start", "-p", String(port)];
  const { start, stop, said } = serverProcess("Medusa", args, { cwd: project, env }, "Server is ready");
  await start();
  const admin = await adminOf(url, MEMBER);
  const { wares, key } = await setUp(admin);
  const records = await recordsIn(env.ORDERS_DB);
  return {
    ...{ migrated, bank, front, records, url, wares, admin },
    storefront: clientOf(url, { "x-publishable-api-key": key }),
    async restart() {
      await stop("SIGKILL");
      await start();
    },
    said,
    async end() {
      await stop("SIGTERM");
      await records.close();
      await front.close();
      await bank.close();
      await postgres.stop();
      await rm(project, { recursive: true });
    },
  };
};
