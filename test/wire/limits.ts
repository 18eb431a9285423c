/** What a page of docs/wire says of each field, read from its text; and what no message may be that keeps to it. */
import { readFileSync } from "node:fs";
import { root } from "../root.js";

export interface Told {
  path: string;
  type: string;
  required: boolean;
}

/** The tables of a page, by the first of the messages that each is about, such as `createPayment request`. */
export const toldBy = (page: string): Map<string, Told[]> => {
  const text = readFileSync(new URL(`docs/wire/${page}.md`, root), "utf8");
  const tables = new Map<string, Told[]>();
  let table: Told[] = [];
  for (const line of text.slice(text.indexOf("## Fields")).split("\n")) {
    if (!line.startsWith("| ") || line.startsWith("| operation ")) continue;
    const [names = "", path = "", type = "", required = ""] = line.split(/(?<!\\) \| |^\| /).slice(1);
    const [first = ""] = names.trim().split(", ");
    if (first !== "") {
      table = [];
      tables.set(first, table);
    }
    table.push({ path: path.replaceAll("`", ""), type, required: required.trim() === "yes" });
  }
  return tables;
};

interface Known {
  is: string[];
  not: string[];
  /** What it may be made longer with. */
  begin?: string;
}

/** By what a text is called: what it is, and what it is not. */
export const TEXTS: Record<string, Known> = {
  UUID: {
    is: ["7d63eb50-94b4-4238-8c0d-22d095bfe46b", "7D63EB50-94B4-4238-8C0D-22D095BFE46B"],
    not: ["7d63eb50-94b4-4238-8c0d", "7d63eb50-94b4-4238-8c0d-22d095bfe46bx", "order"],
  },
  "32 hexadecimal digits": {
    is: ["7d63eb5094b442388c0d22d095bfe46b", "7D63EB5094B442388C0D22D095BFE46B"],
    not: ["7d63eb5094b442388c0d22d095bfe46", `${"0".repeat(32)}0`, "g".repeat(32)],
  },
  "date and time, with seconds or without": {
    is: ["2026-11-20T12:00", "2026-11-20T12:00:00+01:00", "2026-11-20T12:00:00.123Z"],
    not: ["2026-11-20", "12:00", "tomorrow", "2026-11-20T12:00:00 or so"],
  },
  "date and time": {
    is: ["2026-11-20T12:00:00.123Z", "2026-11-20T12:00:00", "2026-11-20T12:00:00+01:00"],
    not: ["2026-11-20", "2026-11-20T12:00", "tomorrow"],
  },
  date: { is: ["2026-11-20", "2026-11-20+01:00"], not: ["20/11/2026", "2026-11-20T12:00:00Z", "tomorrow"] },
  "web address over TLS": {
    is: ["https://shop.example", "http://127.0.0.1/", "http://localhost/"],
    not: ["http://shop.example/", "shop.example"],
    begin: "https://shop.example/",
  },
  "web address": {
    is: ["https://shop.example", "http://shop.example/a?b=c"],
    not: ["ftp://shop.example/", "shop.example"],
    begin: "https://shop.example/",
  },
  "ISO 3166-1 alpha-2": { is: ["SE"], not: ["SWE", "se", "S"] },
  "name of an event": { is: ["payment.charge.created.v2", "payment.x"], not: ["charge.created", "payment."] },
  "letters and digits": { is: ["Abcdefgh12345678"], not: ["Abcdefgh-12345678", "Abcdefgh 12345678"] },
  "letters, digits, space, . _ / -": { is: ["a b.c_d/e-7"], not: ["a:b", "a#b"] },
  "1 to 32 letters, digits, _ - /": { is: ["a_b-c/7", "x".repeat(32)], not: ["", "a b", "a#b", "x".repeat(33)] },
  "1 to 36 letters, digits, _ - /": { is: ["a_b-c/7", "x".repeat(36)], not: ["", "a b", "a#b", "x".repeat(37)] },
  MMYY: { is: ["1240", "0131"], not: ["1340", "0040", "12/40"] },
  "number as a text": { is: ["1", "0.35"], not: ["one", "", "-1"] },
  text: { is: [], not: [] },
};
const NO_SUCH_WORD = "NO_SUCH_WORD";
const ANY = ["true or false", "not looked into"];

/** `, 1 to 128 characters`; `, 3 characters`. */
const rangeIn = (text: string): { least?: number; most?: number } => {
  const [, from, to, least, most, exactly] =
    /^, (?:(-?[\d.]+) to (-?[\d.]+)|at least (-?[\d.]+)|at most (-?[\d.]+)|(-?[\d.]+))(?: characters)?$/.exec(text) ??
    [];
  const numbered = (one: string | undefined): number[] => (one === undefined ? [] : [Number(one)]);
  const [lower] = numbered(from ?? least ?? exactly);
  const [upper] = numbered(to ?? most ?? exactly);
  return { ...(lower === undefined ? {} : { least: lower }), ...(upper === undefined ? {} : { most: upper }) };
};

const brokenText = (type: string): string[] => {
  const without = /^text without ((?:\S )*\S)(?=,|$)/.exec(type);
  const called = without?.[0] ?? Object.keys(TEXTS).find((name) => type.startsWith(name));
  if (called === undefined) throw new Error(`what is no "${type}" is not known here`);
  const not = without?.[1]?.split(" ").map((sign) => `a${sign}b`) ?? TEXTS[called]?.not ?? [];
  const { least = 0, most } = rangeIn(type.slice(called.length));
  const filled = (length: number): string => (TEXTS[called]?.begin ?? "").padEnd(length, "x");
  return [...not, ...(least > 0 ? ["x".repeat(least - 1)] : []), ...(most === undefined ? [] : [filled(most + 1)])];
};

const brokenNumber = (type: string): number[] => {
  const [called = ""] = /^(?:whole number|number of two decimals|number)/.exec(type) ?? [];
  const { least, most } = rangeIn(type.slice(called.length));
  const within = least ?? Math.min(0, most ?? 0);
  const finer = { "whole number": [within + 0.5], "number of two decimals": [within + 0.001] }[called] ?? [];
  const step = called === "number of two decimals" ? 0.01 : 1;
  return [...finer, ...(least === undefined ? [] : [least - step]), ...(most === undefined ? [] : [most + 1])];
};

const brokenOne = (type: string): unknown[] => {
  if (ANY.includes(type) || type.startsWith("object")) return [];
  if (type.startsWith("`")) return [NO_SUCH_WORD];
  if (type.includes(", or ")) return type.split(", or ").flatMap(brokenOne);
  return /^(?:whole )?number(?! as)/.test(type) ? brokenNumber(type) : brokenText(type);
};

/** What stands against the page where the field has this value; of a list, with one of its items in it. */
export const brokenBy = ({ type }: Told, value: unknown): unknown[] => {
  const [list = "", least, most, more] = /^list of (?:(\d+) to (\d+) × |(\d+) or more × )?/.exec(type) ?? [];
  const one = type.slice(list.length);
  if (list === "") return brokenOne(one);
  const [item] = value as unknown[];
  const times = (count: number): unknown[] => Array.from({ length: count }, () => item);
  const fewest = Number(least ?? more ?? 0);
  return [
    ...(fewest > 0 ? [times(fewest - 1)] : []),
    ...(most === undefined ? [] : [times(Number(most) + 1)]),
    ...brokenOne(one).map((broken) => [broken]),
  ];
};
