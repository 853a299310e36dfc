import type * as cards from './cards';
import type { PageData } from './data';
import type * as dom from './dom';
import type { Browser, Element } from './dom';
import type * as filtering from './filters';
import type * as forking from './forks';
import type * as typing from './keys';
import type * as drawing from './timeline';

declare const document: Browser['document'];
declare const window: Browser['window'];
declare const location: Browser['location'];
declare const localStorage: Browser['localStorage'];
declare const byId: typeof dom.byId;
declare const el: typeof dom.el;
declare const duration: typeof dom.duration;
declare const shownOf: typeof dom.shownOf;
declare const timeline: typeof drawing.timeline;
declare const timelineRows: typeof drawing.timelineRows;
declare const hazardCard: typeof cards.hazardCard;
declare const filters: typeof filtering.filters;
declare const forkTable: typeof forking.forkTable;
declare const forksMissing: typeof forking.forksMissing;
declare const keys: typeof typing.keys;
declare const arrowKeys: typeof typing.arrowKeys;
declare const redraw: typeof typing.redraw;

/** The head: what there is to see, in numbers. */
export function numbers(data: PageData): Element[] {
  const count = (severity: string): number =>
    data.hazards.filter((hazard) => hazard.severity === severity).length;
  const plural = (n: number, one: string, many: string): string => (n === 1 ? one : many);
  const all: [number, string, string][] = [
    [count('error'), plural(count('error'), 'error', 'errors'), 'error'],
    [count('warning'), plural(count('warning'), 'warning', 'warnings'), 'warning'],
    [count('info'), 'info', 'info'],
  ];
  if (data.forkCount !== null) {
    const { count: forks, atLeast } = data.forkCount;
    all.push([forks, `${plural(forks, 'fork', 'forks')}${atLeast ? ' at least' : ''}`, '']);
  }
  all.push(
    [data.processes.length, plural(data.processes.length, 'process seen', 'processes seen'), ''],
    [data.gaps.length, plural(data.gaps.length, 'gap', 'gaps'), ''],
  );
  return all.map(([n, label, kind]) =>
    el('li', { class: n > 0 ? kind : 'zero' }, el('b', {}, String(n)), ` ${label}`),
  );
}

/** When the records were made. How long the run took is in none of them. */
export function when({ start, length }: PageData): string {
  if (start === '') return '';
  const first = start.replace('T', ' ').replace('Z', ' UTC');
  return length === 0 ? `recorded ${first}` : `recorded from ${first}, over ${duration(length)}`;
}

export function theme(): void {
  const button = byId('theme');
  const root = document.documentElement;
  const show = (choice: string): void => {
    root.setAttribute('data-theme', choice);
    button.textContent = `theme: ${choice}`;
  };
  let choice = 'auto';
  try {
    choice = localStorage.getItem('forkguard-theme') ?? choice;
  } catch {
    // a page opened from a file may have no storage
  }
  show(choice === 'dark' || choice === 'light' ? choice : 'auto');
  button.addEventListener('click', () => {
    const next =
      { auto: 'dark', dark: 'light', light: 'auto' }[root.getAttribute('data-theme') as 'auto'] ?? 'auto';
    show(next);
    try {
      localStorage.setItem('forkguard-theme', next);
    } catch {
      // as above
    }
  });
}

/** Shows what a link or the address names, also where it is folded or filtered away. */
export function follow(): void {
  let id = location.hash.slice(1);
  try {
    id = decodeURIComponent(id);
  } catch {
    return;
  }
  const target = document.getElementById(id);
  if (!target) return;
  target.hidden = false;
  if (target.tagName === 'DETAILS') target.open = true;
  (target.querySelector('summary') ?? target).focus();
  target.scrollIntoView({ block: 'start' });
}

