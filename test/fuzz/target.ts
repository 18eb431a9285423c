/** One thing that takes bytes from outside. */

export interface Target {
  name: string;
  /** Of a hundred inputs, this many. */
  share: number;
  /** So many may be under way at a time; left out: one. */
  atOnce?: number;
  corpus: readonly Uint8Array[];
  /** What is wrong with how the input was taken; null = nothing. Whatever it throws is a finding, too. */
  fuzz(bytes: Uint8Array): string | null | Promise<string | null>;
  /** Begins anew, so that what inputs left behind does not pile up. */
  fresh?(): Promise<void>;
  /** Ends what `fresh` began: an engine that nobody stops is in memory, and at work, for good. */
  close?(): Promise<void>;
  /** What the inputs since `fresh` left behind that must not be. */
  settled?(): Promise<string | null>;
}

export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "utf8"));
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
export const jsonBytes = (value: unknown): Uint8Array => bytesOf(JSON.stringify(value));
