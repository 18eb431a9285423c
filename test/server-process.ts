/** A framework's server as a process of its own, which a test ends and begins again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as later } from "node:timers";
import { setTimeout } from "node:timers/promises";

const START_MS = 240_000;
/** What does not end by itself for so long is killed. */
const STOP_MS = 20_000;

export interface ServerProcess {
  start(): Promise<void>;
  stop(signal: NodeJS.Signals): Promise<void>;
  /** All that it wrote. */
  said(): string;
}

/** @param isUp what it writes once it listens */
export const serverProcess = (
  name: string,
  args: string[],
  options: { env: NodeJS.ProcessEnv; cwd?: string },
  isUp: string,
): ServerProcess => {
  let said = "";
  let server: ChildProcess;
  return {
    async start() {
      const one = spawn(process.execPath, args, options);
      server = one;
      // A run that is interrupted leaves nothing behind.
      const kill = () => one.kill("SIGKILL");
      process.once("exit", kill);
      one.once("exit", () => process.off("exit", kill));
      let told = "";
      for (const stream of [one.stdout, one.stderr]) {
        stream?.setEncoding("utf8").on("data", (text: string) => {
          told += text;
          said += text;
        });
      }
      const ended = () => one.exitCode !== null || one.signalCode !== null;
      const end = performance.now() + START_MS;
      while (!ended() && !told.includes(isUp) && performance.now() < end) await setTimeout(50);
      if (!told.includes(isUp)) throw new Error(`${name} ${ended() ? "ended" : "does not start"}:\n${told}`);
    },
    async stop(signal) {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const exit = once(server, "exit");
      server.kill(signal);
      const insists = later(() => server.kill("SIGKILL"), STOP_MS);
      await exit;
      clearTimeout(insists);
    },
    said: () => said,
  };
};
