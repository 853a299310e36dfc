import type * as dom from './dom';
import type { Browser, Element } from './dom';

declare const document: Browser['document'];
declare const byId: typeof dom.byId;

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

export const KEYS = [keys];
