/**
 * XML as SOAP 1.1 allows it: without a document type and without processing instructions (section 3), so that there is
 * nothing in it that could grow or reach out.
 */
import { parseXml, XmlElement } from "@rgrove/parse-xml";

/** A payment with a long history stays far below this. */
const LONGEST = 1_000_000;
const DEEPEST = 30;
/** 500 lines of nine fields, in two bookings of a payment. The parser needs a second for a megabyte of siblings. */
const MOST_ELEMENTS = 10_000;
/** SOAP has a few namespaces and a type at an element. */
const MOST_ATTRIBUTES = 20_000;
const FORBIDDEN = /<!DOCTYPE|<!ENTITY|<\?(?!xml\s)/i;
/** These may come more than once; one alone is to look the same as several. */
const LISTS = ["status", "paymentDiffs", "specLines", "metaData"];

/** What XML 1.0 cannot hold, escaped or not. */
const IMPOSSIBLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
const LAST_CODE_POINT = 0x10ffff;

const isReference = (reference: string): boolean => {
  const [, decimal, hex] = /^&#(?:(\d{1,7})|x([\da-fA-F]{1,6}));$/.exec(reference) ?? [];
  if (decimal === undefined && hex === undefined) return /^&(?:amp|lt|gt|quot|apos);$/.test(reference);
  const point = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
  return point <= LAST_CODE_POINT && String.fromCodePoint(point).search(IMPOSSIBLE) < 0;
};

/**
 * A bank that escapes a customer's name wrongly still tells of a payment: what is no reference is taken as the text
 * that it is.
 */
const lenient = (text: string): string =>
  // What begins and never ends is passed over once, to the end: nothing is searched for twice.
  text
    .replace(IMPOSSIBLE, "")
    .replace(/<!\[CDATA\[[\s\S]*?(?:\]\]>|$)|<!--[\s\S]*?(?:-->|$)|&(?:#?\w{1,8};)?/g, (part) =>
      part.startsWith("<") || isReference(part) ? part : `&amp;${part.slice(1)}`,
    );

type Read = string | { [name: string]: Read | Read[] };

/** @throws Error too deep, or a name that every object has already */
const readElement = (element: XmlElement, depth: number): Read => {
  if (depth > DEEPEST) throw new Error("too deep");
  const read: { [name: string]: Read | Read[] } = {};
  for (const child of element.children) {
    if (!(child instanceof XmlElement)) continue;
    const name = child.name.replace(/^[^:]*:/, "");
    if (name in read && !Object.hasOwn(read, name)) throw new Error(`an element called ${name}`);
    const before = read[name];
    const value = readElement(child, depth + 1);
    if (Array.isArray(before)) before.push(value);
    else if (before !== undefined) read[name] = [before, value];
    else read[name] = LISTS.includes(name) ? [value] : value;
  }
  return Object.keys(read).length === 0 ? element.text.trim() : read;
};

const [EQUALS, LESS, SLASH] = [0x3d, 0x3c, 0x2f];

/** Counted before anything is built: whatever opens a tag, and every = that an attribute would need. */
const tooMuch = (text: string): boolean => {
  let [elements, attributes] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === LESS && text.charCodeAt(i + 1) !== SLASH) elements += 1;
    else if (c === EQUALS) attributes += 1;
    if (elements > MOST_ELEMENTS || attributes > MOST_ATTRIBUTES) return true;
  }
  return false;
};

/** Elements by their local names, texts as texts without blanks at their ends; null = no XML, or none that SOAP allows. */
export const readXml = (text: string): unknown => {
  if (text.length > LONGEST || tooMuch(text) || FORBIDDEN.test(text)) return null;
  try {
    return readElement(new XmlElement("", {}, parseXml(lenient(text)).children as XmlElement[]), 0);
  } catch {
    // No XML, too deep, or with names that would change objects.
    return null;
  }
};

const ESCAPED: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
const escaped = (value: unknown): string =>
  String(value)
    .replace(IMPOSSIBLE, "")
    .replace(/[&<>"']/g, (character) => ESCAPED[character] as string);

const ATTRIBUTE = "@_";
const written = (name: string, value: unknown): string => {
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.map((one) => written(name, one)).join("");
  const parts = typeof value === "object" && value !== null ? Object.entries(value) : null;
  const attributes = parts?.filter(([key]) => key.startsWith(ATTRIBUTE)) ?? [];
  const head = attributes.map(([key, one]) => ` ${key.slice(ATTRIBUTE.length)}="${escaped(one)}"`).join("");
  const body =
    parts === null
      ? escaped(value ?? "")
      : parts.map(([key, one]) => (key.startsWith(ATTRIBUTE) ? "" : written(key, one))).join("");
  return `<${name}${head}>${body}</${name}>`;
};

/** Escapes every text; keys that begin with `@_` are attributes; what is undefined is left out. */
export const writeXml = (document: object): string =>
  `<?xml version="1.0" encoding="UTF-8"?>${Object.entries(document)
    .map(([name, value]) => written(name, value))
    .join("")}`;
