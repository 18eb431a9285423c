/** The one stylesheet: few colours, each with a word beside it; light and dark by what the reader prefers. */
import { chartStyle } from "../statechart/svg.js";

export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#2456c9"/><path d="M4 8.4 7 11l5-6" fill="none" stroke="#fff" stroke-width="2"/></svg>`;

const colours = `
:root {
  color-scheme: light dark;
  --paper: #f7f7f5; --card: #ffffff; --ink: #1b2126; --soft: #56616b; --line: #e2e4e0; --line-strong: #c9cdc8;
  --link: #1f4fbf; --focus: #1f4fbf; --well: #f1f2ef;
  --good: #14673a; --good-bg: #e3f3e8; --warn: #7a4d00; --warn-bg: #fdf0d5; --bad: #a3231f; --bad-bg: #fbe6e4;
  --info: #1f4c86; --info-bg: #e4eefa; --calm: #4b555e; --calm-bg: #eceeeb;
  --shadow: 0 1px 2px rgb(20 30 40 / 0.05);
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #101417; --card: #181d22; --ink: #e6eaed; --soft: #a0abb5; --line: #2a3138; --line-strong: #3d4750;
    --link: #8fb6ff; --focus: #8fb6ff; --well: #13181c;
    --good: #83d6a2; --good-bg: #12301f; --warn: #f0c064; --warn-bg: #352707; --bad: #ff9d96; --bad-bg: #3b1715;
    --info: #9cc4ff; --info-bg: #14283f; --calm: #b3bdc6; --calm-bg: #262d33;
    --shadow: none;
  }
}`;

