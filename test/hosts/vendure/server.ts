/** A Vendure server as a shop runs it, with the plugin of payments.ts. */
import { bootstrap, DefaultLogger, LogLevel, type VendureConfig } from "@vendure/core";
import { payments } from "./payments.js";

export const config: VendureConfig = {
  apiOptions: {
    port: Number(process.env.PORT),
    hostname: "127.0.0.1",
    adminApiPath: "admin-api",
    shopApiPath: "shop-api",
  },
  authOptions: { tokenMethod: "bearer", superadminCredentials: { identifier: "superadmin", password: "superadmin" } },
  dbConnectionOptions: { type: "postgres", url: process.env.VENDURE_DB ?? "", synchronize: true },
  logger: new DefaultLogger({ level: LogLevel.Warn, timestamp: false }),
  paymentOptions: { paymentMethodHandlers: [] },
  plugins: [payments],
};

await bootstrap(config);
console.log("listening");
