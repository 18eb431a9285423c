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
