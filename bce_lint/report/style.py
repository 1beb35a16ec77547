"""How the HTML report looks, in light and in dark."""

from __future__ import annotations

CSS = """
:root {
  color-scheme: light dark;
  --page: #fff; --card: #fff; --ink: #1f2328; --dim: #59636e; --line: #d1d9e0; --code: #f6f8fa; --mark: #fff5b8;
  --red: #d1242f; --amber: #9a6700; --green: #1a7f37; --blue: #0969da; --violet: #8250df;
  --gone: #fbe9eb; --band: #c9ced4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --card: #0d1117; --ink: #e6edf3; --dim: #9198a1; --line: #30363d; --code: #161b22; --mark: #3b3310;
    --red: #ff7b72; --amber: #e3b341; --green: #56d364; --blue: #58a6ff; --violet: #bc8cff;
    --gone: #3a1a1e; --band: #474e57;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1.5rem 1.25rem 4rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
h3 { font-size: .95rem; margin: 1.5rem 0 .4rem; }
a { color: var(--blue); text-decoration: none; }
a:hover { text-decoration: underline; }
p { margin: .35rem 0; max-width: 60rem; }
code, pre, .tick { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { font-size: .92em; }
pre { margin: .6rem 0; padding: .7rem .9rem; overflow-x: auto; background: var(--code); border: 1px solid var(--line);
  border-radius: 6px; font-size: 12.5px; line-height: 1.45; }
.dim { color: var(--dim); }
.summary { margin: .3rem 0 1.2rem; }
.list { width: 100%; }
.list td { text-align: left; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: .28rem .75rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
th { font-weight: 600; vertical-align: bottom; max-width: 9rem; }
.list th { text-align: left; }
.list td:last-child { min-width: 18rem; }
.list td:nth-child(2), .list td:nth-child(3) { white-space: nowrap; }
tr.marked td { background: var(--mark); }
td.bad { color: var(--red); font-weight: 700; }
article { margin: 2rem 0; padding: 1.1rem 1.25rem 1.25rem; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
article.confirmed { border-left: 4px solid var(--red); }
article.refuted { border-left: 4px solid var(--green); }
article.undecided { border-left: 4px solid var(--amber); }
.badge { display: inline-block; padding: 0 .55em; border: 1px solid currentColor; border-radius: 1em; font-size: .8rem; font-weight: 600; }
.badge.confirmed, .error, .said { color: var(--red); }
.badge.refuted, .help { color: var(--green); }
.badge.undecided, .warning { color: var(--amber); }
.advice, .origin { color: var(--blue); }
.error, .warning, .strong { font-weight: 600; }
.verdict { font-size: 1.02rem; font-weight: 600; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(21rem, 1fr)); gap: .5rem 1rem; max-width: 60rem; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: 12.5px; padding: 0; margin: .3rem 0; list-style: none; }
.legend svg { width: 2.2rem; height: .8rem; vertical-align: middle; margin-right: .4rem; }
svg { width: 100%; height: auto; }
svg text { fill: var(--ink); font-size: 11px; }
svg text.title { font-weight: 600; font-size: 12px; }
svg text.tick { fill: var(--dim); font-size: 10px; }
svg text.said { fill: var(--red); font-weight: 700; paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
polyline, .legend line { fill: none; stroke-width: 2; }
.grid { stroke: var(--line); stroke-width: .7; }
.gone { fill: var(--gone); }
.edge { stroke: var(--red); stroke-width: 1; }
.cross { stroke: var(--red); stroke-width: 2.6; }
.yours { stroke: var(--red); }
.exact { stroke: var(--band); stroke-width: 8 !important; }
.c1 { stroke: var(--blue); }
.c2 { stroke: var(--amber); stroke-dasharray: 5 3; }
.c3 { stroke: var(--green); stroke-dasharray: 1.5 3; stroke-width: 2.6 !important; }
.c4 { stroke: var(--violet); stroke-dasharray: 6 2 1.5 2; }
details { margin-top: 1rem; }
summary { cursor: pointer; font-weight: 600; }
@media print { article { break-inside: avoid; } details > pre { white-space: pre-wrap; } }
"""
