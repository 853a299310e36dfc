import { forkRules } from './at-fork';
import type { Rule, Snapshots } from './rule';

/** The rules that may look at such a moment. Those of stalls and exits are loaded when there is one to look at. */
export function rulesAt(moment: keyof Snapshots): readonly Rule[] {
  if (moment === 'stall') return (require('./at-stall') as typeof import('./at-stall')).stallRules;
  if (moment !== 'exit') return forkRules;
  return [...forkRules, ...(require('./at-exit') as typeof import('./at-exit')).exitRules];
}
