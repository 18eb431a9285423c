/** Several nodes, each a process of its own, on one PostgreSQL; the bank and the shop live here and count what reaches them. */
import type { PostgresOptions } from "../../src/stores/postgres/store.js";
import { Scene } from "../../src/testing/contracts/runtime/scene.js";
import { Guest, type RuntimePlace, type Setup } from "../../src/testing/contracts/runtime.js";
import { program } from "../programs.js";
import { run } from "../stores/postgres-client.js";
import type { PostgresServer } from "../stores/postgres-server.js";

const script = program("test/nodes/node");

export interface NodeOptions {
  worker: string;
  drainMs: number;
  store: PostgresOptions;
}

export interface FleetOptions {
  server: PostgresServer;
  /** Names of the nodes that are started; more may follow. */
  nodes: string[];
  setup?: Partial<Setup>;
  store?: PostgresOptions;
  drainMs?: number;
}

export type Node = Guest & { ready: string; url: string };

export class Fleet {
  readonly nodes = new Map<string, Node>();

  private constructor(
    readonly database: string,
    readonly scene: Scene,
    private readonly options: FleetOptions,
  ) {}

  /** In a new database. */
  static async open(options: FleetOptions): Promise<Fleet> {
    const database = await options.server.database();
    let fleet: Fleet | null = null;
    const scene = await Scene.made(async () => (fleet as Fleet).place(), ["kill", "pause", "secondNode"]);
    fleet = new Fleet(database, scene, options);
    try {
      await scene.open(options.setup);
      for (const name of options.nodes) await fleet.start(name);
      return fleet;
    } catch (error) {
      await fleet.end();
      throw error;
    }
  }

  async start(name: string, changes: Partial<Setup> = {}): Promise<Node> {
    const options: NodeOptions = {
      worker: name,
      drainMs: this.options.drainMs ?? 0,
      store: { connectionString: this.database, ...this.options.store, pool: { application_name: name } },
    };
    const guest = await Guest.started(script, { ...this.scene.setup, ...changes }, [JSON.stringify(options)]);
    const node = Object.assign(guest, { url: guest.ready });
    this.nodes.set(name, node);
    return node;
  }

  node(name: string): Node {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`there is no node ${name}`);
    return node;
  }

  /** Asks it to end by itself, and forgets it: its exit code. */
  async retire(name: string): Promise<number | null> {
    const node = this.node(name);
    this.nodes.delete(name);
    return node.stop();
  }

  sql(text: string, values: unknown[] = []): Promise<unknown[][]> {
    return run(this.database, text, values);
  }

  /** What the node has claimed and not released, by the type of the effect. */
  async held(worker: string): Promise<string[]> {
    const rows = await this.sql(
      "SELECT effect::json ->> 'type' FROM order_status.outbox WHERE worker = $1 AND NOT dead AND lease_until > 0",
      [worker],
    );
    return rows.map(([type]) => String(type));
  }

  async end(): Promise<void> {
    for (const node of this.nodes.values()) {
      node.resume();
      await node.kill();
    }
    await this.scene.end();
  }

  private place(): RuntimePlace {
    const first = () => [...this.nodes.values()][0] as Node;
    const none = () => Promise.reject(new Error("name the node"));
    const place = { kill: none, restart: none, pause: none, resume: none, secondNode: none, stalled: none };
    return {
      ...place,
      get door() {
        return first().door;
      },
      setWallClock: () => {},
      end: async () => {},
    };
  }
}

export interface Asked {
  status: number;
  body: unknown;
}

/** Null where nobody answered. */
export const ask = async (url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Asked | null> => {
  try {
    const post = {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    };
    const answer = await fetch(url, { signal: AbortSignal.timeout(20_000), ...(body === undefined ? {} : post) });
    return { status: answer.status, body: await answer.json().catch(() => null) };
  } catch {
    return null;
  }
};
