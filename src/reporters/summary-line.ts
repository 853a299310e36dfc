import { escapeText } from '../escape';
import type { Summary } from '../model';

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/**
 * `forkguard: 2 hazards, seen 14 times: shared-locks (13), wait-cycles; 3 things could not be read`, or
 * nothing at all where nothing was found. `distinct` is the number of different hazards that were shown; another
 * thread may have shown more.
 */
export function summaryLine(summary: Summary, distinct: number): string {
  const counts = Object.entries(summary.hazards).filter(([, count]) => count > 0);
  if (counts.length === 0) return '';
  const seen = counts.reduce((sum, [, count]) => sum + count, 0);
  const hazards = Math.min(seen, Math.max(distinct, counts.length));
  const rules = counts
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([rule, count]) => (count > 1 ? `${escapeText(rule, 100)} (${count})` : escapeText(rule, 100)));
  const often = seen > hazards ? `, seen ${seen} times` : '';
  const gaps = summary.gaps > 0 ? `; ${plural(summary.gaps, 'thing', 'things')} could not be read` : '';
  return `forkguard: ${plural(hazards, 'hazard', 'hazards')}${often}: ${rules.join(', ')}${gaps}`;
}
