/** Values of the configuration that several of its sections have. */
import { z } from "zod";
import { Word } from "../../../machines/text.js";

/** What is not seen in the file would be sent to the bank all the same. */
export const text = Word(2000).min(1);

export const NOT_HERE =
  'a secret does not stand in the file; put it into the environment and write env("NAME_OF_THE_VARIABLE")';

export const SecretSchema = z.strictObject(
  { env: z.string().regex(/^[A-Za-z_]\w*$/, "this is not the name of a variable") },
  {
    error: ({ input }) => (typeof input === "string" ? NOT_HERE : undefined),
  },
);

export const address = z.url({
  protocol: /^https?$/,
  error: ({ input }) =>
    typeof input === "object"
      ? "an address stands in the file itself; env() is for secrets and for the store"
      : "this is not an address; write it with https://, such as https://shop.example",
});
