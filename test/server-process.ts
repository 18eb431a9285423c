/** A framework's server as a process of its own, which a test ends and begins again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";

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
      let told = "";
      for (const stream of [one.stdout, one.stderr]) {
        stream?.setEncoding("utf8").on("data", (text: string) => {
          told += text;
          said += text;
        });
      }
      while (one.exitCode === null && !told.includes(isUp)) await setTimeout(50);
      if (one.exitCode !== null) throw new Error(`${name} ended:\n${told}`);
    },
    async stop(signal) {
      if (server.exitCode !== null || server.signalCode !== null) return;
      server.kill(signal);
      await once(server, "exit");
    },
    said: () => said,
  };
};
