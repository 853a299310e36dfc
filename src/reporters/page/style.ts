/** Colours by purpose, twice; contrast of text is at least 4.5 in both. */
const LIGHT = `
  color-scheme: light;
  --ground: #f6f7f9; --paper: #ffffff; --line: #dde1e7; --text: #1b2330; --soft: #566074; --code: #eef1f5;
  --accent: #1f5fbf; --error: #b42318; --warning: #8a5a00; --info: #1c6a8c;
  --error-soft: #fdecea; --warning-soft: #fdf3dc; --info-soft: #e4f2f8; --life: #c3cddc;`;

const DARK = `
  color-scheme: dark;
  --ground: #12161d; --paper: #1a2029; --line: #2d3643; --text: #e4e8ee; --soft: #a3adbd; --code: #252d39;
  --accent: #7db0ff; --error: #ff8a80; --warning: #f2c063; --info: #75c7e8;
  --error-soft: #3a1f20; --warning-soft: #37301b; --info-soft: #18303b; --life: #3a4657;`;

export const STYLE = `
:root { ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
:root[data-theme="light"] { ${LIGHT} }
:root[data-theme="dark"] { ${DARK} }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
code, pre, .place, .proof, .pid, .command, .rule { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .88em; }
code { background: var(--code); border-radius: 4px; padding: .08em .32em; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
main, header > div, footer { max-width: 1180px; margin: 0 auto; padding: 0 20px; }
header { background: var(--paper); border-bottom: 1px solid var(--line); padding: 18px 0 16px; }
.title { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 14px; }
h1 { font-size: 1.35rem; margin: 0; letter-spacing: -.01em; }
#when { color: var(--soft); flex: 1; }
.tools { display: flex; gap: 8px; }
button, select, input { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 5px 12px; min-height: 36px; }
button { cursor: pointer; }
button:hover, select:hover { border-color: var(--soft); }
#numbers { list-style: none; display: flex; flex-wrap: wrap; gap: 8px; margin: 14px 0 0; padding: 0; }
#numbers li { border: 1px solid var(--line); border-radius: 10px; padding: 4px 14px; background: var(--ground); }
#numbers b { font-size: 1.2em; font-variant-numeric: tabular-nums; }
#numbers .zero { color: var(--soft); }
#numbers .error { color: var(--error); background: var(--error-soft); border-color: transparent; }
#numbers .warning { color: var(--warning); background: var(--warning-soft); border-color: transparent; }
#numbers .info { color: var(--info); background: var(--info-soft); border-color: transparent; }
section { margin: 28px 0; }
h2 { font-size: 1.08rem; margin: 0 0 10px; }
.panel { background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px; }
.note { color: var(--soft); margin: 8px 0 0; }
.filters { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-bottom: 12px; }
#search { flex: 1 1 220px; min-width: 0; }
.group { display: flex; gap: 6px; }
.group button[aria-pressed="false"] { opacity: .55; text-decoration: line-through; }
.group .error { color: var(--error); } .group .warning { color: var(--warning); } .group .info { color: var(--info); }
#forksshown { font-size: .85em; font-weight: 400; }
#shown, #forksshown { color: var(--soft); font-variant-numeric: tabular-nums; }
.card { background: var(--paper); border: 1px solid var(--line); border-left: 4px solid var(--line); border-radius: 12px; margin: 0 0 12px; scroll-margin-top: 16px; }
.card.error { border-left-color: var(--error); } .card.warning { border-left-color: var(--warning); } .card.info { border-left-color: var(--info); }
.card > summary { cursor: pointer; list-style: none; padding: 12px 16px; display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: baseline; border-radius: 10px; }
.card > summary::-webkit-details-marker { display: none; }
.card > summary::after { content: "show"; margin-left: auto; order: 3; color: var(--soft); font-size: .85em; }
.card[open] > summary::after { content: "hide"; }
.what { flex-basis: 100%; order: 4; font-weight: 600; overflow-wrap: anywhere; }
.rule { color: var(--soft); }
.times { color: var(--soft); font-size: .9em; }
.badge { display: inline-block; border-radius: 999px; padding: 0 10px; font-size: .82em; font-weight: 600; line-height: 1.7; text-decoration: none; }
.badge.error { color: var(--error); background: var(--error-soft); }
.badge.warning { color: var(--warning); background: var(--warning-soft); }
.badge.info { color: var(--info); background: var(--info-soft); }
.body { padding: 0 16px 14px; }
dl { display: grid; grid-template-columns: 4.6em minmax(0, 1fr); gap: 8px 10px; margin: 4px 0 0; }
dt { color: var(--soft); }
dd { margin: 0; max-width: 78ch; overflow-wrap: anywhere; }
.place { overflow-wrap: anywhere; }
pre { margin: 5px 0 0; padding: 7px 12px; background: var(--code); border-radius: 8px; overflow-x: auto; white-space: pre; }
.proof, .also { margin: 0; padding: 0; list-style: none; color: var(--soft); }
.proof li { overflow-wrap: anywhere; padding-left: 1.2em; text-indent: -1.2em; }
.proof li::before { content: "· "; }
figure { margin: 14px 0 0; padding-top: 12px; border-top: 1px dashed var(--line); }
.scroll { overflow-x: auto; }
.graph { display: block; max-width: 100%; min-width: 320px; height: auto; }
.graph .box { fill: var(--code); stroke: var(--soft); }
.graph .boxname { fill: var(--text); font-size: 13px; }
.graph .edge { fill: none; stroke: var(--soft); stroke-width: 1.6; }
.graph .head { fill: var(--soft); }
.graph .number { fill: var(--accent); }
.graph .numeral { fill: var(--paper); font-size: 11px; font-weight: 700; }
.legend { margin: 6px 0 0; padding-left: 1.6em; color: var(--soft); }
#drawing { overflow-x: auto; }
#drawing svg { display: block; }
#drawing table { border-collapse: collapse; } #drawing td { padding: 0; }
.grid { fill: none; stroke: var(--line); stroke-dasharray: 2 4; }
.tick { fill: var(--soft); font-size: 11.5px; font-variant-numeric: tabular-nums; }
.name { fill: var(--text); font-size: 12.5px; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
.name .pid { fill: var(--soft); font-size: 11px; }
.tally { fill: var(--text); font-size: 9.5px; font-weight: 600; font-variant-numeric: tabular-nums; }
.life { fill: var(--life); } .near { stop-color: var(--life); } .far { stop-color: var(--life); stop-opacity: 0; }
.connector { fill: none; stroke: var(--accent); stroke-width: 1.3; opacity: .7; }
.forked { fill: var(--paper); stroke: var(--accent); stroke-width: 1.6; }
.mark { stroke: var(--paper); stroke-width: 1.5; }
.moment { fill: none; stroke: var(--soft); }
.mark.error { fill: var(--error); } .mark.warning { fill: var(--warning); } .mark.info { fill: var(--info); }
.faint { opacity: .18; }
svg a:focus-visible { outline: none; } svg a:focus-visible .mark, svg a:focus-visible .forked { stroke: var(--text); stroke-width: 3; }
.key { display: flex; flex-wrap: wrap; gap: 4px 18px; color: var(--soft); margin: 8px 0 0; padding: 0; list-style: none; font-size: .9em; }
.key svg { vertical-align: -3px; margin-right: 6px; }
#forks table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
#forks th, #forks td { text-align: left; padding: 7px 10px 7px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
#forks th { color: var(--soft); font-weight: 500; white-space: nowrap; }
#forks tr:last-child td { border-bottom: 0; }
tr:focus { outline: 2px solid var(--accent); outline-offset: -2px; }
td[data-label="time"], td[data-label="call"], td[data-label="blocked"] { white-space: nowrap; }
td[data-label="child"] { min-width: 12ch; } td[data-label="forked at"] { min-width: 16ch; }
td .badge { white-space: nowrap; }
.pid { color: var(--soft); }
kbd { border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 5px; padding: 0 6px; font: .85em ui-monospace, monospace; background: var(--paper); }
footer { color: var(--soft); padding-bottom: 36px; font-size: .92em; }
@media (max-width: 640px) {
  main, header > div, footer { padding: 0 12px; }
  .tools { width: 100%; } .tools button { flex: 1; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin-bottom: 9px; }
  dt { font-size: .88em; }
  #rule { flex: 1 1 100%; min-width: 0; }
  #forks thead { display: none; }
  #forks tr { display: block; padding: 8px 0; border-bottom: 1px solid var(--line); }
  #forks td { display: block; position: relative; padding: 1px 0 1px 7.2em; border: 0; }
  #forks td::before { content: attr(data-label); position: absolute; left: 0; color: var(--soft); }
  #forks td[data-label="hazards"]:empty { display: none; }
}
@media print {
  @page { margin: 12mm; }
  :root, :root[data-theme] { ${LIGHT} --ground: #fff; }
  .tools, .filters, .card > summary::after, .keys, #broken:empty { display: none; }
  main, header > div, footer { max-width: none; padding: 0; }
  h2, thead, .card > summary { break-after: avoid; }
  summary, tr, dt, dd, li, figure, .key { break-inside: avoid; }
  .card, .panel { box-decoration-break: clone; -webkit-box-decoration-break: clone; }
  #time .panel, #forktable { border: 0; padding: 0; }
  #drawing, .scroll, pre { overflow: visible; }
  #drawing table { width: 100%; } #drawing svg { width: 100%; height: auto; }
  .graph { min-width: 0; }
  #forks table { font-size: .8em; } #forks td .badge { padding: 0; white-space: normal; overflow-wrap: normal; }
  #forks td[data-label="child"] { width: 24%; } #forks td[data-label="forked at"] { width: 32%; }
  pre { white-space: pre-wrap; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;
