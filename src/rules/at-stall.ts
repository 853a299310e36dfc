import { heldPipes } from './held-pipes';
import { ignoredSignals } from './ignored-signals';
import type { Rule } from './rule';
import { stuckForks } from './stuck-forks';
import { stuckHandles } from './stuck-handles';
import { unendedInput } from './unended-input';
import { unreadOutput } from './unread-output';
import { waitCycles } from './wait-cycles';

/** Rules that look at who has waited for a while. */
export const stallRules: readonly Rule[] = [
  waitCycles,
  heldPipes,
  unreadOutput,
  unendedInput,
  stuckForks,
  ignoredSignals,
  stuckHandles,
];
