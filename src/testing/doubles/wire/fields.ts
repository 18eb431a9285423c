/**
 * What the banks' messages hold, as data: the doubles refuse by it, tests hold every message to it, and the tables in
 * docs/wire are written from it.
 */

export type Kind =
  | {
      of: "text";
      /** What it is called in the tables, where its limits alone would say little. */
      called?: string;
      words?: readonly string[];
      pattern?: RegExp;
      least?: number;
      most?: number;
    }
  /** `decimals`: at most so many; left out: any. */
  | { of: "number"; decimals?: number; least?: number; most?: number }
  | { of: "flag" }
  /** Taken, and not looked into. */
  | { of: "anything" }
  /** `like`: what it is called where its fields stand elsewhere. */
  | { of: "group"; fields: readonly Field[]; like?: string }
  /** One of them, whichever is sent. */
  | { of: "either"; kinds: readonly [Kind, ...Kind[]] }
  /** An object whose names nobody lists; each holds a list of this, or this. */
  | { of: "map"; kind: Kind; listed: boolean };

export interface Field {
  name: string;
  kind: Kind;
  required: boolean;
  /** Null: it stands there once. Else how often it may stand there, as a list. */
  list: { least: number; most: number } | null;
  /** Where it is published, if not where the group is that it stands in. */
  source: string | null;
}

export interface WireOperation {
  name: string;
  /** Its method and address, `{x}` for what varies; or the SOAP service and its element; or whom a callback is about. */
  asks: string;
  /** Who sends the request. */
  by: "shop" | "bank";
  /** Where it is published. */
  source: string;
  /** Null: it has no body. */
  request: readonly Field[] | null;
  answer: readonly Field[] | null;
}

export interface WireFault {
  path: string;
  says: string;
}

export interface Strictness {
  /** What is published nowhere is a fault, too. */
  strict?: boolean;
  /** Elements: every value is a text, and they stand in the order of the schema. */
  xml?: boolean;
}

export const text = (of: { called?: string; pattern?: RegExp; least?: number; most?: number } = {}): Kind => ({
  of: "text",
  ...of,
});
export const words = (...known: string[]): Kind => ({ of: "text", words: known });
export const number = (of: { least?: number; most?: number } = {}): Kind => ({ of: "number", ...of });
export const decimal = (of: { least?: number; most?: number } = {}): Kind => ({ of: "number", decimals: 2, ...of });
export const whole = (of: { least?: number; most?: number } = {}): Kind => ({ of: "number", decimals: 0, ...of });
export const flag: Kind = { of: "flag" };
export const anything: Kind = { of: "anything" };
export const group = (...fields: Field[]): Kind => ({ of: "group", fields });
export const either = (first: Kind, ...others: Kind[]): Kind => ({ of: "either", kinds: [first, ...others] });
export const mapOf = (kind: Kind): Kind => ({ of: "map", kind, listed: false });
export const mapOfLists = (kind: Kind): Kind => ({ of: "map", kind, listed: true });
export const groupLike = (like: string, fields: readonly Field[]): Kind => ({ of: "group", fields, like });

export const uuid = text({
  called: "UUID",
  pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
});
export const moment = text({
  called: "date and time",
  pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?$/,
});
export const webAddress = (most?: number): Kind => ({
  of: "text",
  called: "web address",
  pattern: /^https?:\/\/[^\s/]/i,
  ...(most === undefined ? {} : { most }),
});

/** @param source where it is published, if elsewhere than its group */
export const must = (name: string, kind: Kind, source: string | null = null): Field => ({
  name,
  kind,
  required: true,
  list: null,
  source,
});
export const may = (name: string, kind: Kind, source: string | null = null): Field => ({
  ...must(name, kind, source),
  required: false,
});
export const listOf = (field: Field, least = 0, most = Number.POSITIVE_INFINITY): Field => ({
  ...field,
  list: { least, most },
});

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;

const outside = (value: number, { least, most }: { least?: number; most?: number }, what: string): string | null => {
  if (least !== undefined && value < least) return `is less than ${least}${what}`;
  return most !== undefined && value > most ? `is more than ${most}${what}` : null;
};

/** A float writes two decimals with more behind them. */
const hasMore = (value: number, decimals: number): boolean => {
  const scaled = value * 10 ** decimals;
  return Math.abs(scaled - Math.round(scaled)) >= 1e-6;
};

