/** Runs the real command line in a process of its own. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { program } from "../programs.js";

/** For whoever starts it in a way of his own. */
export const main = fileURLToPath(program("src/cli/main"));

export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../test/cli/fixtures/${name}`, import.meta.url));

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** `spawned` gets the process, to send it signals or to read on. */
export const cli = (
  args: string[],
  options: {
    input?: string;
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    spawned?: (child: ReturnType<typeof spawn>) => void;
  } = {},
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const { cwd } = options;
    const child = spawn(process.execPath, [main, ...args], { cwd, env: { ...process.env, DEBUG: "", ...options.env } });
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      err += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err }));
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    options.spawned?.(child);
  });

/** Runs a command that serves, hands over what it printed, and stops it. */
export const served = async (args: string[], look: (told: Record<string, string>) => Promise<void>) => {
  let looked: Promise<void> | null = null;
  const ended = await cli(args, {
    spawned: (child) => {
      child.stdout?.once("data", (text: string) => {
        looked = look(JSON.parse(text) as Record<string, string>).finally(() => child.kill("SIGINT"));
      });
    },
  });
  await looked;
  return ended;
};
