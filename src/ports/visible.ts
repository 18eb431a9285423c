/**
 * Text from outside, made safe to print.
 *
 * A terminal obeys control characters: they clear the screen, change the window's title and forge rows. Bidi overrides
 * and invisible characters make one id look like another. The two joiners stay: emoji and Persian are written with them.
 */
const HIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;

const escaped = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
};

/** One line: every control, bidi and invisible character as an escape such as `\x1b` or `\u202e`, newlines too. */
export const visible = (text: string): string => text.replace(HIDDEN, escaped);

/** The same for text whose own newlines are meant. */
export const visibleLines = (text: string): string => text.split("\n").map(visible).join("\n");

/** What JSON.stringify leaves as it is. It escapes C0 itself, so each of these stands inside a string. */
const HIDDEN_IN_JSON = /[\x7f-\x9f\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;

/** JSON that reads back to the same value and holds no control, bidi or invisible character but its own newlines. */
export const visibleJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(HIDDEN_IN_JSON, (character) =>
    [...Array(character.length).keys()]
      .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`)
      .join(""),
  );
