/**
 * A real WooCommerce on this computer, made for one run and thrown away: WordPress's and WooCommerce's own files, a
 * MariaDB on a socket of its own, PHP's built-in server with workers, and a second one for what the tests ask. Mails are
 * written to a file.
 *
 * WOOCOMMERCE_DIR is an unzipped release of WooCommerce; WORDPRESS_DIR a WordPress, by default Debian's.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "../../free-port.js";

export const PLUGIN_DIR = fileURLToPath(new URL("../../../../src/shops/woocommerce/plugin", import.meta.url));
const here = fileURLToPath(new URL("../../../../test/woo/real/", import.meta.url));
const run = promisify(execFile);

export const ADMIN_PASSWORD = "password of the test shop";
export const WEBHOOK_SECRET = "secret of the test shop's webhook";

const there = (program: string): boolean => {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

/** What is missing here for a real shop, as a person would be told; null = nothing. */
export const missing = (): string | null => {
  const { WOOCOMMERCE_DIR, WORDPRESS_DIR = "/usr/share/wordpress" } = process.env;
  if (!WOOCOMMERCE_DIR) return "WOOCOMMERCE_DIR names no unzipped release of WooCommerce";
  const programs = ["php", "mariadbd", "mariadb-install-db"].filter((program) => !there(program));
  if (programs.length > 0)
    return `there is no ${programs.join(", ")} here (apt-get install php-cli php-mysql mariadb-server)`;
  try {
    execFileSync("test", ["-f", join(WORDPRESS_DIR, "wp-load.php")]);
  } catch {
    return `there is no WordPress in ${WORDPRESS_DIR}; WORDPRESS_DIR names one`;
  }
  // Without one its pages are empty.
  if (readdirSync(join(WORDPRESS_DIR, "wp-content/themes"), { withFileTypes: true }).every((one) => one.isFile()))
    return `there is no theme in ${WORDPRESS_DIR}/wp-content/themes (apt-get install wordpress-theme-twentytwentyfive)`;
  return null;
};

export interface RealShop {
  url: string;
  /** Of WordPress. */
  dir: string;
  keys: { consumerKey: string; consumerSecret: string };
  products: number[];
  /** Ids of the two checkout pages. */
  classic: number;
  blocks: number;
  versions: { wordpress: string; woocommerce: string; php: string };
  /** PHP inside of this WordPress; what it `return`s, as JSON. It is answered though the shop's web server is down. */
  php<T>(code: string): Promise<T>;
  /** The same as a command of its own, as WP-CLI or cron run it. */
  command<T>(code: string): Promise<T>;
  /** Its web server is killed, in the middle of whatever it does. */
  down(): Promise<void>;
  up(): Promise<void>;
  mails(): Promise<{ at: number; to: string; subject: string }[]>;
  /** What PHP complained about, our own files only unless `all`. */
  complaints(all?: boolean): Promise<string[]>;
  stop(): Promise<void>;
}

