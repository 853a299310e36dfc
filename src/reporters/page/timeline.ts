import type { PageData } from './data';
import type * as dom from './dom';
import type { Element } from './dom';
import type * as marking from './marks';
import type { PageProcess } from './processes';

declare const el: typeof dom.el;
declare const svg: typeof dom.svg;
declare const duration: typeof dom.duration;
declare const short: typeof dom.short;
declare const forkMarks: typeof marking.forkMarks;
declare const hazardMarks: typeof marking.hazardMarks;

/** Where things stand: the same for every row. */
export interface Scale {
  width: number;
  /** Where bars may begin and end. */
  left: number;
  right: number;
  rowHeight: number;
  /** The height of the bar in its row. */
  middle: number;
  narrow: boolean;
  x(offset: number): number;
}

/** Processes that did something, and the first of those that only were started. */
export function timelineRows(data: PageData): PageProcess[] {
  const busy = new Set<number>();
  for (const fork of data.forks) busy.add(fork.pid);
  for (const hazard of data.hazards) {
    busy.add(hazard.pid);
    if (hazard.child) busy.add(hazard.child.pid);
    for (const { pid } of hazard.also) busy.add(pid);
  }
  let quiet = 40;
  return data.processes.filter((process) => busy.has(process.pid) || quiet-- > 0).slice(0, 400);
}

export function timelineScale(length: number, width: number): Scale {
  const narrow = width < 560;
  const left = narrow ? 6 : Math.min(250, Math.round(width * 0.3));
  const right = width - 10;
  // room for what fades before the first moment and after the last
  const first = left + 28;
  const last = right - 28;
  const x = (offset: number): number =>
    Math.round((length === 0 ? (first + last) / 2 : first + ((last - first) * offset) / length) * 10) / 10;
  return { width, left, right, rowHeight: narrow ? 42 : 30, middle: narrow ? 24 : 13, narrow, x };
}

export function ticks(data: PageData, scale: Scale): { at: number; label: string }[] {
  const { length } = data;
  if (length === 0)
    return data.start === '' ? [] : [{ at: scale.x(0), label: `${data.start.slice(11, -1)} UTC` }];
  const room = scale.x(length) - scale.x(0);
  const raw = length / Math.max(3, Math.min(8, Math.floor(room / 110)));
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * unit).find((size) => size >= raw) ?? raw;
  const all = [];
  for (let offset = 0; offset <= length; offset += step)
    all.push({ at: scale.x(offset), label: offset === 0 ? '0' : `+${duration(offset)}` });
  return all;
}

/** When the process is known to have lived; it fades where its start or its end is in no record. */
export function lifeBar({ born, first, last }: PageProcess, scale: Scale): Element[] {
  const { middle, left, right } = scale;
  if (first === null || last === null)
    return [svg('text', { x: left, y: middle + 4, class: 'tick' }, 'no record of it has a time')];
  const bar = (from: number, to: number, more: Record<string, string | number>): Element =>
    svg('rect', { x: from, y: middle - 4, width: Math.max(0, to - from), height: 8, ...more });
  const start = scale.x(first);
  const end = Math.max(start + 3, scale.x(last));
  const before = bar(Math.max(left, start - 60), start, { fill: 'url(#rise)', class: 'unknown' });
  return [
    ...(born ? [] : [before]),
    bar(start, end, { class: 'life' }),
    bar(end, Math.min(right, end + 60), { fill: 'url(#fade)', class: 'unknown' }),
  ];
}

export function rowLabel(process: PageProcess, nameless: string, { narrow, left, middle }: Scale): Element {
  const name = process.command || nameless;
  const indent = Math.min(process.depth, 6) * (narrow ? 10 : 12);
  const room = narrow ? 190 : left - 70 - indent;
  return svg(
    'text',
    { x: 6 + indent, y: narrow ? 11 : middle + 4, class: 'name' },
    short(name, Math.max(8, Math.floor(room / 7))),
    svg('tspan', { class: 'pid', dx: 6 }, String(process.pid)),
    svg('title', {}, `${name}, pid ${process.pid}`),
  );
}

/** The lines from forks to children, cut at the rows: when the page is printed it may end between any two. */
export function connectors(data: PageData, rows: readonly PageProcess[], scale: Scale): Element[] {
  const index = new Map(rows.map(({ pid }, row) => [pid, row]));
  const pieces = rows.map(() => new Set<string>());
  for (const { pid, child, offset } of data.forks) {
    const from = index.get(pid);
    const to = child === null ? undefined : index.get(child);
    if (from === undefined || to === undefined || from === to) continue;
    const upper = Math.min(from, to);
    const lower = Math.max(from, to);
    for (let row = upper; row <= lower; row++) {
      const top = row === upper ? scale.middle : 0;
      const bottom = row === lower ? scale.middle : scale.rowHeight;
      pieces[row]?.add(`M${scale.x(offset)} ${top}V${bottom}`);
    }
  }
  return pieces.map((row) => svg('path', { d: [...row].join(''), class: 'connector' }));
}

export function fading(id: string, from: string, to: string): Element {
  return svg(
    'linearGradient',
    { id },
    svg('stop', { offset: 0, class: from }),
    svg('stop', { offset: 1, class: to }),
  );
}

export function timelineHead(data: PageData, scale: Scale): Element {
  const { width } = scale;
  const height = 18;
  const picture = svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' });
  picture.append(svg('defs', {}, fading('rise', 'far', 'near'), fading('fade', 'near', 'far')));
  for (const { at, label } of ticks(data, scale)) {
    // about 3.3 for half a character
    const anchor = at + label.length * 3.3 > width ? 'end' : 'middle';
    picture.append(svg('text', { x: at, y: 12, class: 'tick', 'text-anchor': anchor }, label));
  }
  return picture;
}

/** The process tree on a time line: a row a process, a line a fork, a mark a hazard. */
export function timeline(data: PageData, width: number): Element {
  const rows = timelineRows(data);
  const scale = timelineScale(data.length, width);
  const { rowHeight } = scale;
  const grid = ticks(data, scale)
    .map(({ at }) => `M${at} 0V${rowHeight}`)
    .join('');
  const lines = connectors(data, rows, scale);
  const forks = forkMarks(data, scale);
  const hazards = hazardMarks(data, scale);
  const isOne = data.processes.filter(({ command }) => command === '').length === 1;
  const nameless = isOne ? 'first process' : 'process';
  const body = el('tbody');
  rows.forEach((process, row) => {
    const picture = svg('svg', { width, height: rowHeight, viewBox: `0 0 ${width} ${rowHeight}` });
    picture.append(
      svg('path', { d: grid, class: 'grid' }),
      ...lifeBar(process, scale),
      lines[row] as Element,
      ...(forks.get(process.pid) ?? []),
      rowLabel(process, nameless, scale),
      ...(hazards.get(process.pid) ?? []),
    );
    body.append(el('tr', {}, el('td', {}, picture)));
  });
  // a table, so that paper has the times at the head of each page
  return el(
    'table',
    { role: 'presentation' },
    el('thead', {}, el('tr', {}, el('td', {}, timelineHead(data, scale)))),
    body,
  );
}

export const TIMELINE = [
  timelineRows,
  timelineScale,
  ticks,
  lifeBar,
  rowLabel,
  connectors,
  fading,
  timelineHead,
  timeline,
];
