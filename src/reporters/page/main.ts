import type * as cards from './cards';
import type { PageData } from './data';
import type * as dom from './dom';
import type { Browser, Element } from './dom';
import type * as drawing from './timeline';

declare const document: Browser['document'];
declare const window: Browser['window'];
declare const location: Browser['location'];
declare const localStorage: Browser['localStorage'];
declare const el: typeof dom.el;
declare const duration: typeof dom.duration;
declare const short: typeof dom.short;
declare const timeline: typeof drawing.timeline;
declare const timelineRows: typeof drawing.timelineRows;
declare const hazardCard: typeof cards.hazardCard;

export function byId(id: string): Element {
  return document.getElementById(id) as Element;
}

export function forkRows(data: PageData): Element[] {
  const hazards = new Map<string, Set<number>>();
  data.hazards.forEach((hazard, index) => {
    for (const { fork } of [hazard, ...hazard.also]) {
      if (fork !== null) hazards.set(fork, (hazards.get(fork) ?? new Set()).add(index));
    }
  });
  return data.forks.slice(0, 2000).map((fork) => {
    const cell = (label: string, ...content: (Element | string)[]): Element =>
      el('td', { 'data-label': label }, ...content);
    const found = cell('hazards');
    for (const index of hazards.get(fork.id) ?? []) {
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
  });
}

/** The head: what there is to see, in numbers. */
export function numbers(data: PageData): Element[] {
  const count = (severity: string): number =>
    data.hazards.filter((hazard) => hazard.severity === severity).length;
  const plural = (n: number, one: string, many: string): string => (n === 1 ? one : many);
  const all: [number, string, string][] = [
    [count('error'), plural(count('error'), 'error', 'errors'), 'error'],
    [count('warning'), plural(count('warning'), 'warning', 'warnings'), 'warning'],
    [count('info'), 'info', 'info'],
    [data.forks.length, plural(data.forks.length, 'fork', 'forks'), ''],
    [data.processes.length, plural(data.processes.length, 'process', 'processes'), ''],
    [data.gaps.length, plural(data.gaps.length, 'gap', 'gaps'), ''],
  ];
  return all.map(([n, label, kind]) =>
    el('li', { class: n > 0 ? kind : 'zero' }, el('b', {}, String(n)), ` ${label}`),
  );
}

export function filters(
  data: PageData,
  changed: () => void,
): () => { text: string; rule: string; severities: Set<string> } {
  const search = byId('search');
  const rule = byId('rule');
  for (const name of [...new Set(data.hazards.map((hazard) => hazard.rule))].sort())
    rule.append(el('option', { value: name }, name));
  const severities = new Set(['error', 'warning', 'info']);
  for (const button of document.querySelectorAll('button[data-severity]')) {
    const severity = button.dataset.severity as string;
    button.addEventListener('click', () => {
      if (!severities.delete(severity)) severities.add(severity);
      button.setAttribute('aria-pressed', String(severities.has(severity)));
      changed();
    });
  }
  search.addEventListener('input', changed);
  rule.addEventListener('change', changed);
  return () => ({ text: search.value.trim().toLowerCase(), rule: rule.value, severities });
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

export function keys(cardsShown: () => Element[], clear: () => void): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const search = byId('search');
    if (event.key === 'Escape' && event.target === search) {
      clear();
      return;
    }
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key === '/') {
      event.preventDefault();
      search.focus();
    } else if (event.key === 'j' || event.key === 'k') {
      const all = cardsShown().map((card) => card.querySelector('summary') as Element);
      const now = document.activeElement?.closest('details.card')?.querySelector('summary') ?? null;
      const at = now === null ? -1 : all.indexOf(now);
      const next = all[event.key === 'j' ? Math.min(at + 1, all.length - 1) : Math.max(at - 1, 0)];
      next?.focus();
      next?.scrollIntoView({ block: 'center' });
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
  const rows = forkRows(data);
  const hazardTexts = data.hazards.map((hazard) => JSON.stringify(hazard).toLowerCase());
  const forkTexts = data.forks.map((fork) => JSON.stringify(fork).toLowerCase());

  byId('numbers').append(...numbers(data));
  byId('cards').append(...made);
  byId('forkrows').append(...rows);
  byId('when').textContent =
    data.start === '' ? '' : `${data.start.replace('T', ' ').replace('Z', ' UTC')}, ${duration(data.length)}`;
  for (const gap of data.gaps)
    byId('gaplist').append(
      el('li', {}, el('b', {}, gap.what), `: ${gap.why}`, gap.times > 1 ? ` (${gap.times} times)` : ''),
    );
  byId('gaps').hidden = data.gaps.length === 0;
  byId('forks').hidden = data.forks.length === 0;
  byId('time').hidden = data.processes.length === 0;
  byId('nothing').hidden = data.hazards.length > 0;
  if (data.broken > 0)
    byId('broken').textContent = `${data.broken} lines of the report were no records and are left out.`;
  const left = data.processes.length - timelineRows(data).length;
  if (left > 0)
    byId('left').textContent = `${left} processes that made no fork and have no hazard are not drawn.`;

  const update = (): void => {
    const { text, rule, severities } = chosen();
    let shown = 0;
    made.forEach((card, index) => {
      const hazard = data.hazards[index] as PageData['hazards'][number];
      const fits =
        (rule === '' || hazard.rule === rule) &&
        severities.has(hazard.severity) &&
        (hazardTexts[index] as string).includes(text);
      card.hidden = !fits;
      if (fits) shown++;
    });
    rows.forEach((row, index) => {
      row.hidden = !(forkTexts[index] as string).includes(text);
    });
    for (const mark of document.querySelectorAll('#drawing a[data-hazard]')) {
      mark.classList.toggle('faint', (made[Number(mark.getAttribute('data-hazard'))] as Element).hidden);
    }
    const all = data.hazards.length;
    byId('shown').textContent = all === 0 ? '' : shown === all ? `${all} shown` : `${shown} of ${all} shown`;
  };
  const chosen = filters(data, update);
  const draw = (): void => {
    byId('drawing').replaceChildren(timeline(data, Math.max(300, byId('drawing').clientWidth)));
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
  keys(() => made.filter((card) => !card.hidden), clear);
  byId('clear').addEventListener('click', clear);
  byId('print').addEventListener('click', () => window.print());
  window.addEventListener('resize', draw);
  window.addEventListener('hashchange', follow);
  document.addEventListener('click', (event) => {
    // to the same place once more: the address does not change
    const link = event.target.closest('a');
    if (link && link.getAttribute('href') === location.hash) follow();
  });
  window.addEventListener('beforeprint', () => {
    for (const card of made) card.open = true;
  });
  // the browser itself goes to the address once all is loaded, and takes the focus along
  window.addEventListener('load', () => setTimeout(follow, 50));
}

export const MAIN = [byId, forkRows, numbers, filters, theme, keys, follow, start];