const soon = async (what: string, done: () => Promise<boolean>, ms = 30_000): Promise<void> => {
  const until = Date.now() + ms;
  while (!(await done().catch(() => false))) {
    if (Date.now() > until) throw new Error(`${what} did not come up in ${ms / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** As long as it takes: `fetch` gives up on an answer after five minutes. */
const asks = (port: number, code: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, method: "POST", agent: false }, async (answer) => {
      const text = (await answer.setEncoding("utf8").toArray().catch(reject))?.join("") ?? "";
      if (answer.statusCode === 200) resolve(text);
      else reject(new Error(`PHP ended: ${text.slice(0, 500)}`));
    });
    asked.on("error", reject).end(code);
  });

const lastLine = <T>(text: string): T => JSON.parse(text.trim().split("\n").at(-1) ?? "null") as T;

/** The database, in a folder of its own and without a port. */
const database = async (dir: string) => {
  const socket = join(dir, "sql.sock");
  const as = process.getuid?.() === 0 ? ["--user=root"] : [];
  const data = `--datadir=${join(dir, "sql")}`;
  await run("mariadb-install-db", [
    "--no-defaults",
    data,
    ...as,
    "--auth-root-authentication-method=normal",
    "--skip-test-db",
  ]);
  // It is thrown away after the run, so nothing has to outlive a crash.
  const fast = ["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--sync-binlog=0", "--skip-log-bin"];
  const server = spawn(
    "mariadbd",
    [
      "--no-defaults",
      data,
      ...as,
      `--socket=${socket}`,
      `--pid-file=${join(dir, "sql.pid")}`,
      "--skip-networking",
      ...fast,
    ],
    { stdio: "ignore" },
  );
  const sql = (text: string) => run("mariadb", ["--no-defaults", `--socket=${socket}`, "-uroot", "-e", text]);
  await soon("MariaDB", async () => (await sql("select 1")) !== undefined);
  await sql("create database shop character set utf8mb4");
  return { socket, server };
};

const configOf = (url: string, socket: string, constants: Record<string, string>): string => {
  const all: Record<string, string | boolean> = {
    DB_NAME: "shop",
    DB_USER: "root",
    DB_PASSWORD: "",
    DB_HOST: `localhost:${socket}`,
    DB_CHARSET: "utf8mb4",
    DB_COLLATE: "",
    WP_HOME: url,
    WP_SITEURL: url,
    WP_DEBUG: true,
    WP_DEBUG_LOG: true,
    WP_DEBUG_DISPLAY: false,
    DISABLE_WP_CRON: true,
    WP_HTTP_BLOCK_EXTERNAL: true,
    WP_ACCESSIBLE_HOSTS: "127.0.0.1",
    FS_METHOD: "direct",
    ...Object.fromEntries(
      ["AUTH", "SECURE_AUTH", "LOGGED_IN", "NONCE"].flatMap((name) => [
        [`${name}_KEY`, `key ${name}`],
        [`${name}_SALT`, `salt ${name}`],
      ]),
    ),
    ...constants,
  };
  const lines = Object.entries(all).map(([name, value]) => `define( '${name}', ${JSON.stringify(value)} );`);
  return `<?php\n${lines.join("\n")}\n$table_prefix = 'wp_';\nif ( ! defined( 'ABSPATH' ) ) {\n\tdefine( 'ABSPATH', __DIR__ . '/' );\n}\nrequire_once ABSPATH . 'wp-settings.php';\n`;
};

export interface StandUp {
  /** Orders in tables of their own. */
  hpos: boolean;
  /** Where the shop's webhook goes to. */
  webhookUrl: string;
  /** Into wp-config.php. */
  constants?: Record<string, string>;
}

/** @throws Error where something of it does not come up, with its own words */
export const standUp = async ({ hpos, webhookUrl, constants = {} }: StandUp): Promise<RealShop> => {
  const { WOOCOMMERCE_DIR = "", WORDPRESS_DIR = "/usr/share/wordpress" } = process.env;
  const top = await mkdtemp(join(tmpdir(), "woo-real-"));
  const { socket, server: sql } = await database(top);
  const stops = [() => sql.kill("SIGTERM")];
  const end = () => {
    for (const stop of stops) stop();
  };
  // Ended early, the run leaves no server behind.
  const ended = () => {
    end();
    process.exit(1);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, ended);
  const dir = join(top, "wordpress");
  const url = `http://127.0.0.1:${await freePort()}`;
  await run("cp", ["-rL", "--no-preserve=mode", WORDPRESS_DIR, dir]).catch((failed) => {
    // Debian links to what other packages may not have brought.
    if (!/cannot stat/.test(String(failed))) throw failed;
  });
  const content = join(dir, "wp-content");
  await run("mkdir", ["-p", join(content, "mu-plugins"), join(content, "uploads")]);
  await cp(join(here, "watch.php"), join(content, "mu-plugins/watch.php"));
  await symlink(WOOCOMMERCE_DIR, join(content, "plugins/woocommerce"));
  await cp(PLUGIN_DIR, join(content, "plugins/order-status-engine"), { recursive: true });
  await writeFile(join(dir, "wp-config.php"), configOf(url, socket, constants));

  // What one command has compiled the next one takes over, which is most of its time. The server's workers share memory
  // instead: with both, PHP 8.2 ends in a segmentation fault.
  const compiled = join(top, "compiled");
  await run("mkdir", [compiled]);
  const common = ["opcache.enable_cli=1", "memory_limit=512M", "display_errors=stderr"];
  const as = (settings: string[]) => [...common, ...settings].flatMap((setting) => ["-d", setting]);
  const php = as(["opcache.file_cache_only=1", `opcache.file_cache=${compiled}`]);
  const serves = as(["opcache.memory_consumption=256", "opcache.max_accelerated_files=30000"]);
  await run("php", [...php, join(here, "install.php"), dir, url, ADMIN_PASSWORD]);
  const step = async <T>(asked: object): Promise<T> => {
    const told = await run("php", [...php, join(here, "set-up.php"), dir, JSON.stringify({ url, ...asked })]);
    return lastLine<T>(told.stdout);
  };
  await step({ step: "plugins", plugins: ["woocommerce/woocommerce.php"] });
  const made = await step<Pick<RealShop, "keys" | "products" | "classic" | "blocks" | "versions">>({
    step: "shop",
    hpos,
    webhookUrl,
    webhookSecret: WEBHOOK_SECRET,
  });
  await step({ step: "plugins", plugins: ["order-status-engine/order-status-engine.php"] });

  const host = url.slice("http://".length);
  const serve = (address = host, router = "router.php") =>
    spawn("php", [...serves, "-S", address, "-t", dir, join(here, router)], {
      stdio: "ignore",
      env: { ...process.env, SHOP_HOST: host, PHP_CLI_SERVER_WORKERS: "6" },
      // Its workers are ended with it.
      detached: true,
    });
  let web = serve();
  const askPort = await freePort();
  const asked = serve(`127.0.0.1:${askPort}`, "ask.php");
  const endOf = ({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals) =>
    pid !== undefined && exitCode === null && signalCode === null && process.kill(-pid, signal);
  stops.push(() => endOf(web, "SIGTERM"));
  stops.push(() => endOf(asked, "SIGTERM"));
  const answers = async () => (await fetch(`${url}/wp-json/`)).ok;
  await soon("the shop", answers);
  await soon("PHP beside the shop", async () => (await asks(askPort, "return 1;")).endsWith("1"));

  return {
    url,
    dir,
    ...made,
    php: async <T>(code: string) => lastLine<T>(await asks(askPort, code)),
    async command<T>(code: string): Promise<T> {
      const head = `$_SERVER['HTTP_HOST'] = '${host}'; $_SERVER['REQUEST_URI'] = '/'; require '${dir}/wp-load.php';`;
      const line = `${head} echo "\\n" . json_encode( ( function () { ${code} } )() );`;
      return lastLine<T>((await run("php", [...php, "-r", line])).stdout);
    },
    async down() {
      const ended = new Promise((resolve) => web.once("exit", resolve));
      if (endOf(web, "SIGKILL")) await ended;
    },
    async up() {
      web = serve();
      await soon("the shop", answers, 120_000);
    },
    async mails() {
      const text = await readFile(join(content, "mails.jsonl"), "utf8").catch(() => "");
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line));
    },
    async complaints(all = false) {
      const text = await readFile(join(content, "debug.log"), "utf8").catch(() => "");
      return text.split("\n").filter((line) => line !== "" && (all || line.includes("order-status-engine")));
    },
    async stop() {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, ended);
      end();
      await new Promise((resolve) => (sql.exitCode === null ? sql.once("exit", resolve) : resolve(null)));
      await rm(top, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};
