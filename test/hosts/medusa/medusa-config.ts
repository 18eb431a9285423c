import { defineConfig } from "@medusajs/framework/utils";
import { bank } from "./src/bank.js";

export default defineConfig({
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    http: { storeCors: "*", adminCors: "*", authCors: "*", jwtSecret: "of a test", cookieSecret: "of a test" },
  },
  admin: { disable: true },
  modules: [{ resolve: "@medusajs/medusa/payment", options: { providers: [bank] } }],
});
