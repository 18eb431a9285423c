/** The processes that system tests start are the built files. */
import { execFileSync } from "node:child_process";

export default () => {
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "."], { stdio: "inherit" });
};
