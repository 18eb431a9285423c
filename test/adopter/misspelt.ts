/**
 * `shop.ts` before a compiler as its author has it: strict, with exact optional properties, the package beside it. As it
 * stands it compiles; with any one of its words misspelt it does not.
 */
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { lineAt } from "../sources.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A text in quotes, or the key of an object. The author's own begin with "my" or "MY_", or are addresses. */
const WORD = /"(?<text>[^"\n]+)"|(?<=[{,(]\s*)(?<key>[a-zA-Z]+)(?=: )/g;
const OWN = /^my|^MY_|^\w+:\/\//;

interface Variant {
  /** The word as it is spelt right, and where it stands. */
  word: string;
  text: string;
}

export const variantsOf = (shop: string): Variant[] => {
  const afterImports = shop.lastIndexOf(' from "');
  return [...shop.matchAll(WORD)].flatMap(({ index, groups = {} }) => {
    const word = groups.text ?? groups.key ?? "";
    if (index < shop.indexOf("\n", afterImports) || OWN.test(word)) return [];
    const at = shop.indexOf(word, index);
    const misspelt = word.slice(0, -2) + word.slice(-1);
    const text = shop.slice(0, at) + misspelt + shop.slice(at + word.length);
    return [{ word: `${word} (line ${lineAt(shop, at)})`, text }];
  });
};

const compilerOptions = {
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  // XState's own declarations do not hold under the option above.
  skipLibCheck: true,
  module: "nodenext",
  target: "es2023",
  lib: ["es2023", "dom"],
  types: ["node"],
};

/**
 * @param compiler path of a `tsc`, in the project's folder
 * @returns what the compiler says of the file as it stands, and the words that it takes misspelt
 */
export const compiledBy = async (
  compiler: string,
): Promise<{ complaints: string[]; unnoticed: string[]; words: number }> => {
  const folder = await mkdtemp(join(tmpdir(), "order-status-adopter-"));
  try {
    const shop = await readFile(join(root, "test/adopter/shop.ts"), "utf8");
    const variants = variantsOf(shop);
    await mkdir(join(folder, "node_modules"));
    await symlink(root, join(folder, "node_modules/order-status-engine"));
    await symlink(join(root, "node_modules/@types"), join(folder, "node_modules/@types"));
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    await writeFile(join(folder, "shop.ts"), shop);
    await copyFile(join(root, "test/adopter/optional.ts"), join(folder, "optional.ts"));
    for (const [index, { text }] of variants.entries()) await writeFile(join(folder, `${index}.ts`), text);
    const told = await run(process.execPath, [join(root, compiler), "-p", "."], { cwd: folder, maxBuffer: 1e8 }).then(
      ({ stdout }) => stdout,
      (error: { stdout: string }) => error.stdout,
    );
    const complaints = told.split("\n").filter((line) => /^\S/.test(line));
    const inVariants = new Set(complaints.flatMap((line) => /^(\d+)\.ts\(/.exec(line)?.[1] ?? []));
    return {
      complaints: complaints.filter((line) => !/^\d+\.ts\(/.test(line)),
      unnoticed: variants.filter((_, index) => !inVariants.has(String(index))).map(({ word }) => word),
      words: variants.length,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
