import { exitRules } from './at-exit';
import { forkRules } from './at-fork';
import { stallRules } from './at-stall';
import type { Rule } from './rule';

/** All rules, in the order in which they look. `npm run new-rule` adds a line to those at a fork. */
export const rules: readonly Rule[] = [...forkRules, ...stallRules, ...exitRules];
