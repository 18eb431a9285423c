/** The types before the oldest TypeScript that they are held to; the project's own is in `test/adopter`. */
import { expect, test } from "vitest";
import { compiledBy } from "../adopter/misspelt.js";

test("with TypeScript 5.7 a shop compiles, and with any word of it misspelt it does not", async () => {
  const { complaints, unnoticed } = await compiledBy("test/release/node_modules/typescript-5.7/bin/tsc");
  expect(complaints).toEqual([]);
  expect(unnoticed).toEqual([]);
});
