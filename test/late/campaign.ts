/** `npm run campaign late`: two servers on one PostgreSQL, killed and frozen, at a bank that books late. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exits } from "../../src/cli/lib/ending.js";
import { wholeIn } from "../../src/cli/lib/options.js";
import type { HistoryEntry, OrderRecord } from "../../src/core/record.js";
import { systemClock } from "../../src/index.js";
import { wooServer } from "../../src/testing/index.js";
import { campaign, progress, tell } from "../campaign.js";
import { freePort } from "../free-port.js";
import { AS_IT_COMES, startPostgres } from "../stores/postgres-server.js";

const options = campaign("late", "Two servers on one PostgreSQL, killed and frozen, at a bank that books late.", [
  "--orders 500 --minutes 10",
  "--orders 20 --minutes 1 --longest 20",
])
  .option("--orders <n>", "how many orders", wholeIn(1, 100_000), 500)
  .option("--minutes <n>", "how long servers are killed and frozen", wholeIn(1, 10_000), 10)
  .option("--longest <seconds>", "how late the bank books at most", wholeIn(0, 3600), 45)
  .option("--seed <s>", "of the bank's luck", wholeIn(0, 2 ** 31), 1)
  .parse()
  .opts<{ orders: number; minutes: number; longest: number; seed: number; json?: true }>();
const { orders, minutes, longest, seed } = options;

const TOTAL = 1000_00;
const PART = 100_00;
const CHANGED = 600_00;
const TOKEN = "a-token-of-the-campaign-1234";
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

interface Account {
  id: string;
  authorized: number;
  captured: number;
  canceled: number;
  refunded: number;
  log: { after: number }[];
}

const folder = mkdtempSync(join(tmpdir(), "late-"));
const server = await startPostgres(AS_IT_COMES);
if (typeof server === "string") {
  process.stderr.write(`${server}\n`);
  process.exit(exits.trouble);
}
const database = await server.database();
const shop = await wooServer({ clock: systemClock() });

const bank = spawn(process.execPath, [
  fileURLToPath(new URL("./bank-program.js", import.meta.url)),
  `${seed}`,
  `${longest}`,
]);
const bankUrl = await new Promise<string>((resolve) =>
  bank.stdout.once("data", (text) => resolve(String(text).trim())),
);

const config = (port: number): string => `export default {
  store: { env: "STORE" },
  shop: {
    url: ${JSON.stringify(shop.url)},
    consumerKey: { env: "KEY" }, consumerSecret: { env: "SECRET" }, webhookSecrets: [{ env: "WEBHOOK" }],
    paymentMethods: { resursbank: "resurs-mapi" },
  },
  gateways: { "resurs-mapi": { baseUrl: ${JSON.stringify(bankUrl)}, clientId: { env: "ID" }, clientSecret: { env: "CLIENT" } } },
  http: { port: ${port}, publicUrl: "https://engine.example", apiToken: { env: "TOKEN" } },
};`;
const env = {
  ...process.env,
  STORE: database,
  KEY: shop.keys.engine.key,
  SECRET: shop.keys.engine.secret,
  WEBHOOK: "a-secret-of-the-webhooks",
  ID: "shop",
  CLIENT: "a-secret-of-the-client",
  TOKEN,
};

interface Node {
  url: string;
  process: ChildProcess;
  said: string[];
}
const nodes: Node[] = [];
const startNode = async (i: number, port: number): Promise<void> => {
  const file = join(folder, `node-${i}.mjs`);
  writeFileSync(file, config(port));
  const child = spawn(process.execPath, [main, "serve", "--config", file, "--log-level", "error"], { env });
  const said: string[] = [];
  child.stderr.on("data", (text) => said.push(String(text)));
  nodes[i] = { url: `http://127.0.0.1:${port}`, process: child, said };
};
const ports = [await freePort(), await freePort()];
for (const [i, port] of ports.entries()) await startNode(i, port);

/** At whichever node answers, until one does. */
const ask = async (method: "GET" | "POST", path: string, body?: unknown, key?: string): Promise<[number, unknown]> => {
  for (let attempt = 0; attempt < 2000; attempt += 1) {
    const node = nodes[Math.floor(Math.random() * nodes.length)] as Node;
    try {
      const answer = await fetch(node.url + path, {
        method,
        signal: AbortSignal.timeout(40_000),
        headers: {
          authorization: `Bearer ${TOKEN}`,
          "content-type": "application/json",
          ...(key === undefined ? {} : { "idempotency-key": key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const told: unknown = await answer.json();
      if (answer.status < 500 && answer.status !== 429) return [answer.status, told];
    } catch {
      // Killed, frozen, or not up yet.
    }
    await pause(200);
  }
  throw new Error(`nobody answers ${path}`);
};

const deadline = Date.now() + minutes * 60_000;
let kills = 0;
let freezes = 0;
const chaos = (async () => {
  while (Date.now() < deadline) {
    await pause(4000 + Math.random() * 8000);
    const i = Math.floor(Math.random() * nodes.length);
    const node = nodes[i] as Node;
    if (Math.random() < 0.6) {
      kills += 1;
      node.process.kill("SIGKILL");
      await pause(Math.random() * 4000);
      await startNode(i, ports[i] as number);
    } else {
      freezes += 1;
      node.process.kill("SIGSTOP");
      await pause(1000 + Math.random() * 9000);
      node.process.kill("SIGCONT");
    }
  }
})();

const via = "api";
const lines = [
  { sku: "A", quantity: 1, total: CHANGED },
  { sku: "B", quantity: 1, total: TOTAL - CHANGED },
];
const read = async (id: string) => (await ask("GET", `/orders/${id}`))[1] as OrderRecord;
const settled = async (id: string): Promise<OrderRecord> => {
  for (;;) {
    const record = await read(id);
    if (record.facts.operation === null && record.facts.waiting.length === 0) return record;
    await pause(2000);
  }
};
const clicks = new Map<string, { key: string; amount: number }[]>();
const click = async (id: string, event: { type: string; amount?: number }): Promise<void> => {
  const key = `${id}-${clicks.get(id)?.length ?? 0}`;
  clicks.set(id, [...(clicks.get(id) ?? []), { key, amount: event.type === "merchant.refundedAmount" ? PART : 0 }]);
  await ask("POST", `/orders/${id}/events`, { ...event, via }, key);
  await settled(id);
};

const payments = new Map<string, string>();
const live = async (n: number): Promise<void> => {
  const id = `${10_000 + n}`;
  const paymentId = `pay-${id}`;
  payments.set(id, paymentId);
  await fetch(`${bankUrl}/v2/payments/${paymentId}`, { method: "PUT", body: JSON.stringify({ total: TOTAL }) });
  const createdAt = Date.now() - 600_000;
  const order = {
    status: "processing",
    total: TOTAL,
    currency: "SEK",
    lines,
    createdAt,
    updatedAt: createdAt,
  } as const;
  shop.woo.addOrder({ id, ...order, lines: [...lines], needsProcessing: true, datePaid: createdAt });
  await ask("POST", "/orders", { orderId: id, order: { ...order, gateway: "resurs-mapi", paymentId } });
  if (n % 5 === 0) return click(id, { type: "merchant.cancelled" });
  if (n % 5 === 1)
    return click(id, { type: "merchant.editedLines", lines: lines.slice(0, 1), total: CHANGED, adds: false } as never);
  await click(id, { type: "merchant.completed" });
  await click(id, { type: "merchant.refundedAmount", amount: PART, lines: null } as never);
  await click(id, { type: "merchant.refundedAmount", amount: PART, lines: null } as never);
};

const began = Date.now();
const bar = progress("orders", orders);
let next = 0;
let done = 0;
const hand = async () => {
  while (next < orders) {
    const n = next;
    next += 1;
    await live(n);
    done += 1;
    bar.to(done);
  }
};
// A lost part keeps its order for ten minutes and more: enough hands that the others go on.
await Promise.all(Array.from({ length: Math.min(orders, 250) }, async (_, i) => pause(i * 250).then(hand)));
bar.end();
await chaos;

const { payments: books, met } = (await (await fetch(`${bankUrl}/books`)).json()) as {
  payments: Account[];
  met: Record<string, number>;
};
const breaches: string[] = [];
const ended: Record<string, number> = {};
let late = 0;
for (const [id, paymentId] of payments) {
  const record = await settled(id);
  const account = books.find((one) => one.id === paymentId) as Account;
  const { entries } = (await ask("GET", `/orders/${id}/history`))[1] as { entries: HistoryEntry[] };
  const { status } = record.facts.order;
  const answers = entries.flatMap((entry) => entry.answers);
  const moved = (key: string) => answers.findLast((a) => a.eventId === key)?.outcome === "moved";
  const asked = (clicks.get(id) ?? []).filter(({ key }) => moved(key)).reduce((sum, { amount }) => sum + amount, 0);
  const flag = (name: string) => record.flags.find((f) => f.flag === name && f.clearedAt === null)?.amount ?? 0;
  const wrong = (what: string) => breaches.push(`order ${id} (${status}): ${what}: ${JSON.stringify(account)}`);
  late += account.log.filter(({ after }) => after > 500).length;
  ended[status] = (ended[status] ?? 0) + 1;
  if (account.captured > TOTAL) wrong("captured more than was reserved");
  if (account.refunded - asked !== flag("discrepancy:refunded-twice")) wrong(`refunded, asked for ${asked}`);
  if (status === "completed" && account.captured !== TOTAL) wrong("completed and not captured");
  if (status === "cancelled" && (account.authorized !== 0 || account.captured !== 0))
    wrong("cancelled and holds money");
  const edited = (Number(id) - 10_000) % 5 === 1 && moved(`${id}-0`);
  if (edited && account.authorized - CHANGED !== flag("discrepancy:reserved-twice")) wrong("lines changed");
  if (shop.woo.order(id).status !== status) wrong(`the shop reads ${shop.woo.order(id).status}`);
}
const seconds = Math.round((Date.now() - began) / 1000);
for (const node of nodes) node.process.kill("SIGKILL");
bank.kill();
await shop.close();
await server.stop();
rmSync(folder, { recursive: true, force: true });

const figures = { orders, ended, kills, freezes, met, bookedLate: late, seconds, breaches: breaches.length };
tell(
  options,
  { ...figures, breaches },
  [...Object.entries(figures).map(([name, value]) => `${name}: ${JSON.stringify(value)}`), ...breaches.slice(0, 20)],
  breaches.length,
);
process.exit();
