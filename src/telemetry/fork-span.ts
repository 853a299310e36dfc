import { basename } from 'node:path';
import type { Attributes, Span } from '@opentelemetry/api';
import type { ForkMessage } from '../channels';
import { escapeText } from '../escape';
import type { Fork } from '../model';

/** `SpanStatusCode.ERROR`, a const enum of every 1.x API. */
const ERROR = 2;
const LONGEST = 1000;

/** By the semantic conventions for callers of command-line programs: the executable's name, which is one of few. */
export function nameOf(fork: Fork): string {
  return escapeText(basename(fork.file), LONGEST);
}

export function startAttributes(fork: Fork, commandArgs: boolean): Attributes {
  const frame = fork.forked?.frames[0];
  return {
    'process.command': escapeText(fork.command, LONGEST),
    'process.executable.name': nameOf(fork),
    ...(commandArgs && {
      'process.command_args': fork.args.map((argument) => escapeText(argument, LONGEST)),
    }),
    'forkguard.fork.api': fork.api,
    ...(frame && {
      'code.file.path': escapeText(frame.file, LONGEST),
      'code.line.number': frame.line,
      ...(frame.function !== undefined && { 'code.function.name': escapeText(frame.function, LONGEST) }),
    }),
    'thread.id': fork.threadId,
  };
}

/** Ends the span of a fork that failed, whose child has ended, or whose child was let go. */
export function endSpan(span: Span, message: ForkMessage): void {
  const { fork, exitCode, signal } = message;
  if (fork.child) span.setAttribute('process.pid', fork.child.pid);
  if (typeof exitCode === 'number') span.setAttribute('process.exit.code', exitCode);
  if (signal) span.setAttribute('forkguard.exit.signal', signal);
  if (message.released) span.setAttribute('forkguard.fork.released', true);
  const failure = failureOf(message);
  if (failure) {
    span.setAttribute('error.type', failure.type);
    span.setStatus({ code: ERROR, message: failure.text });
  }
  span.end();
}

/** A child that was killed by the program itself has done what it was told. */
function failureOf(message: ForkMessage): { type: string; text: string } | undefined {
  const { fork, exitCode, signal, killed } = message;
  if (fork.error !== undefined) {
    return { type: fork.error, text: fork.child ? fork.error : `no child could be made: ${fork.error}` };
  }
  if (signal) return killed ? undefined : { type: signal, text: `ended by ${signal}` };
  return exitCode ? { type: String(exitCode), text: `exit code ${exitCode}` } : undefined;
}
