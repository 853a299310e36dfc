import { clearedNonblocking } from './cleared-nonblocking';
import { cutDescriptors } from './cut-descriptors';
import { execveLosses } from './execve-losses';
import { forksWithoutExec } from './forks-without-exec';
import { halfDetachedChildren } from './half-detached-children';
import { heldPipes } from './held-pipes';
import { idleChannels } from './idle-channels';
import { ignoredSignals } from './ignored-signals';
import { inheritableDescriptors } from './inheritable-descriptors';
import { inheritedListeners } from './inherited-listeners';
import { inspectorConflicts } from './inspector-conflicts';
import { interleavedOutput } from './interleaved-output';
import { lingeringStdio } from './lingering-stdio';
import { missingDirectories } from './missing-directories';
import { orphanedChildren } from './orphaned-children';
import { relativePreloads } from './relative-preloads';
import type { Rule } from './rule';
import { sharedConnections } from './shared-connections';
import { sharedLocks } from './shared-locks';
import { sharedOffsets } from './shared-offsets';
import { sharedReaders } from './shared-readers';
import { slowForks } from './slow-forks';
import { stuckForks } from './stuck-forks';
import { stuckHandles } from './stuck-handles';
import { truncatedOutput } from './truncated-output';
import { unendedInput } from './unended-input';
import { unheardErrors } from './unheard-errors';
import { unreadOutput } from './unread-output';
import { waitCycles } from './wait-cycles';
import { writableExecutables } from './writable-executables';
import { zombieChildren } from './zombie-children';

/** All rules, in the order in which they look. `npm run new-rule` adds a line here. */
export const rules: readonly Rule[] = [
  inheritableDescriptors,
  sharedLocks,
  sharedReaders,
  sharedConnections,
  inheritedListeners,
  sharedOffsets,
  lingeringStdio,
  slowForks,
  clearedNonblocking,
  interleavedOutput,
  cutDescriptors,
  inspectorConflicts,
  relativePreloads,
  missingDirectories,
  writableExecutables,
  execveLosses,
  forksWithoutExec,
  waitCycles,
  heldPipes,
  unreadOutput,
  unendedInput,
  stuckForks,
  ignoredSignals,
  stuckHandles,
  orphanedChildren,
  zombieChildren,
  truncatedOutput,
  unheardErrors,
  halfDetachedChildren,
  idleChannels,
];
