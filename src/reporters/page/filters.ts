import type { PageData } from './data';
import type * as dom from './dom';
import type { Browser } from './dom';

declare const document: Browser['document'];
declare const el: typeof dom.el;
declare const byId: typeof dom.byId;

export interface Choice {
  text: string;
  rule: string;
  severities: Set<string>;
}

/** The search, the rule and the severities; what is chosen is asked of the function that is returned. */
export function filters(data: PageData, changed: () => void): () => Choice {
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

export const FILTERS = [filters];
