import type * as dom from './dom';
import type { Browser, Element } from './dom';

declare const document: Browser['document'];
declare const byId: typeof dom.byId;

export function keys(cardsShown: () => Element[], clear: () => void): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const search = byId('search');
    if (event.key === 'Escape' && event.target === search) {
      // a second time it leaves the field
      if (search.value === '') search.blur();
      else clear();
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

/** Where an arrow key leads: along the row, or to what is nearest in the next row that has something. */
export function neighbour(picture: Element, now: Element, key: string): Element | undefined {
  const x = (link: Element): number => Number(link.getAttribute('data-x'));
  const rows = [...picture.querySelectorAll('tr')]
    .map((row) => [...row.querySelectorAll('a')].sort((a, b) => x(a) - x(b)))
    .filter((row) => row.length > 0);
  const at = rows.findIndex((row) => row.includes(now));
  const row = rows[at] ?? [];
  const nearest = (other: readonly Element[] = []): Element | undefined =>
    [...other].sort((a, b) => Math.abs(x(a) - x(now)) - Math.abs(x(b) - x(now)))[0];
  switch (key) {
    case 'ArrowLeft':
      return row[row.indexOf(now) - 1];
    case 'ArrowRight':
      return row[row.indexOf(now) + 1];
    case 'ArrowUp':
      return nearest(rows[at - 1]);
    case 'ArrowDown':
      return nearest(rows[at + 1]);
    case 'Home':
      return row[0];
    case 'End':
      return row.at(-1);
    default:
      return undefined;
  }
}

/** The Tab key stops once at the picture; arrow keys move in it. */
export function arrowKeys(picture: Element): void {
  picture.addEventListener('focusin', ({ target }) => {
    const link = target.closest('a');
    if (!link) return;
    for (const old of picture.querySelectorAll('a[tabindex="0"]')) old.setAttribute('tabindex', '-1');
    link.setAttribute('tabindex', '0');
  });
  picture.addEventListener('keydown', (event) => {
    const now = event.target.closest('a');
    if (!now || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = neighbour(picture, now, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}

/** Draws anew; the stop of the Tab key, and the focus if it is there, stay at the same thing if it is still drawn. */
export function redraw(picture: Element, drawn: Element): void {
  const old = picture.querySelector('a[tabindex="0"]');
  const hasFocus = old !== null && document.activeElement === old;
  picture.replaceChildren(drawn);
  const links = [...picture.querySelectorAll('a')];
  const stop = links.find((link) => link.getAttribute('href') === old?.getAttribute('href')) ?? links[0];
  stop?.setAttribute('tabindex', '0');
  if (hasFocus) stop?.focus();
}

export const KEYS = [keys, neighbour, arrowKeys, redraw];
