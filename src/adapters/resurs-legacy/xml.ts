/**
 * XML as SOAP 1.1 allows it: without a document type and without processing instructions (section 3), so that there is
 * nothing in it that could grow or reach out.
 */
import { XMLBuilder, XMLParser, XMLValidator } from "fast-xml-parser";

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

const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const LAST_CODE_POINT = 0x10ffff;

/** The five names that need no document type, and numbers. In one pass, so that `&amp;lt;` stays the text `&lt;`. */
const plain = (text: string): string =>
  text.replace(/&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));/gi, (whole, name, decimal, hex) => {
    if (name !== undefined) return NAMED[String(name).toLowerCase()] ?? whole;
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return point <= LAST_CODE_POINT ? String.fromCodePoint(point) : whole;
  });

const parser = new XMLParser({
  removeNSPrefix: true,
  parseTagValue: false,
  processEntities: false,
  maxNestedTags: DEEPEST,
  isArray: (name) => LISTS.includes(name),
  tagValueProcessor: (_, value) => plain(value),
});

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

/** Elements by their local names, texts as texts; null = no XML, or none that SOAP allows. */
export const readXml = (text: string): unknown => {
  if (text.length > LONGEST || tooMuch(text) || FORBIDDEN.test(text) || XMLValidator.validate(text) !== true)
    return null;
  try {
    return parser.parse(text);
  } catch {
    // Too deep, or with names that would change objects.
    return null;
  }
};

/** What XML 1.0 cannot hold, escaped or not. */
const UNWRITABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const builder = new XMLBuilder({
  ignoreAttributes: false,
  tagValueProcessor: (_, value) => (typeof value === "string" ? value.replace(UNWRITABLE, "") : value),
});

/** Escapes every text; what is undefined is left out. */
export const writeXml = (document: object): string =>
  builder.build({ "?xml": { "@_version": "1.0", "@_encoding": "UTF-8" }, ...document });
