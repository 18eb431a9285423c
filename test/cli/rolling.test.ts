/** Restarts, one node after the other, while clients keep their connections and hammer: no request is cut. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { listen, type Served } from "../../src/http/serve.js";
import { firstLine } from "../first-line.js";
import { freePort } from "../free-port.js";
import { main } from "./run.js";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const children: ChildProcess[] = [];
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const end of ends.splice(0)) await end();
});

/** Asks once. `refused`: nobody listened, so nothing was sent. `silent`: nothing came for a minute. */
type Answer = { status: number } | "refused" | "cut" | "silent";
const ask = (agent: Agent, port: number, path: string, body: string | null): Promise<Answer> =>
  new Promise((resolve) => {
    const headers =
      body === null ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const asked = request({ agent, port, path, host: "127.0.0.1", method: body === null ? "GET" : "POST", headers });
    asked.on("response", (answer: IncomingMessage) => {
      answer.resume();
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0 }));
      answer.on("error", () => resolve("cut"));
    });
    asked.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED" ? "refused" : "cut"));
    asked.setTimeout(60_000, () => resolve("silent"));
    asked.end(body);
  });

const serving = async (port: number, drain: string): Promise<ChildProcess> => {
  const args = ["serve", "--sandbox", "--port", String(port), "--drain", drain, "--log-level", "silent", "--json"];
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  await firstLine(child);
  return child;
};

/** What every load balancer does: asks /readyz, keeps its connections, and goes elsewhere where nobody listens. */
const balancer = (ports: number[]) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const looks = new Agent({ keepAlive: false });
  const ready = new Set(ports);
  const looking = setInterval(async () => {
    for (const port of ports) {
      const answer = await ask(looks, port, "/readyz", null);
      if (typeof answer === "object" && answer.status === 200) ready.add(port);
      else ready.delete(port);
    }
  }, 100);
  let turn = 0;
  const pass = async (path: string, body: string | null): Promise<Answer> => {
    for (let tries = 0; tries < 50; tries += 1) {
      const up = ports.filter((port) => ready.has(port));
      turn += 1;
      const port = up[turn % up.length];
      const answer = port === undefined ? "refused" : await ask(agent, port, path, body);
      if (answer !== "refused") return answer;
      await pause(20);
    }
    return "refused";
  };
  ends.push(() => {
    clearInterval(looking);
    agent.destroy();
    looks.destroy();
  });
  return pass;
};

test("two nodes behind a load balancer, each restarted: no request is cut", async () => {
  const ports = [await freePort(), await freePort()];
  const nodes = await Promise.all(ports.map((port) => serving(port, "1")));
  const pass = balancer(ports);
  const order = { status: "pending", gateway: "resurs-mapi", total: 10_000, currency: "SEK", lines: [] };
  const came = new Map<string, number>();
  let going = true;
  let count = 0;
  const client = async (): Promise<void> => {
    while (going) {
      count += 1;
      const answer = await pass("/orders", JSON.stringify({ orderId: `o${count}`, order }));
      const key = typeof answer === "object" ? String(answer.status) : answer;
      came.set(key, (came.get(key) ?? 0) + 1);
      // Some stay idle for a while, others do not.
      await pause(count % 7 === 0 ? 50 : 1);
    }
  };
  const clients = Array.from({ length: 12 }, client);
  for (const [i, node] of nodes.entries()) {
    await pause(500);
    node.kill("SIGTERM");
    await once(node, "exit", { signal: AbortSignal.timeout(60_000) });
    expect(node.exitCode).toBe(0);
    await serving(ports[i] as number, "1");
    await pause(500);
  }
  going = false;
  await Promise.all(clients);
  expect(came.get("201")).toBeGreaterThan(100);
  expect([...came.keys()]).toEqual(["201"]);
});

/** A server whose answers take so long. */
const slow = async (ms: number): Promise<{ served: Served; port: number }> => {
  const served = await listen(async (incoming) => {
    const body = await incoming.text();
    await pause(ms);
    return Response.json({ body });
  });
  let closed = false;
  const { close } = served;
  served.close = async (graceMs) => {
    closed = true;
    await close(graceMs);
  };
  ends.push(() => closed || close());
  return { served, port: Number(new URL(served.url).port) };
};

/** One connection, and what came back on it. */
const line = async (port: number) => {
  const socket: Socket = connect(port, "127.0.0.1");
  const seen = { text: "", ended: false, error: null as string | null };
  socket.setEncoding("latin1");
  socket.on("data", (text) => {
    seen.text += text;
  });
  socket.on("end", () => {
    seen.ended = true;
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    seen.error = error.code ?? "error";
  });
  await once(socket, "connect");
  ends.push(() => socket.destroy());
  const answers = () => seen.text.split("HTTP/1.1 ").length - 1;
  const until = async (test: () => boolean) => {
    for (let i = 0; i < 6000 && !test(); i += 1) await pause(5);
    expect(test()).toBe(true);
  };
  return { socket, seen, answers, until };
};
const GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

