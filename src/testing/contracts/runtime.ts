/** What every runtime keeps to. Free of any test runner: it is handed one, and a runtime to try. */
import { crashes } from "./runtime/crashes.js";
import { mailbox } from "./runtime/mailbox.js";
import { nodes } from "./runtime/nodes.js";
import { type Ability, type OpenRuntime, Scene } from "./runtime/scene.js";
import { waiting } from "./runtime/waiting.js";

export type { Ability, OpenRuntime, RuntimePlace } from "./runtime/scene.js";
export type { NodeParts, Setup } from "./runtime/setup.js";
export { Guest, nodeParts, offer } from "./runtime/wire.js";

export interface ContractOptions {
  /** Your test runner: `skip` is told why. */
  runner: {
    test(title: string, run: () => Promise<void>, timeoutMs: number): void;
    skip(title: string, reason: string): void;
  };
  open: OpenRuntime;
  /** What the runtime cannot do, and why not. */
  cannot?: Partial<Record<Ability, string>>;
}

/** How long a case may take before it counts as hanging. */
const PATIENCE_MS = 120_000;

export const runtimeContract = ({ runner, open, cannot = {} }: ContractOptions): void => {
  for (const { title, needs = [], run } of [...mailbox, ...waiting, ...crashes, ...nodes]) {
    const missing = needs.find((need) => cannot[need] !== undefined);
    if (missing !== undefined) {
      runner.skip(title, cannot[missing] ?? "");
      continue;
    }
    const play = async () => {
      const scene = await Scene.made(open, needs);
      try {
        await run(scene);
      } finally {
        await scene.end();
      }
    };
    runner.test(title, play, PATIENCE_MS);
  }
};
