/** What a configuration file imports: `order-status-engine/config`. */
import type { z } from "zod";
import type { ConfigSchema } from "./schema.js";

/** What may stand in `order-status.config.ts`; docs/configuration.md tells it key by key. */
export type Config = z.input<typeof ConfigSchema>;

/** The place of a secret: the name of the environment variable that holds it. */
export interface Secret {
  env: string;
}

/** A secret never stands in the file; only the name of its environment variable does. */
export const env = (name: string): Secret => ({ env: name });

/** Changes nothing; it lets the editor know what may stand in the file. */
export const defineConfig = (config: Config): Config => config;
