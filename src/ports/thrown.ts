/** What was thrown, as text. A host's code may throw anything, so making text of it must not throw either. */
const UNSHOWABLE = "something was thrown that cannot be made text";

/** The message of an error, else the value as text. Never throws. */
export const thrownText = (thrown: unknown): string => {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return UNSHOWABLE;
  }
};
