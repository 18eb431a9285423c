/** Addresses without their passwords: the only way in which a message, a page or a log names one. */

/**
 * A scheme, a user, and whatever stands between the user's colon and the last @. A password that was not percent-encoded
 * may hold an @, / or #, so nothing before the last @ is safe to show: rather too much is hidden than too little.
 */
const USERINFO = /^(?=((?:postgres(?:ql)?:\/*|[a-z][a-z\d+.-]*:\/\/+)?\/*))\1([^:@]*):.*@/is;
const IN_TEXT = /\b[a-z][a-z\d+.-]*:\/+\S*@|[^\s"'`<>(),]+:[^\s"'`<>]*@/gi;
const IN_QUERY = /((?:password|passwd|pwd|secret|token)=)(?:'[^']*'|[^&\s"'#]+)/gi;

/** An address as a whole, in whatever shape somebody wrote it: `postgres://user:***@host/database`. */
export const withoutPassword = (address: string): string =>
  address.replace(USERINFO, "$1$2:***@").replace(IN_QUERY, "$1***");

/** The same for every address in a text of others, such as a driver's error. */
export const withoutPasswords = (text: string): string =>
  text.replace(IN_TEXT, (address) => address.replace(USERINFO, "$1$2:***@")).replace(IN_QUERY, "$1***");

/** Whether a password stands in an address, well-formed or not. */
export const hasPassword = (address: string): boolean => withoutPassword(address) !== address;

/**
 * More than one @, or one behind a / or #: where the password ends is a guess, and a driver would take a part of it
 * for the host.
 */
export const isAmbiguous = (address: string): boolean => {
  const rest = address.replace(/^[a-z][a-z\d+.-]*:\/*/i, "");
  return /[@/?#].*@/s.test(rest);
};
