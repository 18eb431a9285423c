/** The page of `--stately`: it shows actors, charts and messages, and takes nothing from the network. */
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { machinesOf, registry } from "../../machines/index.js";
import { chartOf } from "../statechart/chart.js";
import { bareSvgOf, chartStyle } from "../statechart/svg.js";

const style = `
:root { color-scheme: light dark; --ground: #f7f7f5; --ink: #1b2126; --line: #c9cdc8; --on: #e4eefa; --grey: #56616b; }
@media (prefers-color-scheme: dark) { :root { --ground: #101417; --ink: #e6eaed; --line: #3d4750; --on: #14283f; --grey: #a0abb5; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; display: grid; grid-template-columns: 15rem 1fr; min-height: 100vh; }
nav { border-right: 1px solid var(--line); padding: 1rem; overflow: auto; max-height: 100vh; position: sticky; top: 0; }
nav ol { list-style: none; margin: 0; padding: 0; }
nav button { font: inherit; color: inherit; width: 100%; display: flex; justify-content: space-between; gap: 1rem; padding: 0.35rem 0.6rem; border: 0; border-radius: 0.4rem; background: none; cursor: pointer; overflow-wrap: anywhere; text-align: left; }
nav button[aria-current] { background: var(--on); font-weight: 600; }
nav span, #said, #empty { color: var(--grey); font-weight: 400; }
main { padding: 1rem 1.5rem; min-width: 0; }
h1 { font-size: 1.3rem; margin: 0 0 0.8rem; } h2 { font-size: 1rem; margin: 0 0 0.4rem; }
#charts { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
#charts section { min-width: 0; } #charts section[data-actor="order"] { grid-column: 1 / -1; }
.drawing { overflow: auto; height: 20rem; border: 1px solid var(--line); border-radius: 0.5rem; }
.drawing .statechart { max-width: none; }
table { border-collapse: collapse; width: 100%; margin-top: 1rem; } th, td { text-align: left; padding: 0.25rem 0.8rem 0.25rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; border: 0; max-height: 12rem; } #charts { grid-template-columns: 1fr; } }
${chartStyle}`;

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Machines</title><link rel="icon" href="data:,"><style>${style}</style><script type="module" src="client.js"></script></head>
<body><nav aria-label="Orders"><h2>Orders</h2><ol id="orders"></ol><p id="said" role="status"></p></nav>
<main><h1 id="title">Machines</h1><p id="empty">Nothing has happened since the engine started. An order shows up with its next event.</p>
<div id="charts"></div>
<table><thead><tr><th>Time (UTC)</th><th>From</th><th>To</th><th>Event</th><th>State after it</th></tr></thead><tbody id="messages"></tbody></table>
</main></body></html>
`;

const headers = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
};

/** A name that leads here from a page of elsewhere is no name of this computer. */
const isHere = (host: string | undefined): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host ?? "");

const answerTo = async (path: string): Promise<[type: string, body: string] | null> => {
  if (path === "/") return ["text/html", page];
  if (path === "/client.js") {
    const script = await readFile(new URL("./stately-client.js", import.meta.url), "utf8");
    return ["text/javascript", script.replace(/^\/\/#.*$/m, "")];
  }
  const machine = machinesOf(registry)[/^\/charts\/([\w-]+)\.svg$/.exec(path)?.[1] ?? ""];
  return machine === undefined ? null : ["image/svg+xml", await bareSvgOf(chartOf(machine))];
};

export const servePage = async (
  { url, headers: { host } }: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const answer = isHere(host) ? await answerTo(new URL(url ?? "/", "http://here").pathname).catch(() => null) : null;
  const [type, body] = answer ?? ["text/plain", "Not found\n"];
  response.writeHead(answer === null ? 404 : 200, { ...headers, "Content-Type": `${type}; charset=utf-8` }).end(body);
};
