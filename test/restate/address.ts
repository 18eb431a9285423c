/** One address for nodes that come and go, as a load balancer has it: each connection goes to the next one alive. */

import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

export interface Address {
  url: string;
  /** From now on these take the connections. */
  leadsTo(urls: string[]): void;
  end(): void;
}

export const address = async (): Promise<Address> => {
  let nodes: string[] = [];
  let next = 0;
  const open = new Set<Socket>();
  const server = createServer((caller) => {
    const node = nodes[next++ % Math.max(1, nodes.length)];
    if (node === undefined) return void caller.destroy();
    const { hostname, port } = new URL(node);
    const callee = connect(Number(port), hostname);
    for (const [one, other] of [
      [caller, callee],
      [callee, caller],
    ] as const) {
      open.add(one);
      // Small messages that wait for each other: forty milliseconds each, where the sockets collect them.
      one.setNoDelay(true);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadsTo(urls) {
      nodes = urls;
    },
    end() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
};
