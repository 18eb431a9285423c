/** A server's connections, so that it can stop without cutting a request. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";

interface State {
  answers: Set<ServerResponse>;
  /** When it became idle, and how much had been read by then: more since is a request on its way. */
  idleSince: number;
  read: number;
}

export class HttpConnections {
  private readonly open = new Map<Socket, State>();
  private isLast = false;

  constructor(private readonly server: Server) {
    server.on("connection", (socket: Socket) => {
      this.open.set(socket, { answers: new Set(), idleSince: performance.now(), read: 0 });
      socket.once("close", () => this.open.delete(socket));
    });
    server.prependListener("request", ({ socket }: IncomingMessage, answer: ServerResponse) => {
      const state = this.open.get(socket);
      if (state === undefined) return;
      state.answers.add(answer);
      if (this.isLast) answer.shouldKeepAlive = false;
      answer.once("close", () => {
        state.answers.delete(answer);
        Object.assign(state, { idleSince: performance.now(), read: socket.bytesRead });
      });
    });
  }

  /** From now on every answer is its connection's last, and says so (`Connection: close`). */
  end(): void {
    this.isLast = true;
    for (const { answers } of this.open.values())
      for (const answer of answers) if (!answer.headersSent) answer.shouldKeepAlive = false;
  }

  /** Takes no new connection. Node's own `close` would close what is idle at this moment, whatever is on its way on it. */
  refuse(closed: () => void): void {
    NetServer.prototype.close.call(this.server, () => {
      // Stops what looks for slow requests; it has nothing else to close any more.
      this.server.close(() => {});
      closed();
    });
  }

  /** Closes those on which nothing has come for so long, and nothing is being answered. */
  closeIdle(ms: number): void {
    const before = performance.now() - ms;
    for (const [socket, { answers, idleSince, read }] of this.open) {
      if (answers.size === 0 && idleSince <= before && socket.bytesRead === read) socket.end();
    }
  }

  cut(): void {
    for (const socket of this.open.keys()) socket.destroy();
  }
}
