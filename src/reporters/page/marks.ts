import type { PageData, PageFork } from './data';
import type * as dom from './dom';
import type { Element } from './dom';
import type { Scale } from './timeline';

declare const svg: typeof dom.svg;
declare const duration: typeof dom.duration;
declare const short: typeof dom.short;

/** Hazards of one process that were reported so soon after each other that their marks would overlap. */
export interface Group {
  /** Where each report stands, the first first. */
  places: number[];
  /** Indexes of the hazards, the worst first. */
  hazards: number[];
}

/** Forks of each process, those together whose circles would cover each other. */
export function forkGroups(data: PageData, scale: Scale): Map<number, PageFork[][]> {
  const groups = new Map<number, PageFork[][]>();
  for (const fork of [...data.forks].sort((a, b) => a.offset - b.offset)) {
    const own = groups.get(fork.pid) ?? [];
    groups.set(fork.pid, own);
    const last = own.at(-1);
    if (last && scale.x(fork.offset) - scale.x((last[0] as PageFork).offset) < 4) last.push(fork);
    else own.push([fork]);
  }
  return groups;
}

/** One circle, which leads to the first of the forks. */
export function forkMark(forks: readonly PageFork[], { x, middle }: Scale): Element {
  const first = forks[0] as PageFork;
  const at = x(first.offset);
  const named = forks.slice(0, 6).map(({ api, command }) => `${api}: ${short(command, 200)}`);
  if (forks.length > named.length) named.push(`and ${forks.length - named.length} more`);
  const many = forks.length > 1 ? `${forks.length} forks, the first ` : 'fork ';
  return svg(
    'a',
    {
      href: `#fork-${first.id}`,
      tabindex: -1,
      'data-x': at,
      'aria-label': `${many}of ${first.command} at ${duration(first.offset)}`,
    },
    svg('circle', { cx: at, cy: middle, r: 3.5, class: 'forked' }),
    svg('title', {}, named.join('\n')),
  );
}

/** The circles of forks, by the process that forked. */
export function forkMarks(data: PageData, scale: Scale): Map<number, Element[]> {
  const marks = new Map<number, Element[]>();
  for (const [pid, groups] of forkGroups(data, scale))
    marks.set(
      pid,
      groups.map((group) => forkMark(group, scale)),
    );
  return marks;
}

export function hazardGroups(data: PageData, scale: Scale): Map<number, Group[]> {
  const reports = data.hazards
    .flatMap((hazard, index) => [hazard, ...hazard.also].map(({ pid, offset }) => ({ index, pid, offset })))
    .sort((a, b) => a.offset - b.offset);
  const groups = new Map<number, Group[]>();
  for (const { index, pid, offset } of reports) {
    const own = groups.get(pid) ?? [];
    groups.set(pid, own);
    const place = scale.x(offset);
    const last = own.at(-1);
    // room for a mark, or for a number of four digits below it
    if (last && place - (last.places[0] as number) < 24) {
      last.places.push(place);
      if (!last.hazards.includes(index)) last.hazards.push(index);
    } else own.push({ places: [place], hazards: [index] });
  }
  const order = ['error', 'warning', 'info'];
  const rank = (index: number): number =>
    order.indexOf((data.hazards[index] as { severity: string }).severity);
  for (const group of [...groups.values()].flat()) group.hazards.sort((a, b) => rank(a) - rank(b));
  return groups;
}

export function hazardShape(severity: string, x: number, y: number): Element {
  const shape =
    severity === 'error'
      ? `M${x} ${y - 7}L${x + 7} ${y}L${x} ${y + 7}L${x - 7} ${y}Z`
      : severity === 'warning'
        ? `M${x} ${y - 6.5}L${x + 7} ${y + 5.5}L${x - 7} ${y + 5.5}Z`
        : `M${x - 5} ${y}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z`;
  return svg('path', { d: shape, class: `mark ${severity}` });
}

/** One mark at the time of the first report, of the worst severity; the others are strokes at their own times. */
export function hazardMark(data: PageData, { places, hazards }: Group, { middle }: Scale): Element {
  const at = places[0] as number;
  const all = hazards.map((index) => data.hazards[index] as PageData['hazards'][number]);
  const severity = all[0]?.severity as string;
  const named = all.slice(0, 6).map(({ rule, what }) => `${rule}: ${what}`);
  if (all.length > named.length) named.push(`and ${all.length - named.length} more`);
  const many = places.length > 1 ? `${places.length} reports, ` : '';
  const link = svg('a', {
    href: `#hazard-${hazards[0]}`,
    tabindex: -1,
    'data-x': at,
    'data-hazards': hazards.join(' '),
    'aria-label': `${many}${severity}: ${named.join('; ')}`,
  });
  const strokes = [...new Set(places)].map((x) => `M${x} ${middle - 8}V${middle + 8}`);
  if (strokes.length > 1) link.append(svg('path', { d: strokes.join(''), class: 'moment' }));
  link.append(hazardShape(severity, at, middle));
  if (places.length > 1)
    link.append(
      svg('text', { x: at, y: middle + 16, class: 'tally', 'text-anchor': 'middle' }, String(places.length)),
    );
  link.append(svg('title', {}, named.join('\n')));
  return link;
}

/** The marks of hazards, by the process that reported them. */
export function hazardMarks(data: PageData, scale: Scale): Map<number, Element[]> {
  const marks = new Map<number, Element[]>();
  for (const [pid, groups] of hazardGroups(data, scale))
    marks.set(
      pid,
      groups.map((group) => hazardMark(data, group, scale)),
    );
  return marks;
}

export const MARKS = [forkGroups, forkMark, forkMarks, hazardGroups, hazardShape, hazardMark, hazardMarks];
