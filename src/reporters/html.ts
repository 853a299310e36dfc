import { createHash } from 'node:crypto';
import type { Reporter } from '../model';
import type { ReporterOptions } from './options';
import { CARDS } from './page/cards';
import { pageData } from './page/data';
import { DOM } from './page/dom';
import { FILTERS } from './page/filters';
import { FORKS } from './page/forks';
import { KEYS } from './page/keys';
import { MAIN } from './page/main';
import { MARKS } from './page/marks';
import { STYLE } from './page/style';
import { TIMELINE } from './page/timeline';
import type { Run } from './read';
import { wholeTree } from './whole-tree';

const FUNCTIONS = [...DOM, ...MARKS, ...TIMELINE, ...CARDS, ...FILTERS, ...FORKS, ...KEYS, ...MAIN];
const SCRIPT = `'use strict';\n${FUNCTIONS.map(String).join('\n')}\nstart();\n`;

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing but this very script and style: no network, no form, no other script, whatever the data holds. */
const POLICY = `default-src 'none'; script-src ${hash(SCRIPT)}; style-src ${hash(STYLE)}; base-uri 'none'; form-action 'none'`;

const key = (shape: string, kind: string, text: string): string =>
  `<li><svg width="16" height="16" aria-hidden="true">${shape.replace('CLASS', kind)}</svg>${text}</li>`;

const BODY = `<header><div>
<div class="title"><h1>forkguard report</h1><span id="when"></span>
<div class="tools"><button id="theme" type="button">theme</button><button id="print" type="button">print</button></div></div>
<ul id="numbers" aria-label="numbers"></ul>
</div></header>
<main>
<section id="time" aria-labelledby="time-title"><h2 id="time-title">Processes</h2>
<div class="panel"><div id="drawing" role="group" aria-label="time line; arrow keys move between forks and hazards"></div>
<ul class="key">
${key('<circle cx="8" cy="8" r="4" class="CLASS"/>', 'forked', 'fork')}
${key('<path d="M8 1L15 8L8 15L1 8Z" class="CLASS"/>', 'mark error', 'error: stuck, lost or wrong now')}
${key('<path d="M8 2L15 14L1 14Z" class="CLASS"/>', 'mark warning', 'warning: will be, under a condition')}
${key('<circle cx="8" cy="8" r="5" class="CLASS"/>', 'mark info', 'info: worth knowing')}
<li><svg width="40" height="16" aria-hidden="true"><rect x="0" y="4" width="14" height="8" fill="url(#rise)"/><rect x="14" y="4" width="12" height="8" class="life"/><rect x="26" y="4" width="14" height="8" fill="url(#fade)"/></svg>fading: its start or its end is not recorded</li>
<li>number: so many reports, each with a stroke at its time</li>
</ul><p class="note" id="left"></p></div></section>
<section id="hazards" aria-labelledby="hazards-title"><h2 id="hazards-title">Hazards</h2>
<div class="filters"><input id="search" type="search" placeholder="search hazards and forks" aria-label="search hazards and forks" autocomplete="off" spellcheck="false">
<select id="rule" aria-label="rule"><option value="">all rules</option></select>
<div class="group" role="group" aria-label="severity">
<button type="button" class="error" data-severity="error" aria-pressed="true">error</button>
<button type="button" class="warning" data-severity="warning" aria-pressed="true">warning</button>
<button type="button" class="info" data-severity="info" aria-pressed="true">info</button></div>
<button type="button" id="clear">clear</button><span id="shown" role="status"></span></div>
<div id="cards"></div><p class="panel" id="nothing" hidden>No hazards were found.</p></section>
<section id="forks" aria-labelledby="forks-title"><h2 id="forks-title">Forks <span id="forksshown" role="status"></span></h2>
<p class="panel" id="missing"></p><div class="panel" id="forktable"><table><thead><tr><th>time</th><th>process</th><th>call</th><th>child</th><th>blocked</th><th>inheritable</th><th>forked at</th><th>hazards</th></tr></thead><tbody id="forkrows"></tbody></table></div></section>
<section id="gaps" aria-labelledby="gaps-title"><h2 id="gaps-title">What could not be read</h2><div class="panel"><ul id="gaplist"></ul></div></section>
</main>
<footer><p id="broken"></p>
<p class="keys"><kbd>/</kbd> search · <kbd>j</kbd> <kbd>k</kbd> next and previous hazard · <kbd>Enter</kbd> show or hide · <kbd>Esc</kbd> clear the search · <kbd>←</kbd> <kbd>→</kbd> <kbd>↑</kbd> <kbd>↓</kbd> move in the time line</p></footer>`;

/** Data inside a page: `<` could end the script element, U+2028 is escaped already. */
const json = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

/**
 * One page that needs no network and no other file. What came from other processes is JSON in the page and is
 * shown as text only.
 */
export function toHtml(run: Run, cwd: string): string {
  const { hazards } = run;
  const title = `forkguard: ${hazards.length} ${hazards.length === 1 ? 'hazard' : 'hazards'}`;
  return `<!doctype html>
<html lang="en" data-theme="auto">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="forkguard">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
${BODY}
<noscript><p class="panel">This page draws its data with a script of its own; allow scripts to see it.</p></noscript>
<script type="application/json" id="data">${json(pageData(run, cwd))}</script>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** Writes a page for a browser when the process ends. */
export default function html(options: ReporterOptions): Reporter {
  return wholeTree('html', options, (run) => toHtml(run, options.cwd));
}
