/**
 * A fork as it goes through shared memory: written before every blocking call, read when one gets stuck. So it is
 * left as it is, and what must not be shown is taken out by the reader.
 */

import { type ForkCall, plainCommand } from '../instruments/fork-call';
import type { Fork } from '../model';
import { redactArgs, redactCommandLine } from '../redact';

export interface ForkNote extends Fork {
  /** The user's own patterns of what must not be shown. */
  readonly redact: readonly string[];
}

/** Its command, file and arguments are not redacted: only for `forkOf`. */
export function noteOf(call: ForkCall): ForkNote {
  const { id, time, threadId, api, request, redact } = call;
  const { file, args, cwd, stdio, detached, shell, blocking, primitive } = request;
  const forked = { frames: call.forked.frames };
  const command = plainCommand(request);
  const fork = { api, command, file, args, stdio, detached, shell, blocking, primitive, forked };
  return { type: 'fork', id, time, threadId, ...fork, ...(cwd !== undefined && { cwd }), redact };
}

export function forkOf({ redact, ...fork }: ForkNote): Fork {
  return {
    ...fork,
    command: redactCommandLine(fork.command, redact),
    file: redactCommandLine(fork.file, redact),
    args: redactArgs(fork.args, redact),
  };
}
