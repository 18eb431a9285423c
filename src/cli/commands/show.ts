/** `show`: an order's whole life, row by row. */
import type { Command } from "commander";
import { flags } from "../../../machines/flags.js";
import type { Answer, HistoryEntry } from "../../core/record.js";
import { type Why, why } from "../../core/why.js";
import { markOf } from "../../inspector/seen.js";
import { wordsIn } from "../../inspector/words/words.js";
import { exitCodes } from "../lib/ending.js";
import { type Looked, type LookFlags, lookAt, lookOptions } from "../lib/look.js";
import { moment, paint, say, sayJson, table } from "../lib/terminal.js";

/** The pages' own words. */
const words = wordsIn("en");
const { money } = words;

/** The words of `why`, so that the two never differ. */
const toldOf = ({ record, history, open, parked }: Looked): Why => {
  const calls = (open ?? []).map(({ type, ...call }) => ({ ...call, effect: { type } }));
  return why(record, history, calls, parked);
};

const summary = (looked: Looked): string[] => {
  const { orderId, facts, version } = looked.record;
  const { order, payment } = facts;
  const amount = (minor: number) => money(minor, order.currency);
  const bank =
    payment.id === null
      ? "none"
      : `${payment.id} at ${words.bank(payment.gateway)}, ${payment.status}${payment.readAt === null ? "" : `, read ${moment(payment.readAt)}`}`;
  const sums = (["authorized", "captured", "canceled", "refunded"] as const).map((n) => `${n} ${amount(payment[n])}`);
  return [
    paint("bold", `Order ${orderId}  ${toldOf(looked).state.en}`),
    `placed   ${moment(order.createdAt)}, last changed ${moment(order.updatedAt)}, ${version} decisions`,
    `total    ${amount(order.total)}`,
    `payment  ${bank}`,
    ...(payment.readAt === null ? [] : [`         ${sums.join(", ")}`]),
  ];
};

/** The rule that decided and the reason that was given, as one text. */
const becauseOf = ({ rule, reason }: Pick<Answer, "rule" | "reason">): string => {
  const marks = [rule, reason].filter((mark) => mark !== null);
  const text = words.rule(rule) ?? words.reason(reason) ?? "";
  return marks.length === 0 ? text : `${text} [${marks.join(", ")}]`;
};

interface Row {
  cells: string[];
  because: string;
}

const rowsOf = (entry: HistoryEntry, history: HistoryEntry[]): Row[] => {
  // The reading itself is no news where it answers somebody who waited for it.
  const told = entry.answers.filter((a) => a.eventId !== entry.eventId);
  const answers = told.length > 0 && entry.event.type === "payment.read" ? told : entry.answers;
  const effects = entry.effects.length === 0 ? "" : `sends: ${entry.effects.map((e) => words.effect(e)).join(", ")}`;
  return answers.map((answer, i) => {
    const { from, to } = answer;
    const about = history.find((h) => h.eventId === answer.eventId);
    const what = words.event(answer.type, about?.event);
    const [seq, when] = i === 0 ? [String(entry.seq), moment(entry.at)] : ["", ""];
    const own = entry.child !== undefined && to === entry.to ? ` (${entry.child})` : "";
    const status = (from === to || from === null ? (to ?? "") : `${from} → ${to}`) + own;
    const because = [becauseOf(answer), i === 0 ? effects : ""].filter((text) => text !== "").join("; ");
    return { cells: [seq, when, what, words.t(`outcome ${markOf(answer)}`), status], because };
  });
};

const tell = (looked: Looked): void => {
  const { record, history, open, parked } = looked;
  for (const line of summary(looked)) say(line);
  if (parked !== null) say(`${paint("red", "parked")}   ${parked}`);
  const remedies = new Map(toldOf(looked).flags.map(({ flag, remedy }) => [flag, remedy.en]));
  const raised = record.flags.filter((f) => f.clearedAt === null);
  for (const { flag, raisedAt } of raised) {
    const says = `${flags[flag].says} ${remedies.get(flag)}`;
    say(`${paint("red", `flag     ${flag}`)} since ${moment(raisedAt)}: ${says}`);
  }
  for (const { type, attempts, notBefore, error, dead } of open ?? []) {
    const tried = dead
      ? `failed after ${attempts} attempts`
      : `next attempt ${moment(notBefore)}, failed attempts: ${attempts}`;
    say(`${paint("yellow", `pending  ${words.effect({ type })}`)} ${tried}${error === null ? "" : `: ${error}`}`);
  }
  const rows = history.flatMap((entry) => rowsOf(entry, history));
  const [head = "", ...lines] = table(
    ["#", "when", "what happened", "outcome", "status"],
    rows.map(({ cells }) => cells),
  );
  say(["", head]);
  for (const [i, line] of lines.entries()) {
    say(line.trimEnd());
    const because = rows[i]?.because ?? "";
    if (because !== "") say(paint("dim", `     ${because}`));
  }
};

export const addShow = (program: Command): void => {
  lookOptions(program.command("show"))
    .description("show an order's whole history: what happened, the outcome, and the rule behind it")
    .argument("<order>", "the order's id")
    .option("--json", "record and history as they are stored")
    .addHelpText(
      "after",
      `
Examples:
  $ order-status show 1001
  $ order-status show 1001 --store orders.db --json
${exitCodes("there is no such order")}`,
    )
    .action(async (id: string, options: LookFlags) => {
      const looked = await lookAt(id, options);
      if (options.json) sayJson(looked);
      else tell(looked);
    });
};
