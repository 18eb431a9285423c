/** Finds the configuration file, reads it, checks it, and takes the secrets out of the environment. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createJiti } from "jiti";
import { secretFault } from "../../ports/secrets.js";
import { thrownText } from "../../ports/thrown.js";
import { webhookSecretFault } from "../../webhooks/webhook.js";
import { wrongUsage } from "../lib/ending.js";
import { warnIfOthersRead } from "../lib/private-file.js";
import { isPostgres } from "../lib/stores.js";
import * as define from "./define.js";
import { problemsOf } from "./problems.js";
import { type Checked, ConfigSchema, type Ready } from "./schema.js";

/** Looked for in this order where none is named. */
export const FILES = ["ts", "mts", "js", "mjs"].map((kind) => `order-status.config.${kind}`);

export interface LoadedConfig {
  file: string;
  /** With the defaults filled in, and the names of the secrets in place of them. */
  checked: Checked;
  /** To be worked with: with the secrets. */
  config: Ready;
}

const fileAt = (named: string | undefined): string => {
  const file = named === undefined ? FILES.find((name) => existsSync(name)) : named;
  if (file === undefined) {
    throw wrongUsage(
      'there is no order-status.config.ts here; write one with "order-status init", name it with --config, or try "order-status serve --sandbox"',
    );
  }
  if (!existsSync(file)) throw wrongUsage(`there is no ${file}; write it with "order-status init"`);
  return resolve(file);
};

/**
 * Node 20 cannot read TypeScript. jiti does it without a compiler of the user's, and hands the file our own module,
 * so that it can be read where the package is not installed beside it, as with npx.
 */
const read = async (file: string): Promise<unknown> => {
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    virtualModules: { "order-status-engine/config": define },
  });
  try {
    const module = await jiti.import<{ default?: unknown }>(file);
    return module.default;
  } catch (error) {
    const [first = "", ...more] = thrownText(error).split("\n");
    throw wrongUsage(`${file} cannot be read: ${first}`, more);
  }
};

const listed = (file: string, problems: string[]): Error =>
  wrongUsage(
    `${file} is not valid:`,
    problems.map((line) => `  ${line}`),
  );

/** What the bank and the shop give out, and the address of the database; all others are of our own choice. */
const ISSUED = /^(store$|shop\.consumer|gateways\.(?!nets-easy\.webhookAuthorization$))/;

const isSecret = (value: object): value is define.Secret => "env" in value;

/** The same with something else in place of each secret. */
const replaced = (value: unknown, path: string, by: (name: string, path: string) => unknown): unknown => {
  if (typeof value !== "object" || value === null) return value;
  if (isSecret(value)) return by(value.env, path);
  if (Array.isArray(value)) return value.map((one, index) => replaced(one, `${path}.${index}`, by));
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, replaced(one, path === "" ? key : `${path}.${key}`, by)]),
  );
};

/** @throws what is wrong, key by key, with the fix */
export const checked = (value: unknown, file: string): Checked => {
  if (value === undefined) throw listed(file, ["it exports nothing; write export default defineConfig({ … })"]);
  const result = ConfigSchema.safeParse(value, { reportInput: true });
  if (!result.success) throw listed(file, problemsOf(result.error));
  return result.data;
};

/** Without the secrets, which need not be there. */
export const loadChecked = async (named: string): Promise<Checked> => {
  const file = fileAt(named);
  return checked(await read(file), file);
};

/** Where variables may stand beside the file; what the environment has already is not changed. */
const readEnvironment = (file: string): void => {
  const beside = join(dirname(file), ".env");
  if (!existsSync(beside)) return;
  warnIfOthersRead(beside);
  process.loadEnvFile(beside);
};

export const load = async (named?: string): Promise<LoadedConfig> => {
  const file = fileAt(named);
  readEnvironment(file);
  const config = checked(await read(file), file);
  const problems: string[] = [];
  const ready = replaced(config, "", (name, path) => {
    const value = process.env[name];
    const faultOf = path.startsWith("webhooks.") ? webhookSecretFault : secretFault;
    const fault = value && !ISSUED.test(path) ? faultOf(value) : null;
    if (fault !== null) problems.push(`${path}: in the environment variable ${name} ${fault}`);
    if (!value)
      problems.push(
        `${path}: the environment variable ${name} is not set; set it, or write it into .env beside the file`,
      );
    return value;
  }) as Ready;
  if (problems.length > 0) throw listed(file, problems);
  const { store } = ready;
  const place = isPostgres(store) ? store : resolve(dirname(file), store);
  return { file, checked: config, config: { ...ready, store: place } };
};

/** To be shown. */
export const shown = (config: Checked): unknown => replaced(config, "", () => "[secret]");
