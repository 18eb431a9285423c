/** Which transitions were taken and which way each guard answered, of machines that are at work. */
import { type AnyStateMachine, type AnyStateNode, and } from "xstate";
import type { GuardContext } from "../../../machines/guards.js";
import type { Registry } from "../../../machines/index.js";
import { evaluate, nodesUnder } from "../../core/explain.js";

interface Use {
  name: string;
  taken: boolean;
  /** The guard said no; a transition without a guard cannot. */
  refused: boolean;
}

type Branch = NonNullable<AnyStateNode["always"]>[number];

export class Coverage {
  private readonly uses: Use[] = [];
  private readonly watched = new Map<AnyStateMachine, AnyStateMachine>();

  /** The same registry, its machines under watch. */
  watch(registry: Registry): Registry {
    const flows = Object.entries(registry.flows).map(([name, flow]) => {
      return [name, { ...flow, payment: this.machine(flow.payment) }];
    });
    return {
      ...registry,
      order: this.machine(registry.order),
      cooldown: this.machine(registry.cooldown),
      flows: Object.fromEntries(flows),
    };
  }

  /** What was never seen, in words; a machine that nobody asked at all is told with each of its transitions. */
  get missing(): string[] {
    return this.uses.flatMap(({ name, taken, refused }) => [
      ...(taken ? [] : [`${name} is never taken`]),
      ...(refused ? [] : [`${name} is never refused`]),
    ]);
  }

  private machine<M extends AnyStateMachine>(machine: M): M {
    const known = this.watched.get(machine);
    if (known !== undefined) return known as M;
    // A copy of its own, with branches of its own: whoever takes a step asks the guards that are put there.
    const copy = machine.provide({}) as M;
    for (const node of nodesUnder(copy.root)) {
      for (const [event, branches] of node.transitions) this.expect(copy, `${node.id} at ${event}`, branches);
      if (node.always !== undefined) this.expect(copy, `${node.id} at once`, node.always);
    }
    this.watched.set(machine, copy);
    return copy;
  }

  private expect(machine: AnyStateMachine, where: string, branches: readonly Branch[]): void {
    for (const [i, branch] of branches.entries()) {
      const { guard, target } = branch;
      const to = target?.map(({ id }) => id).join() ?? "nowhere";
      const name = `${where}, branch ${i + 1}${guard === undefined ? "" : ` (${String(guard)})`} to ${to}`;
      const use: Use = { name, taken: false, refused: guard === undefined };
      this.uses.push(use);
      // It looks on and says yes: the guard itself is asked after it, and gives its own reasons.
      const looksOn = ({ context }: { context: GuardContext }): true => {
        if (guard === undefined || evaluate(machine, guard as string, context)) use.taken = true;
        else use.refused = true;
        return true;
      };
      branch.guard = (guard === undefined ? looksOn : and([looksOn, guard] as never)) as Branch["guard"];
    }
  }
}
