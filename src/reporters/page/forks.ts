import type { PageData, PageFork } from './data';
import type * as dom from './dom';
import type { Element } from './dom';
import type { Choice } from './filters';

declare const el: typeof dom.el;
declare const rich: typeof dom.rich;
declare const duration: typeof dom.duration;
declare const short: typeof dom.short;
declare const shownOf: typeof dom.shownOf;

export interface ForkTable {
  rows: Element[];
  /** Shows the rows that fit, given which hazards are shown. */
  filter(choice: Choice, isShown: (hazard: number) => boolean): void;
}

/** The hazards of each fork, by its id. */
export function hazardsOfForks(data: PageData): Map<string, Set<number>> {
  const hazards = new Map<string, Set<number>>();
  data.hazards.forEach((hazard, index) => {
    for (const { fork } of [hazard, ...hazard.also]) {
      if (fork !== null) hazards.set(fork, (hazards.get(fork) ?? new Set()).add(index));
    }
  });
  return hazards;
}

export function forkRow(data: PageData, fork: PageFork, hazards: readonly number[]): Element {
  const cell = (label: string, ...content: (Element | string)[]): Element =>
    el('td', { 'data-label': label }, ...content);
  const found = cell('hazards');
  for (const index of hazards) {
    const { rule, severity } = data.hazards[index] as PageData['hazards'][number];
    found.append(el('a', { href: `#hazard-${index}`, class: `badge ${severity}` }, rule), ' ');
  }
  return el(
    'tr',
    { id: `fork-${fork.id}`, tabindex: -1 },
    cell('time', `+${duration(fork.offset)}`),
    cell('process', String(fork.pid)),
    cell('call', el('code', {}, fork.api)),
    cell(
      'child',
      el('span', { class: 'command', title: fork.args.join(' ') }, short(fork.command, 120)),
      fork.child === null ? '' : el('span', { class: 'pid' }, ` ${fork.child}`),
    ),
    cell('blocked', fork.blockedMs === null ? '–' : duration(fork.blockedMs)),
    cell('inheritable', String(fork.inheritable)),
    cell('forked at', el('span', { class: 'place' }, fork.at ?? '–')),
    found,
  );
}

/** The forks that have a row: all with a hazard, and the first of the others. More would make the page slow. */
export function forksWithRow(data: PageData, hazards: ReadonlyMap<string, Set<number>>): PageFork[] {
  let room = 2000;
  return data.forks.filter(({ id }) => hazards.has(id) || room-- > 0);
}

export function forkTable(data: PageData, status: Element): ForkTable {
  const hazards = hazardsOfForks(data);
  const shown = forksWithRow(data, hazards).map((fork) => {
    const own = [...(hazards.get(fork.id) ?? [])];
    return { own, text: JSON.stringify(fork).toLowerCase(), row: forkRow(data, fork, own) };
  });
  const filter: ForkTable['filter'] = ({ text, rule, severities }, isShown) => {
    let count = 0;
    for (const fork of shown) {
      const isOfSeverity = fork.own.some((index) =>
        severities.has((data.hazards[index] as PageData['hazards'][number]).severity),
      );
      const fits =
        fork.own.some(isShown) ||
        (rule === '' && fork.text.includes(text) && (fork.own.length === 0 || isOfSeverity));
      fork.row.hidden = !fits;
      if (fits) count++;
    }
    const left = data.forks.length - shown.length;
    status.textContent =
      shownOf(count, data.forks.length) + (left > 0 ? `; ${left} without a hazard have no row` : '');
  };
  return { rows: shown.map(({ row }) => row), filter };
}

/** What to say where forks happened that are not in the records. */
export function forksMissing({ forks, forkCount, hazards }: PageData): Element | string {
  if (forks.length > 0 || forkCount?.count === 0 || (forkCount === null && hazards.length === 0)) return '';
  return rich('No fork is in the records: with `FORKGUARD_FORKS=1` each fork is recorded.');
}

export const FORKS = [hazardsOfForks, forkRow, forksWithRow, forkTable, forksMissing];
