import { once } from "node:events";
import { createServer } from "node:net";

/** Below these the system takes no port for a connection that somebody makes, so it stays free until it is listened on. */
const FROM = 12_000;
const TO = 30_000;
const given = new Set<number>();

/** A TCP port of this computer that nobody listens on at the moment, and that no other test is likely to get. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = FROM + Math.floor(Math.random() * (TO - FROM));
    if (given.has(port)) continue;
    given.add(port);
    const server = createServer().listen(port, "127.0.0.1");
    try {
      await once(server, "listening");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") continue;
      throw error;
    }
    server.close();
    await once(server, "close");
    return port;
  }
};
