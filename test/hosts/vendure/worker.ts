/** A Vendure worker as a shop runs it: beside the server, with the same plugin. */
import { bootstrapWorker, DefaultLogger, LogLevel, type VendureConfig } from "@vendure/core";
import { payments } from "./payments.js";

const config: VendureConfig = {
  apiOptions: { port: 0, adminApiPath: "admin-api", shopApiPath: "shop-api" },
  authOptions: { superadminCredentials: { identifier: "superadmin", password: "superadmin" } },
  dbConnectionOptions: { type: "postgres", url: process.env.VENDURE_DB ?? "", synchronize: false },
  logger: new DefaultLogger({ level: LogLevel.Warn, timestamp: false }),
  paymentOptions: { paymentMethodHandlers: [] },
  plugins: [payments],
};

await bootstrapWorker(config);
console.log("working");
