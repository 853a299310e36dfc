/**
 * A fork as it goes through shared memory: written before every blocking call, read when one gets stuck. So it is
 * left as it is, and what must not be shown is taken out by the reader.
 */

import { type ForkCall, plainCommand, redactor } from '../instruments/fork-call';
import type { Fork } from '../model';

/** In UTF-16 units: a note must fit into its place, and no more of it is shown. */
const LONGEST = 4096;

/** Its command, file and arguments are not redacted: only for `forkOf`. */
export type ForkNote = Fork;

export function noteOf(call: ForkCall, args: readonly string[] = call.request.args): ForkNote {
  const { id, time, threadId, api, request } = call;
  const { file, cwd, stdio, detached, shell, blocking, primitive } = request;
  const forked = { frames: call.forked.frames };
  const command = plainCommand(request).slice(0, LONGEST);
  const fork = { api, command, file, args, stdio, detached, shell, blocking, primitive, forked };
  return { type: 'fork', id, time, threadId, ...fork, ...(cwd !== undefined && { cwd }) };
}

export function forkOf(fork: ForkNote): Fork {
  const { redactArgs, redactCommandLine } = redactor();
  return {
    ...fork,
    command: redactCommandLine(fork.command),
    file: redactCommandLine(fork.file),
    args: redactArgs(fork.args),
  };
}
