/** Secrets that we choose ourselves; what a bank or a shop gives out is as long as they make it. */

/** Of 16 random letters and digits nobody tries them all, however fast a signature can be tried. */
export const SHORTEST_SECRET = 16;

/** Sixteen random digits have fewer in one case of ten thousand; sixteen spaces, or a word over and over, always. */
const FEWEST_DIFFERENT = 5;

const WAY_OUT = "make one with: openssl rand -hex 16 (order-status init makes them too)";

/** @returns what is wrong with it, without the secret; null = nothing */
export const secretFault = (secret: string): string | null => {
  if (secret.length < SHORTEST_SECRET) return `the secret has fewer than ${SHORTEST_SECRET} characters; ${WAY_OUT}`;
  if (secret !== secret.trim()) return `the secret begins or ends with a space, which headers lose; ${WAY_OUT}`;
  if (new Set(secret).size >= FEWEST_DIFFERENT) return null;
  return `the secret has fewer than ${FEWEST_DIFFERENT} different characters; ${WAY_OUT}`;
};

/**
 * @param secrets by the name of the option; null and undefined = not set
 * @throws TypeError that names the option
 */
export const requireLongSecrets = (secrets: Record<string, string | null | undefined>): void => {
  for (const [name, secret] of Object.entries(secrets)) {
    const fault = secret === null || secret === undefined ? null : secretFault(secret);
    if (fault !== null) throw new TypeError(`${name}: ${fault}`);
  }
};

/** A store has no log; whoever runs the process reads its warnings. */
export const warnOfSecret = (name: string, place: string): void =>
  process.emitWarning(
    `${place}: the secret "${name}" was damaged and is not used; addresses that it signed count as unproven from now on`,
    { code: "ORDER_STATUS_SECRET" },
  );
