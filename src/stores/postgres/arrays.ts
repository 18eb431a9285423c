/**
 * Whole columns as one parameter each, so that a group of changes is one statement.
 *
 * Texts go in PostgreSQL's binary form: a record is long and full of quotes, and as text every one of them would
 * be escaped here and unescaped there (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO).
 */

const TEXT_OID = 25;
const HEADER = 20;

const texts = (values: (string | null)[]): Buffer => {
  if (values.length === 0) return empty;
  let size = HEADER;
  for (const value of values) size += 4 + (value === null ? 0 : Buffer.byteLength(value));
  const buffer = Buffer.allocUnsafe(size);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(values.includes(null) ? 1 : 0, 4);
  buffer.writeInt32BE(TEXT_OID, 8);
  buffer.writeInt32BE(values.length, 12);
  buffer.writeInt32BE(1, 16);
  let at = HEADER;
  for (const value of values) {
    const length = value === null ? -1 : buffer.write(value, at + 4);
    buffer.writeInt32BE(length, at);
    at += 4 + Math.max(0, length);
  }
  return buffer;
};

const empty = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, TEXT_OID]);

const plain = (values: unknown[]): string => `{${values.map((value) => value ?? "NULL").join(",")}}`;

/** What a column holds: `json` is a text that JSON.stringify() made. */
export type ColumnKind = "text" | "json" | "int" | "bigint" | "boolean";

export const typeOf = (kind: ColumnKind): string => (kind === "json" ? "text[]" : `${kind}[]`);

const column = (kind: ColumnKind, values: unknown[]): Buffer | string => {
  if (kind === "json" || kind === "text") return texts(values as (string | null)[]);
  return plain(values);
};

/** Rows turned into columns, in the order of the kinds. */
export const columns = (kinds: ColumnKind[], rows: unknown[][]): (Buffer | string)[] =>
  kinds.map((kind, i) =>
    column(
      kind,
      rows.map((row) => row[i]),
    ),
  );
