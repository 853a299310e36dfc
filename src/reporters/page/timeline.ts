import type { PageData, PageProcess } from './data';
import type * as dom from './dom';
import type { Element } from './dom';

declare const svg: typeof dom.svg;
declare const duration: typeof dom.duration;
declare const short: typeof dom.short;

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

export function hazardMark(severity: string, x: number, y: number): Element {
  const shape =
    severity === 'error'
      ? `M${x} ${y - 7}L${x + 7} ${y}L${x} ${y + 7}L${x - 7} ${y}Z`
      : severity === 'warning'
        ? `M${x} ${y - 6.5}L${x + 7} ${y + 5.5}L${x - 7} ${y + 5.5}Z`
        : `M${x - 5} ${y}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z`;
  return svg('path', { d: shape, class: `mark ${severity}` });
}

/** The process tree on a time line: a row a process, a connector a fork, a mark a hazard. */
export function timeline(data: PageData, width: number): Element {
  const rows = timelineRows(data);
  const narrow = width < 560;
  const left = narrow ? 12 : Math.min(250, Math.round(width * 0.3));
  const right = width - 18;
  const rowHeight = narrow ? 42 : 30;
  const top = 26;
  const height = top + rows.length * rowHeight + 10;
  const length = Math.max(data.length, 1) * 1.04;
  const x = (offset: number): number => Math.round((left + ((right - left) * offset) / length) * 10) / 10;
  const y = new Map(rows.map((process, index) => [process.pid, top + (index + 1) * rowHeight - 12]));
  const picture = svg('svg', {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: 'group',
    'aria-label': `time line of ${rows.length} processes`,
  });

  picture.append(
    svg(
      'defs',
      {},
      svg(
        'linearGradient',
        { id: 'fade' },
        svg('stop', { offset: 0, class: 'near' }),
        svg('stop', { offset: 1, class: 'far' }),
      ),
    ),
  );
  const steps = Math.max(3, Math.min(8, Math.floor((right - left) / 110)));
  const raw = length / steps;
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * unit).find((size) => size >= raw) ?? raw;
  for (let offset = 0; offset <= length; offset += step) {
    picture.append(
      svg('line', { x1: x(offset), x2: x(offset), y1: top - 8, y2: height - 6, class: 'grid' }),
      svg(
        'text',
        { x: x(offset), y: 12, class: 'tick', 'text-anchor': offset === 0 ? 'start' : 'middle' },
        offset === 0 ? '0' : `+${duration(offset)}`,
      ),
    );
  }

  const labels: Element[] = [];
  for (const process of rows) {
    const at = y.get(process.pid) as number;
    const start = x(process.start);
    const name = process.command || (process.parent === null ? 'first process' : 'process');
    const label = svg(
      'text',
      narrow
        ? { x: left + Math.min(process.depth, 6) * 10, y: at - 9, class: 'name' }
        : { x: 6 + Math.min(process.depth, 6) * 12, y: at + 4, class: 'name' },
      short(name, Math.max(8, Math.floor((narrow ? 190 : left - 70 - Math.min(process.depth, 6) * 12) / 7))),
      svg('tspan', { class: 'pid', dx: 6 }, String(process.pid)),
    );
    label.append(svg('title', {}, `${name}, pid ${process.pid}`));
    const last = Math.max(start + 3, x(process.last));
    picture.append(
      svg('rect', { x: start, y: at - 4, width: last - start, height: 8, rx: 3, class: 'life' }),
      svg('rect', {
        x: last,
        y: at - 4,
        width: Math.max(0, Math.min(60, right - last)),
        height: 8,
        fill: 'url(#fade)',
      }),
    );
    labels.push(label);
  }

  for (const fork of data.forks) {
    const from = y.get(fork.pid);
    if (from === undefined) continue;
    const to = fork.child === null ? undefined : y.get(fork.child);
    const link = svg('a', {
      href: `#fork-${fork.id}`,
      'aria-label': `fork of ${fork.command} at ${duration(fork.offset)}`,
    });
    const at = x(fork.offset);
    if (to !== undefined) {
      link.append(svg('path', { d: `M${at} ${from}V${to}`, class: 'connector' }));
    }
    link.append(svg('circle', { cx: at, cy: from, r: 3.5, class: 'forked' }));
    link.append(svg('title', {}, `${fork.api}: ${short(fork.command, 200)}`));
    picture.append(link);
  }

  picture.append(...labels);
  // marks that would cover each other stand side by side
  const taken = new Map<number, number>();
  data.hazards.forEach((hazard, index) => {
    const { severity, rule, what } = hazard;
    for (const { pid, offset } of [hazard, ...hazard.also]) {
      const at = y.get(pid);
      if (at === undefined) continue;
      const place = Math.max(x(offset), (taken.get(pid) ?? 0) + 14);
      taken.set(pid, place);
      const name = `${severity}: ${rule}: ${what}`;
      const link = svg('a', { href: `#hazard-${index}`, 'data-hazard': index, 'aria-label': name });
      link.append(hazardMark(severity, place, at), svg('title', {}, `${rule}: ${what}`));
      picture.append(link);
    }
  });
  return picture;
}

export const TIMELINE = [timelineRows, hazardMark, timeline];