/** Why a value is not of the kind; null: it is. */
const wrongWith = (value: unknown, kind: Exclude<Kind, { of: "group" | "map" }>, how: Strictness): string | null => {
  const { xml = false } = how;
  if (kind.of === "anything") return null;
  if (kind.of === "either") {
    const faults = kind.kinds.map((one) => faultsIn({ value }, [must("value", one)], how));
    return faults.some((own) => own.length === 0) ? null : (faults[0]?.[0]?.says ?? null);
  }
  if (kind.of === "flag") {
    const is = xml ? ["true", "false", "1", "0"].includes(value as string) : typeof value === "boolean";
    return is ? null : "is not true or false";
  }
  if (kind.of === "number") {
    const given = xml && typeof value === "string" && DECIMAL.test(value) ? Number(value) : value;
    if (typeof given !== "number" || !Number.isFinite(given)) return "is no number";
    const { decimals } = kind;
    if (decimals !== undefined && hasMore(given, decimals)) {
      return decimals === 0 ? "is no whole number" : `has more than ${decimals} decimals`;
    }
    return outside(given, kind, "");
  }
  if (typeof value !== "string") return "is no text";
  const { words: known, pattern, called } = kind;
  if (known !== undefined && !known.includes(value)) return `is none of ${known.join(", ")}`;
  if (pattern !== undefined && !pattern.test(value)) return `is no ${called ?? pattern.source}`;
  return outside(value.length, kind, " characters");
};

const same = (field: Field): Field => field;
const isGroup = (value: unknown, xml: boolean): value is Record<string, unknown> =>
  (typeof value === "object" && value !== null && !Array.isArray(value)) || (xml && value === "");

/** What is wrong with a message; none: nothing. */
export const faultsIn = (message: unknown, fields: readonly Field[], how: Strictness = {}, at = ""): WireFault[] => {
  const { strict = false, xml = false } = how;
  if (!isGroup(message, xml)) return [{ path: at, says: xml ? "has no elements" : "is no object" }];
  const given: Record<string, unknown> = typeof message === "object" ? message : {};
  const pathOf = (name: string): string => (at === "" ? name : `${at}.${name}`);
  const names = Object.keys(given).filter((name) => given[name] !== undefined);
  const faults: WireFault[] = [];
  if (strict) {
    const unknown = names.filter((name) => !fields.some((field) => field.name === name));
    faults.push(...unknown.map((name) => ({ path: pathOf(name), says: "is published nowhere" })));
  }
  if (xml) {
    const due = fields.filter(({ name }) => names.includes(name)).map(({ name }) => name);
    const misplaced = names.filter((name) => due.includes(name)).find((name, index) => due[index] !== name);
    if (misplaced !== undefined) faults.push({ path: pathOf(misplaced), says: "stands out of order" });
  }
  for (const { name, kind, required, list } of fields) {
    const value = given[name];
    const path = pathOf(name);
    if (value === undefined || (value === null && !required)) {
      if (required) faults.push({ path, says: "is missing" });
      continue;
    }
    const one = (item: unknown, where: string): WireFault[] => {
      if (kind.of === "group") return faultsIn(item, kind.fields, how, where);
      if (kind.of === "map") {
        const names = isGroup(item, xml) ? Object.keys(item) : [];
        const each = (name: string): Field => (kind.listed ? listOf : same)(must(name, kind.kind));
        return faultsIn(item, names.map(each), how, where);
      }
      const says = wrongWith(item, kind, how);
      return says === null ? [] : [{ path: where, says }];
    };
    if (list === null) {
      faults.push(
        ...(xml && Array.isArray(value) ? [{ path, says: "stands there more than once" }] : one(value, path)),
      );
      continue;
    }
    const items = xml && !Array.isArray(value) ? [value] : value;
    if (!Array.isArray(items)) {
      faults.push({ path, says: "is no list" });
      continue;
    }
    const many = outside(items.length, list, " items");
    if (many !== null) faults.push({ path, says: many.replace("is", "has") });
    faults.push(...items.flatMap((item, index) => one(item, `${path}[${index}]`)));
  }
  return faults;
};

/** One line of a table: a field, wherever it stands. */
export interface Row extends Omit<Field, "name" | "source"> {
  /** `order.orderLines[].quantity` */
  path: string;
  source: string;
}

export const rowsOf = (fields: readonly Field[], source: string, at = ""): Row[] =>
  fields.flatMap(({ name, kind, required, list, source: own }) => {
    const path = `${at === "" ? name : `${at}.${name}`}${list === null ? "" : "[]"}`;
    const row: Row = { path, kind, required, list, source: own ?? source };
    const isShown = kind.of === "group" && kind.like === undefined;
    return isShown ? [row, ...rowsOf(kind.fields, row.source, path)] : [row];
  });

/** The operation that a request asks for. */
export const operationAt = (operations: readonly WireOperation[], asked: string): WireOperation | undefined =>
  operations.find(({ asks }) => {
    const pattern = asks.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{[^}]*\}/g, "[^/]+");
    return new RegExp(`^${pattern}$`).test(asked);
  });

/** What is wrong with the body of a request; one that is not in the list takes any. */
export const requestFaults = (
  operations: readonly WireOperation[],
  asked: string,
  body: unknown,
  how?: Strictness,
): WireFault[] => {
  const request = operationAt(operations, asked)?.request;
  return request ? faultsIn(body, request, how) : [];
};

/** As one sentence. */
export const saidOf = (faults: WireFault[]): string =>
  faults.map(({ path, says }) => `${path} ${says}`.trim()).join("; ");
