/** The processes that system tests start are the built files, and of some all that they load in one file. */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { BUNDLED, FOLDER, programs, standsIn, WORKER } from "./programs.js";

/** Pure code, which may stand in any file; the rest looks for its own files, or is loaded only where it is wanted. */
const inOneFile = ["@hono/node-server", "@rgrove/parse-xml", "commander", "date-fns", "hono", "leven", "xstate", "zod"];

/** A process that is to be killed changes the driver from outside, so there is one of each for all. */
const apart = ["dist/src/stores/sqlite/driver.js", "dist/test/crash/kill-switch.js"].map((file) => resolve(file));

const BUILT = /^dist\/(.*)\.js$/;
/** Where the module in this file stood before it was put into another. */
const stood = (file: string): string => {
  const [, name = ""] = BUILT.exec(relative(process.cwd(), file)) ?? [];
  return pathToFileURL(name === "" ? file : resolve(standsIn(name), `${name}.js`)).href;
};

const bundle = async (folder: string): Promise<void> => {
  const bundled = await rolldown({
    input: Object.fromEntries([...programs, WORKER].map((name) => [name, `dist/${name}.js`])),
    platform: "node",
    external: (id) => /^[^./]/.test(id) && !inOneFile.some((name) => id === name || id.startsWith(`${name}/`)),
    plugins: [
      {
        name: "where-it-stood",
        resolveId: (id, importer = "") => {
          const file = resolve(dirname(importer), id);
          return apart.includes(file) ? { id: pathToFileURL(file).href, external: true } : null;
        },
        transform: (code, id) => code.replaceAll(/import\.meta\.url/g, JSON.stringify(stood(id))),
      },
    ],
  });
  await bundled.write({ dir: folder, chunkFileNames: "parts/[name]-[hash].js" });
  await bundled.close();
};

export default async () => {
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "."], { stdio: "inherit" });
  const folder = join(process.cwd(), FOLDER);
  rmSync(folder, { recursive: true, force: true });
  await bundle(folder);
  process.env[BUNDLED] = folder;
};