/** What the page says besides hazards and forks; what has nothing to say is not shown. */
export function notes(data: PageData): void {
  byId('when').textContent = when(data);
  for (const gap of data.gaps)
    byId('gaplist').append(
      el('li', {}, el('b', {}, gap.what), `: ${gap.why}`, gap.times > 1 ? ` (${gap.times} times)` : ''),
    );
  const missing = forksMissing(data);
  byId('missing').append(missing);
  byId('missing').hidden = missing === '';
  byId('gaps').hidden = data.gaps.length === 0;
  byId('forktable').hidden = data.forks.length === 0;
  byId('forks').hidden = data.forks.length === 0 && missing === '';
  byId('time').hidden = data.processes.length === 0;
  byId('nothing').hidden = data.hazards.length > 0;
  if (data.broken > 0)
    byId('broken').textContent = `${data.broken} lines of the report were no records and are left out.`;
  const left = data.processes.length - timelineRows(data).length;
  if (left > 0)
    byId('left').textContent = `${left} processes that made no fork and have no hazard are not drawn.`;
}

/** Everything is printed, and the picture as wide as paper is. */
export function printing(made: readonly Element[], draw: (width?: number) => void): void {
  let folded: Element[] = [];
  byId('print').addEventListener('click', () => window.print());
  window.addEventListener('beforeprint', () => {
    folded = made.filter((card) => !card.open);
    for (const card of folded) card.open = true;
    draw(720);
  });
  window.addEventListener('afterprint', () => {
    for (const card of folded) card.open = false;
    draw();
  });
}

export function start(): void {
  const data = JSON.parse(byId('data').textContent as string) as PageData;
  const forks = new Map(data.forks.map((fork) => [fork.id, fork]));
  const openAll = data.hazards.length <= 12;
  const made = data.hazards.map((hazard, index) =>
    hazardCard(
      hazard,
      index,
      hazard.fork === null ? undefined : forks.get(hazard.fork),
      openAll || index < 3,
    ),
  );
  const texts = data.hazards.map((hazard) => JSON.stringify(hazard).toLowerCase());
  const table = forkTable(data, byId('forksshown'));
  byId('numbers').append(...numbers(data));
  byId('cards').append(...made);
  byId('forkrows').append(...table.rows);
  notes(data);

  const isShown = (index: number): boolean => !(made[index] as Element).hidden;
  const update = (): void => {
    const choice = chosen();
    let shown = 0;
    made.forEach((card, index) => {
      const hazard = data.hazards[index] as PageData['hazards'][number];
      const fits =
        (choice.rule === '' || hazard.rule === choice.rule) &&
        choice.severities.has(hazard.severity) &&
        (texts[index] as string).includes(choice.text);
      card.hidden = !fits;
      if (fits) shown++;
    });
    table.filter(choice, isShown);
    for (const mark of document.querySelectorAll('#drawing a[data-hazards]')) {
      const hazards = (mark.dataset.hazards as string).split(' ').map(Number);
      const first = hazards.find(isShown);
      mark.classList.toggle('faint', first === undefined);
      mark.setAttribute('href', `#hazard-${first ?? hazards[0]}`);
    }
    byId('shown').textContent = shownOf(shown, data.hazards.length);
  };
  const chosen = filters(data, update);
  const picture = byId('drawing');
  const draw = (width = Math.max(300, picture.clientWidth)): void => {
    redraw(picture, timeline(data, width));
    update();
  };
  draw();
  theme();
  const clear = (): void => {
    byId('search').value = '';
    byId('rule').value = '';
    update();
    byId('search').focus();
  };
  arrowKeys(picture);
  keys(() => made.filter((card) => !card.hidden), clear);
  printing(made, draw);
  byId('clear').addEventListener('click', clear);
  window.addEventListener('resize', () => draw());
  window.addEventListener('hashchange', follow);
  document.addEventListener('click', (event) => {
    // to the same place once more: the address does not change
    const link = event.target.closest('a');
    if (link && link.getAttribute('href') === location.hash) follow();
  });
  // the browser itself goes to the address once all is loaded, and takes the focus along
  window.addEventListener('load', () => setTimeout(follow, 50));
}

export const MAIN = [numbers, when, theme, follow, notes, printing, start];
