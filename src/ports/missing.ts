/** An optional package is not installed; the message names the command that brings it. */
export class Missing extends Error {
  override name = "Missing";
}

/**
 * For whoever loads an optional package: in place of Node's own words, what needs it and the command that brings it.
 *
 * @param names the packages, as npm is told them
 * @throws Missing; any other trouble as it came
 */
export const missing =
  (names: string, needs: string) =>
  (error: unknown): never => {
    const { code, message } = error as NodeJS.ErrnoException;
    const isThis = names.split(" ").some((name) => message.includes(`'${name}'`));
    if (!isThis || (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND")) throw error;
    throw new Missing(`${needs} needs ${names}, which is not installed. Run: npm install ${names}`, { cause: error });
  };