const ground = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 1rem; font-weight: 650; letter-spacing: -0.015em; }
h2 { font-size: 1rem; line-height: 1.3; margin: 0 0 0.75rem; font-weight: 650; }
h3 { font-size: 0.95rem; line-height: 1.4; margin: 0; font-weight: 600; }
p { margin: 0 0 0.6rem; }
a { color: var(--link); text-underline-offset: 0.18em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
code { font: 0.82em ui-monospace, "SF Mono", Menlo, Consolas, monospace; color: var(--soft); overflow-wrap: anywhere; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
.soft, .help { color: var(--soft); }
.help { font-size: 0.88rem; }
.skip { position: absolute; left: -99em; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--card); padding: 0.4rem 0.8rem; z-index: 2; }
.top {
  display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: center; padding: 0.7rem clamp(1rem, 4vw, 2.5rem);
  border-bottom: 1px solid var(--line); background: var(--card);
}
.brand { font-weight: 650; color: var(--ink); text-decoration: none; display: inline-flex; align-items: center; gap: 0.5rem; }
.mark { width: 1.2rem; height: 1.2rem; background: url(icon.svg) center / contain no-repeat; }
.top nav { display: flex; gap: 0.25rem; }
.top nav a { color: var(--soft); text-decoration: none; padding: 0.3rem 0.65rem; border-radius: 0.5rem; }
.top nav a:hover { color: var(--ink); background: var(--well); }
.top nav a[aria-current] { color: var(--ink); background: var(--calm-bg); font-weight: 600; }
.top search { margin-left: auto; }
.top search form { display: flex; gap: 0.4rem; } .top search input { width: 16rem; }
.language { font-size: 0.88rem; }
main { max-width: 76rem; margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 2.5rem) 3rem; }
footer {
  display: flex; gap: 1rem; justify-content: center; padding: 1.2rem; color: var(--soft); font-size: 0.85rem;
  border-top: 1px solid var(--line);
}
.said { position: fixed; right: 1rem; bottom: 0.6rem; margin: 0; font-size: 0.85rem; color: var(--soft); }
.said:not(:empty) { background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.3rem 0.7rem; }
input, select, button, .button {
  font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--line-strong);
  border-radius: 0.5rem; padding: 0.35rem 0.7rem; min-height: 2.15rem;
}
input::placeholder { color: var(--soft); opacity: 1; }
input[type="checkbox"], input[type="range"] { min-height: 0; padding: 0; accent-color: #2456c9; }
button, .button { cursor: pointer; text-decoration: none; display: inline-flex; align-items: center; line-height: 1.3; }
button:hover, .button:hover { border-color: var(--soft); }
.strong { background: #2456c9; border-color: #2456c9; color: #fff; font-weight: 600; }
.strong:hover { background: #1c469f; }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: 0.8rem; padding: 1.15rem 1.3rem; margin: 0 0 1.1rem;
  box-shadow: var(--shadow); min-width: 0;
}
.count { margin-left: 0.5rem; color: var(--soft); font-weight: 500; }
.plain { list-style: none; margin: 0; padding: 0; }
.stack { display: grid; gap: 0.9rem; justify-items: start; max-width: 34rem; }
.stack label { display: grid; gap: 0.25rem; width: 100%; }
.links { display: flex; flex-wrap: wrap; gap: 0.4rem 0.9rem; align-items: center; margin: 0.6rem 0 0; }
.links form { display: contents; }
.crumb { display: flex; gap: 0.7rem; align-items: center; }
.calm { text-align: center; padding: 2.5rem 1rem; color: var(--soft); }
.calm p:first-child { color: var(--ink); font-size: 1.1rem; font-weight: 600; margin: 0 0 0.2rem; }
pre { overflow: auto; font: 0.82rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.scroll { overflow-x: auto; margin: 0 -0.3rem; padding: 0 0.3rem; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-size: 0.82rem; font-weight: 550; color: var(--soft); white-space: nowrap; }
th, td { padding: 0.5rem 1.2rem 0.5rem 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
tr > :last-child { padding-right: 0; }
tbody tr:last-child td { border-bottom: 0; }
td time { white-space: nowrap; }
.number { text-align: right; }
h1, td a, .crumb a, .help code { overflow-wrap: anywhere; }
.flagged { margin: 0; max-width: 34rem; }
th:last-child:empty { padding: 0; }`;

const marks = `
.status, .mark-word, .flag, .chip {
  display: inline-flex; align-items: center; gap: 0.4em; padding: 0.06rem 0.55rem; border-radius: 1rem; font-size: 0.82rem;
  font-weight: 550; white-space: nowrap; background: var(--calm-bg); color: var(--calm);
}
.status::before { content: ""; width: 0.5em; height: 0.5em; border-radius: 50%; background: currentColor; }
.status.big { font-size: 0.95rem; padding: 0.2rem 0.8rem; }
.status[data-status="processing"], .status[data-status="completed"], [data-mark="moved"].mark-word { background: var(--good-bg); color: var(--good); }
.status[data-status="completed"]::before { border-radius: 1px; }
.status[data-status="on-hold"], [data-mark="held"].mark-word, [data-mark="deferred"].mark-word { background: var(--warn-bg); color: var(--warn); }
.status[data-status="pending"], [data-mark="asked"].mark-word, [data-mark="under-way"].mark-word { background: var(--info-bg); color: var(--info); }
.status[data-status="failed"], [data-mark="refused"].mark-word { background: var(--bad-bg); color: var(--bad); }
.flag { background: var(--bad-bg); color: var(--bad); margin-right: 0.3rem; }
.flag::before { content: "⚑"; font-size: 0.9em; }
.error { font-size: 0.85rem; color: var(--soft); }
.banner { border: 1px solid var(--line-strong); border-left-width: 4px; border-radius: 0.6rem; padding: 0.8rem 1.1rem; margin: 0 0 1.1rem; background: var(--card); }
.banner p:last-child { margin-bottom: 0; }
.banner.bad { border-left-color: var(--bad); }
.banner.good { border-left-color: var(--good); }
.countdown { color: var(--warn); font-size: 0.88rem; white-space: nowrap; }
.tiles { list-style: none; margin: 0 0 1.6rem; padding: 0; display: grid; gap: 0.8rem; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 0.8rem; padding: 0.8rem 1rem; box-shadow: var(--shadow); }
.tile b { display: block; font-size: 1.5rem; line-height: 1.2; font-weight: 600; letter-spacing: -0.02em; }
.tile span, .tile { color: var(--soft); font-size: 0.86rem; }
.tile b { color: var(--ink); }
.tile a { color: inherit; text-decoration: none; display: block; margin: -0.8rem -1rem; padding: 0.8rem 1rem; border-radius: 0.8rem; }
.tile a:hover span { text-decoration: underline; }
.tile.bad { border-color: var(--bad); } .tile.bad b { color: var(--bad); }
.tile.warn { border-color: var(--warn); } .tile.warn b { color: var(--warn); }
.filter { display: flex; flex-wrap: wrap; gap: 0.8rem 1.2rem; align-items: end; margin: 0 0 1.4rem; }
.filter label { display: grid; gap: 0.2rem; font-size: 0.85rem; color: var(--soft); }
.filter > a { line-height: 2.15rem; }
.filter label.tick { display: flex; align-items: center; gap: 0.45rem; min-height: 2.15rem; color: var(--ink); font-size: inherit; }
.pages { display: flex; gap: 1.2rem; margin-top: 1.2rem; }`;

const order = `
.order-head { margin-bottom: 0.9rem; }
.order-head .title { margin-bottom: 0.3rem; }
.essentials { display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; align-items: center; margin: 0; color: var(--soft); }
.essentials strong { color: var(--ink); font-size: 1.05rem; }
.copied { display: inline-flex; align-items: center; gap: 0.35rem; min-width: 0; }
.copy { display: none; min-height: 0; padding: 0 0.45rem; font-size: 0.78rem; color: var(--soft); }
.scripted .copy { display: inline-flex; }
.answer { margin-bottom: 1.2rem; max-width: 60rem; }
.answer.banner { max-width: none; }
.answer p { margin-bottom: 0.45rem; max-width: 56rem; }
.answer .links { margin: 0 0 0.6rem; }
.answer .links:empty { display: none; }
.answer .note { border-left: 3px solid var(--line-strong); padding-left: 0.7rem; }
.answer .note[data-note="refused"] { border-left-color: var(--bad); }
.others { margin: 0 0 0.6rem; } .others li { padding: 0.2rem 0; }
.doable { display: flex; flex-wrap: wrap; gap: 0.5rem 1.4rem; }
.doable li { display: inline-flex; flex-wrap: wrap; gap: 0.2rem 0.6rem; align-items: center; font-size: 0.92rem; }
.possible details { margin-top: 0.5rem; }
.reason { margin: 0 0 0.2rem; font-size: 0.92rem; }
.more > summary, .fold > summary { font-size: 0.84rem; width: fit-content; }
.answers { margin-top: 0.6rem; } .answers li { border-top: 1px dashed var(--line); padding: 0.5rem 0; scroll-margin-top: 1rem; }
.answers p { margin: 0; } .answers li:target { background: var(--warn-bg); }
.found { columns: 12rem; padding-left: 1.2rem; }
.flag.dead::before { content: "!"; font-weight: 700; }
.title { display: flex; flex-wrap: wrap; gap: 0.4rem 1rem; align-items: center; margin-bottom: 1rem; }
.title h1 { margin: 0; }
.sentence { font-size: 1.2rem; line-height: 1.45; letter-spacing: -0.005em; margin-bottom: 0.35rem; max-width: 46rem; text-wrap: pretty; }
.slider {
  display: flex; flex-wrap: wrap; gap: 0.5rem 0.9rem; align-items: center; padding: 0.5rem 1rem; margin-bottom: 1.4rem;
  background: var(--well); border: 1px solid var(--line); border-radius: 0.8rem;
}
.slider input { flex: 1 1 12rem; background: transparent; border: 0; }
.slider output { color: var(--soft); font-size: 0.88rem; min-width: 7rem; }
.scripted .slider button { display: none; }
.slider a[rel] { text-decoration: none; padding: 0.2rem 0.5rem; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) 21rem; gap: 0 1.4rem; align-items: start; }
.tabs { display: flex; flex-wrap: wrap; gap: 0.3rem 1.3rem; margin: 0 0 1.2rem; border-bottom: 1px solid var(--line); }
.tabs a { padding: 0.3rem 0; color: var(--soft); text-decoration: none; border-bottom: 2px solid transparent; margin-bottom: -1px; }
.tabs a[aria-current] { color: var(--ink); border-bottom-color: #2456c9; font-weight: 600; }
.timeline { list-style: none; margin: 0; padding: 0; }
.step { display: grid; grid-template-columns: 8.2rem minmax(0, 1fr); gap: 0 2.3rem; position: relative; padding-bottom: 1.5rem; scroll-margin-top: 1rem; }
.step::before { content: ""; position: absolute; left: 9.28rem; top: 1.2rem; bottom: -0.35rem; width: 1px; background: var(--line-strong); }
.timeline:last-of-type .step:last-child::before { display: none; }
.step::after {
  content: ""; position: absolute; left: 8.95rem; top: 0.38rem; width: 0.7rem; height: 0.7rem; border-radius: 50%;
  background: var(--card); border: 2px solid var(--line-strong);
}
.step[data-mark="moved"]::after { background: var(--good); border-color: var(--good); }
.step[data-mark="held"]::after, .step[data-mark="deferred"]::after { border-color: var(--warn); background: var(--warn-bg); }
.step[data-mark="refused"]::after, .step[data-mark="stale"]::after { border-color: var(--bad); background: var(--bad-bg); border-radius: 2px; }
.step[data-mark="asked"]::after, .step[data-mark="under-way"]::after { border-color: var(--info); }
.step:target h3 { background: var(--warn-bg); box-shadow: 0 0 0 0.3rem var(--warn-bg); border-radius: 0.2rem; }
.when { text-align: right; font-size: 0.84rem; color: var(--soft); line-height: 1.45; padding-top: 0.1rem; }
.when time { display: block; }
.who { font-weight: 550; color: var(--ink); }
.what { min-width: 0; }
.outcome { margin: 0.2rem 0 0.35rem; display: flex; flex-wrap: wrap; gap: 0.4rem 0.8rem; align-items: center; }
.outcome:empty { display: none; }
.change { white-space: nowrap; display: inline-flex; gap: 0.35rem; align-items: center; color: var(--soft); }
.what dl { margin: 0; font-size: 0.9rem; }
.what dl > div { display: grid; grid-template-columns: 6.6rem minmax(0, 1fr); gap: 0.7rem; padding: 0.1rem 0; }
.what dt { color: var(--soft); }
.what dd { margin: 0; }
.what .later { margin-top: 0.35rem; padding-top: 0.35rem; border-top: 1px dashed var(--line); }
.what .links { font-size: 0.82rem; margin-top: 0.3rem; gap: 0.9rem; }
.what .links a { color: var(--soft); }

.between { margin: 0 0 1.5rem; } .between > .timeline { margin-top: 1.2rem; }
.fold { margin-top: 0.4rem; font-size: 0.9rem; }
.fold li { display: flex; flex-wrap: wrap; gap: 0 1rem; align-items: baseline; padding: 0.35rem 0; border-top: 1px solid var(--line); scroll-margin-top: 1rem; }
.fold li:target { background: var(--warn-bg); } .fold li .links { margin: 0 0 0 auto; }
summary { cursor: pointer; color: var(--link); padding: 0.2rem 0; }
.sums { margin: 0 0 0.8rem; }
.sums div { display: flex; justify-content: space-between; gap: 1rem; padding: 0.25rem 0; border-bottom: 1px solid var(--line); }
.sums div:last-child { border: 0; }
.sums dt { color: var(--soft); } .sums dd { margin: 0; } .sums .total { font-weight: 600; } .sums .total dt { color: var(--ink); }
.side-column .card li { padding: 0.45rem 0; border-bottom: 1px solid var(--line); }
.side-column .card li:last-child { border: 0; padding-bottom: 0; }
.verdicts li { font-size: 0.92rem; }
.side-column .button { min-height: 0; padding: 0.2rem 0.65rem; font-size: 0.86rem; }
.way { list-style: none; display: flex; flex-wrap: wrap; gap: 0.5rem; padding: 0; margin: 0 0 1rem; }
.way li { display: inline-flex; align-items: center; gap: 0.5rem; }
.way.cut::before { content: "…"; color: var(--soft); }
.hop { font-size: 0.8rem; color: var(--soft); text-decoration: none; display: inline-flex; align-items: center; gap: 0.35rem; }
.hop:hover { text-decoration: underline; }
.hop::after { content: "→"; font-size: 1rem; color: var(--good); }
.stop { border: 1px solid var(--line-strong); border-radius: 0.45rem; padding: 0.1rem 0.6rem; font-weight: 550; font-size: 0.9rem; }
.way [aria-current] .stop { background: #ffe08a; border-color: #b98900; color: #1f2933; }
.drawing { overflow: auto; max-height: 26rem; background: var(--well); border-radius: 0.6rem; padding: 0.8rem; }
.drawing svg { max-width: none; display: block; margin: 0 auto; }
.drawing.fitted { max-height: none; margin-bottom: 0.8rem; } .drawing.fitted svg { width: 100%; height: auto; }
.chart summary h2 { display: inline; margin: 0; color: var(--ink); } .chart details[open] summary { margin-bottom: 0.8rem; }
.drawing .edge { opacity: 0.4; } .drawing .edge:is(.taken, .onward, :hover) { opacity: 1; }
.fitted .edge text { opacity: 0; } .fitted .edge:is(.taken, .onward, :hover) text { opacity: 1; }
.statechart .onward > path { stroke: var(--link); stroke-width: 1.4; }
.statechart .onward > polygon { stroke: var(--link); fill: var(--link); }
.statechart .happy:not(.taken, .onward) path { stroke: var(--line); stroke-width: 1; }
.statechart .happy:not(.taken, .onward) polygon { stroke: var(--line); fill: var(--line); }
.statechart .node.visited > path, .statechart .cluster.visited > path { stroke: var(--happy); stroke-width: 2; }
.statechart .taken > path { stroke: var(--happy); stroke-width: 3.2; }
.statechart .taken > polygon { stroke: var(--happy); fill: var(--happy); }
.statechart .taken > text { fill: var(--ink); font-weight: 600; }
.consequence { border-left: 3px solid var(--line-strong); padding-left: 1.1rem; margin: 0.8rem 0 1.2rem; }
.consequence h2 { margin-top: 1rem; }
.sends { margin: 0; padding-left: 1.3rem; } .sends li::first-letter { text-transform: uppercase; }`;

const narrow = `
@media (max-width: 62rem) { .columns { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 40rem) {
  body { font-size: 16px; }
  main { padding-top: 1.3rem; }
  .top search { margin: 0; width: 100%; order: 3; } .top search form input { flex: 1; min-width: 0; }
  .language { margin-left: auto; }
  .top nav { order: 2; margin-left: -0.65rem; }
  .sentence { font-size: 1.1rem; }
  .answer.banner { padding: 0.7rem 0.8rem; }
  .card { padding: 1rem; }
  .step { grid-template-columns: minmax(0, 1fr); padding-left: 1.6rem; }
  .step::before { left: 0.33rem; } .step::after { left: 0; }
  .when { text-align: left; display: flex; flex-wrap: wrap; gap: 0 0.7rem; }
  .what dl > div { grid-template-columns: minmax(0, 1fr); gap: 0; padding: 0.2rem 0; }
  .slider button { margin-left: auto; }
  thead { position: absolute; left: -99em; }
  tr { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.2rem 0.9rem; padding: 0.7rem 0; border-bottom: 1px solid var(--line); }
  tbody tr:last-child { border-bottom: 0; }
  td { border: 0; padding: 0; } td:empty { display: none; }
  td[data-unit]::after { content: " " attr(data-unit); color: var(--soft); }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print { .top, .slider, .tabs, .links, footer, .said, .chart { display: none; } body { background: #fff; } }`;

export const style = [chartStyle, colours, ground, marks, order, narrow].join("\n");
