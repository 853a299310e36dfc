import { clearedNonblocking } from './cleared-nonblocking';
import { cutDescriptors } from './cut-descriptors';
import { execveLosses } from './execve-losses';
import { forksWithoutExec } from './forks-without-exec';
import { inheritableDescriptors } from './inheritable-descriptors';
import { inheritedListeners } from './inherited-listeners';
import { inspectorConflicts } from './inspector-conflicts';
import { interleavedOutput } from './interleaved-output';
import { missingDirectories } from './missing-directories';
import { relativePreloads } from './relative-preloads';
import type { Rule } from './rule';
import { sharedConnections } from './shared-connections';
import { sharedLocks } from './shared-locks';
import { sharedOffsets } from './shared-offsets';
import { sharedReaders } from './shared-readers';
import { slowForks } from './slow-forks';
import { writableExecutables } from './writable-executables';

/** Rules that look at forks, and at what comes of them: at their aftermath, a failed `listen`, an exit. */
export const forkRules: readonly Rule[] = [
  inheritableDescriptors,
  sharedLocks,
  sharedReaders,
  sharedConnections,
  inheritedListeners,
  sharedOffsets,
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
];
