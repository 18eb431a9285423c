/** What somebody typed into the search box, and the orders that he may mean. */
import { NotOffered, type Queries } from "../ports/runtime.js";
import type { OrderFilter } from "../ports/store.js";

export const MOST_FOUND = 20;
/** No id is longer. */
export const LONGEST_SEARCH = 100;
/** Fewer characters begin the ids of too many payments. */
export const LEAST_OF_PAYMENT = 4;

/** Where it is looked. */
type Finder = Pick<Queries, "findByPayment" | "list"> & { read: (orderId: string) => Promise<object | null> };

export interface Found {
  /** What was looked for, without `#` and "order". */
  q: string;
  /** The one that it names; null = none, or several begin so. */
  orderId: string | null;
  /** Those that begin with it, then those with a payment that does, at most `MOST_FOUND`. */
  begin: string[];
}

/** As shops and mails write it: `#1012`, `Order 1012`, `order no. 1012`. */
export const wanted = (typed: string): string =>
  typed
    .trim()
    .replace(/^order\s*(?:no\.?|nr\.?|number|nummer)?\s*(?=[#\d])/i, "")
    .replace(/^#\s*/, "")
    .trim();

const eachOnce = (texts: string[]): string[] => [...new Set(texts)];
/** Ids are compared byte by byte, so upper and lower case are asked for one by one. */
const cases = (text: string): string[] => eachOnce([text, text.toLowerCase(), text.toUpperCase()]);

const named = async (queries: Finder, ids: string[]): Promise<string | null> => {
  for (const id of ids) if ((await queries.read(id)) !== null) return id;
  for (const id of ids) {
    const found = await queries.findByPayment(id);
    if (found !== null) return found.orderId;
  }
  return null;
};

const listed = async (queries: Finder, filter: OrderFilter): Promise<string[]> => {
  const rows = await queries.list(filter).catch((error: unknown) => {
    if (error instanceof NotOffered) return [];
    throw error;
  });
  return rows.map(({ orderId }) => orderId);
};

/** A list starts after an id: after the last text that comes before the prefix, so that the prefix itself is in it. */
const beginning = async (queries: Finder, prefix: string): Promise<string[]> => {
  const last = prefix.charCodeAt(prefix.length - 1);
  const after = `${prefix.slice(0, -1)}${String.fromCharCode(last - 1)}\u{10ffff}`;
  return (await listed(queries, { after, limit: MOST_FOUND })).filter((id) => id.startsWith(prefix));
};

const paidBy = async (queries: Finder, prefix: string): Promise<string[]> =>
  prefix.length < LEAST_OF_PAYMENT ? [] : listed(queries, { paymentPrefix: prefix, limit: MOST_FOUND });

/** @param typed at most 100 characters */
export const find = async (queries: Finder, typed: string): Promise<Found> => {
  const q = wanted(typed);
  if (q === "") return { q: typed.trim(), orderId: null, begin: [] };
  const orderId = await named(queries, eachOnce([typed.trim(), ...cases(q)]));
  if (orderId !== null) return { q, orderId, begin: [] };
  const looks = [beginning, paidBy].flatMap((look) => cases(q).map((prefix) => look(queries, prefix)));
  const begin = eachOnce((await Promise.all(looks)).flat());
  const [only] = begin;
  if (only !== undefined && begin.length === 1) return { q, orderId: only, begin };
  return { q, orderId: null, begin: begin.slice(0, MOST_FOUND) };
};
