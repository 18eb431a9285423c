/** The WordPress plugin in a real PHP; WordPress and WooCommerce are stood in for by wordpress.php. */
import { execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const plugin = fileURLToPath(
  new URL("../../../src/shops/woocommerce/plugin/order-status-engine.php", import.meta.url),
);
const wordpress = fileURLToPath(new URL("../../../test/woo/wordpress.php", import.meta.url));

/** The version; null = there is no php here (`apt-get install php-cli`). */
export const php = (() => {
  try {
    return execFileSync("php", ["-r", "echo PHP_VERSION;"], { stdio: ["ignore", "pipe", "ignore"] }).toString();
  } catch {
    return null;
  }
})();

export interface Step {
  do: "save" | "edit" | "rest" | "hold-stock" | "return" | "refund" | "bin" | "pay" | "list" | "boxes" | "panel";
  order: string;
  status: string;
  to?: string;
  body?: string;
  signature?: string;
  /** What the job wants to do; of the bin: into it, or out of it. */
  cancel?: boolean;
  /** Of the address that a customer comes back to. */
  query?: Record<string, string>;
  /** Of a refund: its id, amount in major units, lines. */
  refund?: number;
  amount?: number;
  lines?: { sku: string; quantity: number; total: number }[];
  /** Of a refund: "Refund manually"; `to` is the status that WooCommerce sets with it. */
  byHand?: true;
  /** Of the panel on the order screen: its script looks, asks what would come of an event, or sends it. */
  what?: "look" | "can" | "do";
  event?: string;
  /** Of list, panel and refund: so much was refunded in the shop, in major units; and what is kept with the order. */
  refunded?: number;
  /** Of a refund: what the order screen showed as refunded when the button was pressed. */
  shown?: string;
  meta?: Record<string, string>;
  /** Of the list: orders are posts. */
  posts?: true;
  /** Of the list: orders of which its script asks, as text; default: those whose cell says so. */
  asks?: string;
  /** Of an edit: what is changed of the order. */
  set?: { total?: string; payment_method?: string };
  /** Of an edit, by the customer whose cart the order was made of: the request, as "GET " of a page or with a route of REST. */
  from?: string;
  /** How the order is paid; default: by Resurs's own plugin. */
  method?: string;
}

export interface Told {
  order: { status: string; date_paid: string | null; date_completed: string | null };
  /** Hooks of a change of the status. */
  fired: string[];
  /** Order notes. */
  notes: string[];
  logged: string[];
  /** What user 1 reads on the page that is opened next. */
  notice: string;
  /** Of REST. */
  error: { code: string; status: number; message: string } | null;
  /**
   * Of the filter that the job for unpaid orders asks; the page that a customer or a bulk action is sent to, or `failure`;
   * true or the reason, of a refund; the cell of the list; the
   * boxes beside the order; null = none of these.
   */
  value: boolean | string | null;
  /** To a REST client: status and what the plugin adds. To the script of list or panel: status and JSON. */
  answer: string | null;
  /** Notices to the customer. */
  said: string[];
  /** Of a refund; of the list: of the order. */
  meta: Record<string, string> | [];
  /** How the order is paid. */
  method: string;
  /** With the order. */
  kept: Record<string, string> | [];
  /** Sent to the engine so far. */
  requests: number;
}

export interface Site {
  constants: Record<string, string>;
  /** Default true. */
  admin?: boolean;
  /** Who is logged in during the steps; default 1, 0 = nobody. */
  user?: number;
  /** Of user 1, who opens a page after each step; default true. */
  mayEditOrders?: boolean;
  /** `action` of the request, by which the list's buttons and bulk actions are told apart. */
  action?: string;
  /** Payment methods of other plugins that the engine follows; default: it has not said. */
  follows?: string[];
  /** Statuses of other plugins that the engine was told of; default: it has not said. */
  statuses?: string[];
  /** Of the person; default en_US. */
  locale?: string;
  /** The status that the order screen showed when it was opened. */
  seen?: string;
  /** Code and message of the WP_Error that each request to the engine ends with. */
  network?: [code: string, message: string];
  /** Of each order; default SEK. */
  currency?: string;
  /** That the shop's prices are shown with; default 2. */
  decimals?: number;
}

/** One PHP request after the other, in one process. @throws Error where PHP has as much as a notice to say */
export const wordpressDoes = (steps: Step[], site: Site) =>
  new Promise<Told[]>((resolve, reject) => {
    const child = spawn("php", ["-d", "display_errors=stderr", "-d", "error_reporting=-1", wordpress]);
    let [out, err] = ["", ""];
    child.stdout.on("data", (text) => {
      out += text;
    });
    child.stderr.on("data", (text) => {
      err += text;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code !== 0 || err !== "") return reject(new Error(`php ${code}: ${err}${out}`));
      const lines = out.trim().split("\n");
      resolve(lines.map((line) => JSON.parse(line) as Told));
    });
    child.stdin.end(JSON.stringify({ plugin, admin: true, ...site, steps }));
  });
