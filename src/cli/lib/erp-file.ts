/** An ERP's file: which order is to become what. Pure: text in, rows out, each with what is wrong with it. */
import { parse } from "csv-parse/sync";
import { merchantEventFor } from "../../../machines/events.js";
import { Id } from "../../../machines/text.js";
import { amountIn, notAbove0, notClear } from "./amount.js";
import { wrongUsage } from "./ending.js";

export interface ErpRow {
  /** Where it begins in the file; 1 = the first. */
  line: number;
  orderId: string;
  /** The status as it stands in the file. */
  wanted: string;
  /** As it stands in the file, in the order's own currency, which the file does not name; left out: there is none. */
  amount?: string;
  /** With two digits where there is an amount; `inCurrency` has it as it is. */
  asks: { event: { type: string; [key: string]: unknown } } | { wrong: string };
}

/** Bytes that are no UTF-8 come as U+FFFD; another order may be called that. */
const wrongId = (id: string): string | null =>
  id.includes("\uFFFD") ? "must be UTF-8" : (Id.safeParse(id).error?.issues[0]?.message ?? null);

const COLUMNS = "the columns order_id and status (and amount, where there is one)";

export const notToSet = (status: string): string => `"${status}" is not a status that a merchant can set`;

/** Of most currencies. */
const TWO_DIGITS = "SEK";

const askedBy = (status: string, amount: string, currency: string): ErpRow["asks"] => {
  const named = status
    .toLowerCase()
    .replace(/^wc-/, "")
    .replace(/[\s_]+/g, "-");
  const type = Object.entries(merchantEventFor).find(([name]) => name === named)?.[1];
  // One of the shop's own is for the engine to know.
  if (type === undefined && amount === "" && named !== "" && named !== "checkout-draft")
    return { event: { type: "merchant.asked", status: status.replace(/^wc-/, ""), via: "erp" } };
  if (type === undefined) return { wrong: notToSet(status) };
  if (amount === "") return { event: { type, via: "erp" } };
  if (type !== "merchant.refunded") return { wrong: `an amount goes with refunded only; leave it out for "${status}"` };
  const minor = amountIn(amount, currency);
  if (minor === null) return { wrong: notClear(amount, currency) };
  return minor === 0 ? { wrong: notAbove0(amount) } : { event: { type, via: "erp", amount: minor } };
};

/** What the row asks of an order in this currency. */
export const inCurrency = ({ wanted, amount, asks }: ErpRow, currency: string): ErpRow["asks"] =>
  amount === undefined ? asks : askedBy(wanted, amount, currency);

/** Of a file from Excel in most of Europe the columns are parted by a semicolon; the first line says by what. */
const delimiterOf = (text: string): string => {
  const [head = ""] = text.split(/\r?\n/, 1);
  return [";", "\t"].find((one) => head.includes(one)) ?? ",";
};

interface CsvRecord {
  record: string[];
  /** As it stands in the file, with the empty lines before it. */
  raw: string;
}

const breaksIn = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0;

/** The line on which each record begins. The parser's own count takes a line break inside quotes for two. */
const linesOf = (records: CsvRecord[]): number[] => {
  let next = 1;
  return records.map(({ raw }) => {
    const line = next + breaksIn(/^[ \r\n]*/.exec(raw)?.[0] ?? "");
    next += breaksIn(raw);
    return line;
  });
};

/** @throws UsageError where the text is no CSV, or its first line names no columns of ours */
export const rowsIn = (text: string): ErpRow[] => {
  let records: CsvRecord[];
  try {
    records = parse(text, {
      raw: true,
      skip_empty_lines: true,
      trim: true,
      bom: true,
      relax_column_count: true,
      delimiter: delimiterOf(text),
    }) as unknown as CsvRecord[];
  } catch (error) {
    throw wrongUsage(`the file is not CSV: ${(error as Error).message}`);
  }
  const [first, ...body] = records;
  if (first === undefined) return [];
  const head = first.record.map((name) => name.toLowerCase());
  const [orderId, status, amount] = ["order_id", "status", "amount"].map((name) => head.indexOf(name)) as [
    number,
    number,
    number,
  ];
  if (orderId < 0 || status < 0) throw wrongUsage(`the first line must name ${COLUMNS}`);
  const twice = head.find((name, i) => ["order_id", "status", "amount"].includes(name) && head.indexOf(name) !== i);
  if (twice !== undefined) throw wrongUsage(`the first line names ${twice} twice; it must name ${COLUMNS}`);
  const lines = linesOf(records);
  return body.map(({ record: cells }, i) => {
    const [id = "", wanted = ""] = [cells[orderId], cells[status]];
    const row = { line: lines[i + 1] ?? 0, orderId: id, wanted };
    // A torn row, or a decimal comma: the amount would be another one, or none, which means all of it.
    if (cells.length !== head.length)
      return { ...row, asks: { wrong: `the row has ${cells.length} columns, and the first line ${head.length}` } };
    if (id === "") return { ...row, asks: { wrong: "the row names no order" } };
    const wrong = wrongId(id);
    if (wrong !== null) return { ...row, asks: { wrong: `order_id: ${wrong}` } };
    const typed = amount < 0 ? "" : (cells[amount] ?? "");
    return { ...row, ...(typed !== "" && { amount: typed }), asks: askedBy(wanted, typed, TWO_DIGITS) };
  });
};
