/** `demo`: an hour of a web shop in a few seconds, with the real engine, and then a server to look around in. */

import type { Command } from "commander";
import { minutesToMilliseconds } from "date-fns/minutesToMilliseconds";
import { startOfMinute } from "date-fns/startOfMinute";
import { subMinutes } from "date-fns/subMinutes";
import { flags } from "../../../machines/flags.js";
import type { HistoryEntry, OrderRecord } from "../../core/record.js";
import { wordsIn } from "../../inspector/words/words.js";
import { bankIsDown, HOUR, steps, stories } from "../lib/demo-stories.js";
import { DemoWorld } from "../lib/demo-world.js";
import { exitCodes } from "../lib/ending.js";
import { INSPECTOR } from "../lib/listening.js";
import { numberIn, wholeIn } from "../lib/options.js";
import { untilToldToStop } from "../lib/stopping.js";
import { cut, moment, paint, say, sayJson, table, width } from "../lib/terminal.js";

interface Options {
  exit?: true;
  port: number;
  speed?: number;
  json?: true;
}

/** The pages' own words. */
const words = wordsIn("en");

const dayTime = (ms: number): string => moment(ms).slice(11, 19);

/** One line per change of status and per flag. */
const tellDecision = (entry: HistoryEntry, { orderId }: OrderRecord): void => {
  // What moved it; where that names no rule, what the bank said.
  const moved = entry.answers.find((a) => a.outcome === "moved" && a.rule !== null);
  const because = words.rule(moved?.rule ?? null) ?? words.event(entry.event.type, entry.event);
  const change =
    entry.from === null ? `placed as ${entry.to}` : entry.from === entry.to ? null : `${entry.from} → ${entry.to}`;
  const refusal = entry.answers.find((a) => a.outcome === "refused");
  const line =
    change ?? (refusal === undefined ? null : `${words.event(refusal.type)} refused: ${words.reason(refusal.reason)}`);
  const start = `${dayTime(entry.at)}  ${orderId}  `;
  if (line !== null) {
    const reason = change !== null && entry.from !== null ? `  ${because}` : "";
    const shown = cut(line.padEnd(24) + reason, Math.max(30, width() - start.length));
    say(paint("dim", start) + (change === null ? paint("yellow", shown) : shown));
  }
  for (const flag of entry.raised) say(`${paint("dim", start)}${paint("red", `flag ${flag}`)}: ${flags[flag].says}`);
};

const live = async (world: DemoWorld, speed: number | undefined, told: (text: string) => void): Promise<void> => {
  const started = performance.now();
  let wasDown = false;
  for (const { at, act } of [...steps, { at: HOUR, act: async () => {} }]) {
    if (speed !== undefined) {
      const due = started + minutesToMilliseconds(at) / speed;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    }
    if (!wasDown && at >= bankIsDown.from) {
      wasDown = true;
      await world.advanceTo(bankIsDown.from);
      told(`the bank is down for ${bankIsDown.to - bankIsDown.from} minutes`);
    }
    await world.advanceTo(at);
    await act(world);
  }
  await world.finishHour();
};

const outcomes = async ({ sandbox }: DemoWorld) =>
  Promise.all(
    stories.map(async ({ orderId, title, gateway = "resurs-mapi" }) => {
      const [record, why] = await Promise.all([
        sandbox.engine.queries.read(orderId),
        sandbox.engine.queries.why(orderId),
      ]);
      return {
        orderId,
        title,
        gateway,
        status: record?.facts.order.status ?? null,
        shopStatus: sandbox.woo.order(orderId).status,
        captures: sandbox.banks.all
          .flatMap((bank): { op: string; paymentId: string }[] => bank.calls)
          .filter((c) => c.op === "capture" && c.paymentId === record?.facts.payment.id).length,
        confirmationMails: sandbox.woo.confirmationMails(orderId),
        flags: (record?.flags ?? []).filter((f) => f.clearedAt === null).map((f) => f.flag),
        why,
      };
    }),
  );

const lookAround = (url: string): string[] => [
  "",
  `Serving at ${paint("bold", url)} until Ctrl-C. Look at every order, and why, at`,
  "",
  `  ${paint("bold", `${url}${INSPECTOR}/`)}`,
  "",
  "or try:",
  "",
  `  curl -s ${url}/orders/1002/why`,
  `  curl -s '${url}/orders?flagged=true'`,
  `  curl -s -X POST ${url}/orders/1001/events -H 'content-type: application/json' -d '{"type":"merchant.completed"}'`,
  "",
];

const run = async (options: Options): Promise<void> => {
  const started = performance.now();
  // The simulated hour ends now, so that time can go on from there.
  const world = new DemoWorld(subMinutes(startOfMinute(Date.now()), HOUR).getTime());
  await world.begin(options.port, options.json ? () => {} : tellDecision);
  const { sandbox, clock } = world;
  try {
    const note = (text: string) => options.json || say(paint("yellow", `${dayTime(clock.now())}  ${text}`));
    if (!options.json) {
      say([
        "One hour of a web shop, a bank and its customers, on this computer only. Amounts and people are made up.",
        "",
      ]);
    }
    await live(world, options.speed, note);
    const orders = await outcomes(world);
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    if (options.json) sayJson({ url: sandbox.url, simulatedMinutes: HOUR, seconds, orders });
    else {
      const rows = orders.map((o) => [
        o.orderId,
        words.bank(o.gateway),
        o.title,
        o.status ?? "",
        o.why?.state.en ?? "",
      ]);
      say(["", ...table(["order", "payment", "what happened", "status", "why"], rows)]);
      say(["", `${HOUR} simulated minutes in ${seconds} s.`]);
    }
    if (options.exit) return;
    if (!options.json) say(lookAround(sandbox.url));
    const standStill = world.followRealTime();
    await untilToldToStop();
    standStill();
  } finally {
    // A stop waits for what is under way, and that may wait for time to go on.
    const ticking = world.followRealTime();
    await sandbox.stop();
    ticking();
  }
};

export const addDemo = (program: Command): void => {
  program
    .command("demo")
    .description("play one hour of a web shop in a few seconds: no network, no account")
    .option("--exit", "end after the hour instead of serving on")
    .option("--port <number>", "the port to listen on; 0 = any free port", wholeIn(0, 65_535), 0)
    .option("--speed <factor>", "simulated seconds per second (default: as fast as possible)", numberIn(1, 1e6))
    .option("--json", "the outcomes as JSON, with the whole of each why")
    .addHelpText(
      "after",
      `
Examples:
  $ order-status demo
  $ order-status demo --speed 120
  $ order-status demo --exit --json
${exitCodes()}`,
    )
    .action(run);
};
