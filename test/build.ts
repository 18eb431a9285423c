/** The processes that system tests start are the built files, and of some all that they load in one file. */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { BUNDLED, FOLDER, programs } from "./programs.js";

/** Pure code, which may stand in any file; the rest looks for its own files, or is loaded only where it is wanted. */
const inOneFile = ["@hono/node-server", "@rgrove/parse-xml", "commander", "date-fns", "hono", "leven", "xstate", "zod"];

const bundle = async (folder: string): Promise<void> => {
  const built = await rolldown({
    input: Object.fromEntries(programs.map((name) => [name, `dist/${name}.js`])),
    platform: "node",
    external: (id) => /^[^./]/.test(id) && !inOneFile.some((name) => id === name || id.startsWith(`${name}/`)),
    plugins: [
      {
        name: "where-it-stood",
        transform: (code, id) => code.replaceAll(/import\.meta\.url/g, JSON.stringify(pathToFileURL(id).href)),
      },
    ],
  });
  await built.write({ dir: folder, chunkFileNames: "parts/[name]-[hash].js" });
  await built.close();
};

export default async () => {
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "."], { stdio: "inherit" });
  const folder = join(process.cwd(), FOLDER);
  rmSync(folder, { recursive: true, force: true });
  await bundle(folder);
  process.env[BUNDLED] = folder;
};
