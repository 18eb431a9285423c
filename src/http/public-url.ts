/** Where banks and browsers reach the app. Nobody but its owner may say so: a Host header is a stranger's word. */

export interface PublicUrlOptions {
  /**
   * Where this app is mounted, as the bank and the customer reach it, such as `https://shop.example/engine`. Needed
   * wherever a bank is told an address: `POST /orders/:id/checkout`, and `onCheckoutSubmitted`.
   */
  publicUrl?: (string | (() => string)) | undefined;
}

/** A bank was to be told an address, and the app was not told its own. */
export class PublicUrlMissing extends Error {
  override name = "PublicUrlMissing";
  constructor() {
    super("httpApp was given no publicUrl, so there is no address to give to the bank; pass publicUrl");
  }
}

const checked = (url: string): string => {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const fits = parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.search === "" && parsed.hash === "";
  if (fits) return url;
  throw new TypeError(
    `publicUrl: "${url}" does not fit; write it with https:// and without ? and #, such as https://shop.example`,
  );
};

/**
 * Checks it at the start and reads it when it is needed.
 * @param isNeeded it is clear at the start that a bank will be told an address
 * @throws TypeError where it is no address, PublicUrlMissing where it is needed and missing
 */
export const publicUrlOf = ({ publicUrl }: PublicUrlOptions, { isNeeded }: { isNeeded: boolean }): (() => string) => {
  if (isNeeded && publicUrl === undefined) throw new PublicUrlMissing();
  if (typeof publicUrl === "string") checked(publicUrl);
  return () => {
    if (publicUrl === undefined) throw new PublicUrlMissing();
    return typeof publicUrl === "string" ? publicUrl : checked(publicUrl());
  };
};
