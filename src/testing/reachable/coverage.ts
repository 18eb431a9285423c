/** Which transitions were taken and which way each guard answered, of machines that are at work. */
import type { AnyStateMachine, AnyStateNode, StateValue } from "xstate";
import type { GuardContext } from "../../../machines/guards.js";
import type { Registry } from "../../../machines/index.js";
import { evaluate, nodesOf, nodesUnder } from "../../core/explain.js";

interface Use {
  taken: boolean;
  /** The guard said no; a transition without a guard cannot. */
  refused: boolean;
}

type Branches = AnyStateNode["always"] & object;
type Shown = { value: StateValue; context: GuardContext };

export class Coverage {
  private readonly uses = new Map<object, Use & { name: string }>();
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
    return [...this.uses.values()].flatMap(({ name, taken, refused }) => [
      ...(taken ? [] : [`${name} is never taken`]),
      ...(refused ? [] : [`${name} is never refused`]),
    ]);
  }

  private machine<M extends AnyStateMachine>(machine: M): M {
    const known = this.watched.get(machine);
    if (known !== undefined) return known as M;
    for (const node of nodesUnder(machine.root)) {
      for (const [event, branches] of node.transitions) this.expect(`${node.id} at ${event}`, branches);
      if (node.always !== undefined) this.expect(`${node.id} at once`, node.always);
    }
    const watching: M = Object.create(machine);
    watching.getTransitionData = (snapshot, event) => {
      this.see(machine, snapshot as unknown as Shown, event.type);
      return machine.getTransitionData(snapshot, event);
    };
    this.watched.set(machine, watching);
    return watching;
  }

  private expect(where: string, branches: Branches): void {
    for (const [i, { guard, target }] of branches.entries()) {
      const to = target?.map(({ id }) => id).join() ?? "nowhere";
      const name = `${where}, branch ${i + 1}${guard === undefined ? "" : ` (${String(guard)})`} to ${to}`;
      this.uses.set(branches[i] as object, { name, taken: false, refused: guard === undefined });
    }
  }

  private see(machine: AnyStateMachine, { value, context }: Shown, event: string): void {
    for (const node of nodesOf(machine, value)) {
      const branch = this.follow(machine, context, node.transitions.get(event) ?? []);
      if (branch === null) continue;
      // A state that is left in no time asks its own questions of the same facts.
      for (const target of branch.target ?? []) this.follow(machine, context, target.always ?? []);
      return;
    }
  }

  private follow(machine: AnyStateMachine, context: GuardContext, branches: Branches) {
    for (const branch of branches) {
      const use = this.uses.get(branch) as Use;
      const { guard } = branch;
      if (guard === undefined || evaluate(machine, guard as string, context)) {
        use.taken = true;
        return branch;
      }
      use.refused = true;
    }
    return null;
  }
}
