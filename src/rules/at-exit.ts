import { halfDetachedChildren } from './half-detached-children';
import { idleChannels } from './idle-channels';
import { lingeringStdio } from './lingering-stdio';
import { orphanedChildren } from './orphaned-children';
import type { Rule } from './rule';
import { truncatedOutput } from './truncated-output';
import { unheardErrors } from './unheard-errors';
import { zombieChildren } from './zombie-children';

/** Rules that look only where something ends. */
export const exitRules: readonly Rule[] = [
  orphanedChildren,
  zombieChildren,
  truncatedOutput,
  unheardErrors,
  halfDetachedChildren,
  lingeringStdio,
  idleChannels,
];
