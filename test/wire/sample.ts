/** A whole message as a table has it, for the fields that nobody was heard to send. */
import type { Field, Kind } from "../../src/testing/doubles/wire/fields.js";

/** By what a pattern is called. */
const texts: Record<string, string> = {
  UUID: "7d63eb50-94b4-4238-8c0d-22d095bfe46b",
  "32 hexadecimal digits": "7d63eb5094b442388c0d22d095bfe46b",
  "date and time": "2026-11-20T12:00:00.000Z",
  "date and time, with seconds or without": "2026-11-20T12:00",
  date: "2026-11-20",
  MMYY: "1240",
  "number as a text": "1",
  "web address": "https://shop.example/a",
  "web address over TLS": "https://shop.example/a",
  "ISO 3166-1 alpha-2": "SE",
  "name of an event": "payment.charge.created.v2",
  "letters and digits": "Abcdefgh12345678",
};

const sampleValue = (kind: Kind, xml: boolean): unknown => {
  if (kind.of === "group") return sampleOf(kind.fields, xml);
  if (kind.of === "anything") return "x";
  if (kind.of === "either") return sampleValue(kind.kinds[0], xml);
  if (kind.of === "map") return { x: kind.listed ? [sampleValue(kind.kind, xml)] : sampleValue(kind.kind, xml) };
  if (kind.of === "flag") return xml ? "true" : true;
  if (kind.of === "number") return xml ? String(kind.least ?? 1) : (kind.least ?? 1);
  return kind.words?.[0] ?? texts[kind.called ?? ""] ?? "x".repeat(kind.least ?? 1);
};

/** Every field once. */
export const sampleOf = (fields: readonly Field[], xml: boolean): object =>
  Object.fromEntries(
    fields.map(({ name, kind, list }) => [name, list === null ? sampleValue(kind, xml) : [sampleValue(kind, xml)]]),
  );
