/** `subscriptions`: who is told of changes, how far behind each is, what failed, and another delivery. */
import type { Command } from "commander";
import type { FailedDelivery, Replayed, Store, SubscriptionRow } from "../../ports/store.js";
import { exitCodes, refused, wrongUsage } from "../lib/ending.js";
import { sinceWhen } from "../lib/options.js";
import { storeOption, withStore } from "../lib/stores.js";
import { moment, say, sayJson, table } from "../lib/terminal.js";

interface Options {
  store: string;
  replay?: true;
  since?: string;
  order?: string;
  skip?: true;
  forget?: true;
  json?: true;
}

/** So many failed deliveries are shown; `--json` has them all. */
const SHOWN = 50;
const PAGE = 500;

const failedOf = async (store: Store, name: string | undefined): Promise<FailedDelivery[]> => {
  const all: FailedDelivery[] = [];
  for (let page: FailedDelivery[] = []; ; ) {
    page = await store.failedDeliveries(PAGE, page.at(-1));
    all.push(...page);
    if (page.length < PAGE) return name === undefined ? all : all.filter(({ subscription }) => subscription === name);
  }
};

const list = (rows: SubscriptionRow[], failed: FailedDelivery[]): void => {
  if (rows.length === 0) return say("Nobody subscribed.");
  say(
    table(
      ["subscription", "orders behind", "oldest", "given up"],
      rows.map(({ name, behind, oldestAt, dead }) => [
        name,
        String(behind),
        oldestAt === null ? "" : moment(oldestAt),
        String(dead),
      ]),
    ),
  );
  if (failed.length === 0) return;
  say();
  say(
    table(
      ["subscription", "order", "next change", "tries", "", "error"],
      failed
        .slice(0, SHOWN)
        .map(({ subscription, orderId, seq, attempts, dead, error }) => [
          subscription,
          orderId,
          String(seq + 1),
          String(attempts),
          dead ? "given up" : "tried again",
          error,
        ]),
    ),
  );
  if (failed.length > SHOWN) say(`and ${failed.length - SHOWN} more; --json names them all`);
};

const replayed = ({ order: orderId, since, skip }: Options): Replayed => {
  if (skip) {
    if (orderId === undefined || since !== undefined)
      throw wrongUsage("--skip leaves out one change of one order: name it with --order, without --since");
    return { orderId, skip: true };
  }
  return since === undefined ? { orderId, dead: true } : { orderId, since: sinceWhen(since).getTime() };
};

const run = async (name: string | undefined, options: Options): Promise<void> => {
  const { store: place, replay, forget, json } = options;
  if (replay && forget) throw wrongUsage("use --replay or --forget, not both");
  if (!replay && (options.since ?? options.order ?? options.skip) !== undefined)
    throw wrongUsage("--since, --order and --skip go together with --replay");
  if ((replay || forget) && name === undefined) throw wrongUsage("name the subscription");
  const which = replay ? replayed(options) : null;
  const how = { readOnly: which === null && !forget, beside: true };
  await withStore(place, how, async (store) => {
    const rows = await store.subscriptions();
    const known = rows.map((row) => row.name);
    if (name !== undefined && !known.includes(name))
      throw refused(`there is no subscription "${name}"; there are ${known.join(", ") || "none"}`);
    if (which !== null && name !== undefined) {
      const orders = await store.replay(name, which, Date.now());
      return json
        ? sayJson({ replayed: orders })
        : say(`Delivered to ${name} again: ${orders} ${orders === 1 ? "order" : "orders"}.`);
    }
    if (forget && name !== undefined) {
      await store.unsubscribe(name);
      return json ? sayJson({ forgotten: name }) : say(`Forgot ${name}; what it was not given is not kept for it.`);
    }
    const shown = rows.filter((row) => name === undefined || row.name === name);
    const failed = await failedOf(store, name);
    if (json) return sayJson({ subscriptions: shown, failed });
    list(shown, failed);
  });
};

export const addSubscriptions = (program: Command): void => {
  program
    .command("subscriptions")
    .argument("[name]", "one of them, such as webhook.erp (default: all)")
    .description("list subscriptions and webhooks, how far behind each is, and what failed; deliver changes again")
    .addOption(storeOption())
    .option("--replay", "deliver again: what was given up, or with --since every change since then")
    .option("--since <time>", "with --replay: 7d, 12h, 30m, a date or a time")
    .option("--order <id>", "with --replay: of this order only")
    .option("--skip", "with --replay and --order: leave out the change that was given up, and go on with the next")
    .option("--forget", "forget the subscription, and what it was not given")
    .option("--json", "the list, or what was done, as JSON")
    .addHelpText(
      "after",
      `
Works beside a running engine, which delivers what is replayed within five seconds. A change that is delivered again has
the id that it had the first time.

Examples:
  $ order-status subscriptions --store orders.db
  $ order-status subscriptions webhook.erp --replay --store orders.db                what was given up, once the cause is gone
  $ order-status subscriptions webhook.erp --replay --since 2d --store orders.db     the receiver lost two days
  $ order-status subscriptions webhook.erp --replay --order 1001 --skip --store orders.db
  $ order-status subscriptions webhook.old --forget --store orders.db
${exitCodes("there is no such subscription, or what is there is no store of ours")}`,
    )
    .action(run);
};
