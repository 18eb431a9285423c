/** Restate's packages are for who uses Restate. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("without Restate's packages, the one command that brings them is named", async () => {
  const hook = `export const resolve = (name, context, next) => {
    if (!name.startsWith("@restatedev/")) return next(name, context);
    throw Object.assign(new Error("Cannot find package " + name), { code: "ERR_MODULE_NOT_FOUND" });
  };`;
  const script = `import { register } from "node:module";
    register("data:text/javascript," + encodeURIComponent(${JSON.stringify(hook)}));
    const { restateRuntime, restateService } = await import(process.argv[1]);
    const said = [];
    await restateRuntime({ ingressUrl: "http://127.0.0.1:1" }).queries.read("o").catch((error) => said.push(error.message));
    await restateService({ gateways: [], shop: {} }).listen().catch((error) => said.push(error.message));
    console.log(JSON.stringify(said));`;
  const entry = new URL("../../src/runtime/restate/index.js", import.meta.url).href;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script, entry]);
  const command = "run: npm install @restatedev/restate-sdk @restatedev/restate-sdk-clients";
  expect(JSON.parse(stdout)).toEqual([
    `@restatedev/restate-sdk-clients is not installed; ${command}`,
    `@restatedev/restate-sdk is not installed; ${command}`,
  ]);
});
