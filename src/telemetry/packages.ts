/** The packages that telemetry needs, which are optional peers. Both also come as CommonJS, so they can be loaded at once. */
import { createRequire } from "node:module";
import type * as OpenTelemetry from "@opentelemetry/api";
import type * as PromClient from "prom-client";
import { missing } from "../ports/missing.js";

export type Api = typeof OpenTelemetry;
export type Prometheus = typeof PromClient;

const require = createRequire(import.meta.url);

/** @throws Missing */
export const packages = (): { api: Api; prometheus: Prometheus } => {
  try {
    return { api: require("@opentelemetry/api"), prometheus: require("prom-client") };
  } catch (error) {
    return missing("prom-client @opentelemetry/api", "Telemetry")(error);
  }
};