describe("a server that stops", () => {
  test("answers the next request of a connection that was idle, and closes it with that", async () => {
    const { served, port } = await slow(0);
    const { socket, seen, answers, until } = await line(port);
    socket.write(GET);
    await until(() => answers() === 1);
    expect(seen.text).not.toMatch(/connection: close/i);
    const closed = served.close(5000);
    await pause(300);
    socket.write(GET);
    await until(() => answers() === 2);
    expect(seen.text).toMatch(/connection: close/i);
    await closed;
    await until(() => seen.ended);
    expect(seen.error).toBe(null);
  });

  test("answers a request of which only a part had arrived", async () => {
    const { served, port } = await slow(0);
    const { socket, seen, answers, until } = await line(port);
    socket.write(GET);
    await until(() => answers() === 1);
    socket.write(GET.slice(0, 20));
    await pause(50);
    const closed = served.close(5000);
    await pause(1500);
    socket.write(GET.slice(20));
    await until(() => answers() === 2);
    await closed;
    expect(seen.error).toBe(null);
  });

  test("answers a connection that was made just before and has asked for nothing yet", async () => {
    const { served, port } = await slow(0);
    const { socket, answers, until } = await line(port);
    const closed = served.close(5000);
    await pause(200);
    socket.write(GET);
    await until(() => answers() === 1);
    await closed;
  });

  test("lets what is under way end, and says that it was the last", async () => {
    const { served, port } = await slow(600);
    const { socket, seen, answers, until } = await line(port);
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na");
    await pause(100);
    const closed = served.close(5000);
    await pause(100);
    socket.write("bc");
    await until(() => answers() === 1);
    expect(seen.text).toMatch(/connection: close.*"abc"/is);
    await closed;
  });

  test("closes what stays idle after a second, and what never ends after its grace", async () => {
    const { served, port } = await slow(60_000);
    const idle = await line(port);
    const stuck = await line(port);
    stuck.socket.write(GET);
    await pause(50);
    const began = performance.now();
    const closed = served.close(2500);
    await pause(500);
    expect(idle.seen.ended).toBe(false);
    await idle.until(() => idle.seen.ended);
    await closed;
    const took = performance.now() - began;
    expect(took).toBeGreaterThan(2400);
  });

  test("drains: goes on taking connections, and each answer is its connection's last", async () => {
    const { served, port } = await slow(0);
    served.drain();
    for (let i = 0; i < 3; i += 1) {
      const { socket, seen, until } = await line(port);
      socket.write(GET);
      await until(() => seen.ended);
      expect(seen.text).toMatch(/200 OK.*connection: close/is);
    }
  });
});

test("with no drain at all, clients that hammer over connections of their own are only ever refused, not cut", async () => {
  const port = await freePort();
  const node = await serving(port, "0");
  const came = { answered: 0, refused: 0, cut: 0 };
  let going = true;
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    ends.push(() => agent.destroy());
    while (going) {
      const answer = await ask(agent, port, "/healthz", null);
      if (answer === "cut") came.cut += 1;
      else if (answer === "refused") came.refused += 1;
      else came.answered += 1;
      await pause(1);
    }
  };
  const clients = Array.from({ length: 10 }, client);
  await expect.poll(() => came.answered, { timeout: 20_000 }).toBeGreaterThan(100);
  node.kill("SIGTERM");
  await once(node, "exit");
  going = false;
  await Promise.all(clients);
  expect(came.cut).toBe(0);
  expect(came.refused).toBeGreaterThan(0);
});

test("whoever waits for the end of what he asked for is told that it is under way", async () => {
  const port = await freePort();
  const node = await serving(port, "0");
  const agent = new Agent();
  const order = { status: "pending", gateway: "resurs-mapi", total: 10_000, currency: "SEK", lines: [] };
  expect(await ask(agent, port, "/orders", JSON.stringify({ orderId: "o", order }))).toEqual({ status: 201 });
  const checkout = await fetch(`http://127.0.0.1:${port}/orders/o/checkout`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ gateway: "resurs-mapi" }),
  });
  const { paymentId } = (await checkout.json()) as { paymentId: string };
  // Held for the customer's minute.
  const callback = { type: "callback.received", kind: "AUTHORIZATION", paymentId, claims: "AUTHORIZED", content: null };
  const waiting = ask(agent, port, "/orders/o/events", JSON.stringify(callback));
  await pause(500);
  const began = performance.now();
  node.kill("SIGTERM");
  expect(await waiting).toEqual({ status: 202 });
  await once(node, "exit");
  expect(performance.now() - began).toBeLessThan(30_000);
});
