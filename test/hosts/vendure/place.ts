/** A Vendure server as a process, on PostgreSQL, between a bank and those who use it: the storefront and the administrator. */
import { fileURLToPath } from "node:url";
import { type ResursDouble, resursDouble } from "order-status-engine/testing";
import { freePort } from "../../free-port.js";
import { serverProcess } from "../../server-process.js";
import { type PostgresServer, startPostgres } from "../../stores/postgres-server.js";
import { type LosingBank, losingBank } from "../losing-bank.js";
import { type Records, recordsIn } from "../money.js";
import { tablesIn } from "../tables.js";
import { adminOf, type Client, clientOf, setUp } from "./shop.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const packages = fileURLToPath(new URL("../../../../test/hosts/node_modules", import.meta.url));

export interface Place {
  bank: ResursDouble;
  /** Between the server and the bank. */
  front: LosingBank;
  records: Records;
  postgres: PostgresServer;
  admin: Client;
  url: string;
  /** @param currency other than the channel's own */
  storefront(currency?: string): Client;
  /** The same databases, and another process. */
  restart(signal?: NodeJS.Signals, whileDown?: () => Promise<void>): Promise<void>;
  /** Started beside the server, on a store of its own that has nothing yet. @returns how many tables that store has then */
  worker(): Promise<number>;
  /** What the server wrote. */
  said(): string;
  end(): Promise<void>;
}

export const startVendure = async (env: Record<string, string> = {}): Promise<Place> => {
  const postgres = await startPostgres();
  if (typeof postgres === "string") throw new Error(postgres);
  const bank = await resursDouble({});
  const front = await losingBank(bank.url);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const settings = {
    ...process.env,
    NODE_PATH: packages,
    VENDURE_TELEMETRY_DISABLED: "true",
    PORT: String(port),
    PUBLIC_URL: url,
    VENDURE_DB: await postgres.database(),
    ORDERS_DB: await postgres.database(),
    RESURS_URL: front.url,
    RESURS_ID: "id",
    RESURS_SECRET: "secret",
    COOLDOWN: "0",
    CALLBACK_SECRET: "the secret of the callbacks",
    ...env,
  };
  const { start, stop, said } = serverProcess("Vendure", [`${here}server.js`], { env: settings }, "listening");
  await start();
  const admin = await adminOf(url);
  await setUp(admin);
  const records = await recordsIn(settings.ORDERS_DB);
  return {
    ...{ bank, front, records, postgres, admin, url },
    storefront: (currency = "SEK") => clientOf(`${url}/shop-api?currencyCode=${currency}`),
    async restart(signal = "SIGKILL", whileDown = async () => undefined) {
      await stop(signal);
      await whileDown();
      await start();
    },
    async worker() {
      const store = await postgres.database();
      const env = { ...settings, ORDERS_DB: store };
      const worker = serverProcess("the worker", [`${here}worker.js`], { env }, "working");
      await worker.start();
      await worker.stop("SIGTERM");
      return tablesIn(store);
    },
    said,
    async end() {
      await stop("SIGTERM");
      await records.close();
      await front.close();
      await bank.close();
      await postgres.stop();
    },
  };
};
