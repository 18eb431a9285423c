/** The shape of a JSON text from outside, looked at before anything is built of it. */

export interface JsonLimits {
  /** Objects and arrays inside of each other. */
  depth: number;
  /** Members and elements, all together. */
  values: number;
}

/** Of what banks and shops answer. An order of 1,000 lines with a plugin's metadata has 60,000 values. */
export const answerLimits: JsonLimits = { depth: 64, values: 100_000 };

const [QUOTE, COMMA, OPEN_LIST, BACKSLASH, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [
  0x22, 0x2c, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d,
];

const TOKEN = /\s*("(?:[^"\\]+|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[{}[\],:]|true|false|null)/gy;
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** A decimal number in one spelling: its digits without zeros at either end, and their exponent. */
const spelled = (number: string): string | null => {
  const [, sign, whole = "", fraction = "", exponent = "0"] = NUMBER.exec(number) ?? [];
  if (sign === undefined) return null;
  const digits = (whole + fraction).replace(/^0+/, "");
  const bare = digits.replace(/0+$/, "");
  return bare === "" ? "0" : `${sign}${bare}e${Number(exponent) - fraction.length + digits.length - bare.length}`;
};

/**
 * What would not come out of a JSON text as it stands there: a number that JavaScript has none for, or a key that stands
 * twice in one object, of which the first would be lost. null = all comes out.
 * @param text well-formed JSON
 */
export const lostIn = (text: string): { path: string; message: string } | null => {
  const open: { keys: Set<string> | null; at: string | number }[] = [];
  const path = () => open.map(({ at }) => at).join(".");
  let before = "";
  for (const [, token = ""] of text.matchAll(TOKEN)) {
    const inner = open.at(-1);
    const isKey = inner?.keys != null && (before === "{" || before === ",") && token.startsWith('"');
    if (isKey) {
      inner.at = JSON.parse(token) as string;
      if (inner.keys?.has(inner.at)) return { path: path(), message: "must not stand twice in one object" };
      inner.keys?.add(inner.at);
    } else if (token === "{" || token === "[") open.push({ keys: token === "{" ? new Set() : null, at: 0 });
    else if (token === "}" || token === "]") open.pop();
    else if (token === "," && inner !== undefined && inner.keys === null) inner.at = Number(inner.at) + 1;
    else if (/^[-\d]/.test(token) && spelled(token) !== spelled(String(Number(token)))) {
      return { path: path(), message: `must be a number that can be kept: ${token} would become ${Number(token)}` };
    }
    before = token;
  }
  return null;
};

/** The same value with 0 for -0, which JSON writes as 0 anyway. */
export const withoutMinusZero = <T>(value: T): T => {
  if (value === 0) return 0 as T;
  if (Array.isArray(value)) return value.map(withoutMinusZero) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutMinusZero(one)])) as T;
};

/** Which limit the text is over; null = none. Says nothing of whether it is JSON. */
export const overLimits = (text: string, limits: JsonLimits): keyof JsonLimits | null => {
  let [depth, values, inString] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === BACKSLASH) i++;
      else if (c === QUOTE) inString = false;
      continue;
    }
    if (c === QUOTE) inString = true;
    else if (c === OPEN_LIST || c === OPEN_OBJECT) {
      values += 1;
      depth += 1;
    } else if (c === CLOSE_LIST || c === CLOSE_OBJECT) depth -= 1;
    else if (c === COMMA) values += 1;
    if (depth > limits.depth) return "depth";
    if (values > limits.values) return "values";
  }
  return null;
};
