/** What was thrown, as text. A host's code may throw anything, so making text of it must not throw either. */
const UNSHOWABLE = "something was thrown that cannot be made text";

/**
 * Also of another realm, such as a test of Jest's: there Node's own errors are no `instanceof Error`.
 * @throws what a getter throws
 */
export const isError = (thrown: unknown): thrown is Error =>
  thrown instanceof Error || /^\[object (?:Error|DOMException)\]$/.test(Object.prototype.toString.call(thrown));

/** The message of an error, else the value as text. Never throws. */
export const thrownText = (thrown: unknown): string => {
  try {
    return String(isError(thrown) ? thrown.message : thrown);
  } catch {
    return UNSHOWABLE;
  }
};
