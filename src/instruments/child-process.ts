import type { ChildProcess } from 'node:child_process';
import { getSystemErrorName } from 'node:util';
import { now } from '../clock';
import { capture } from '../site';
import { type Ending, ForkCall, type ForkRequest } from './fork-call';
import { instrumentChannel } from './ipc';
import { type Around, type Callable, patch } from './patch';
import { requestOfSpawn, requestOfSync, type SyncApi } from './requests';
import type { ForkSink, Sink } from './sink';
import { withPairs, withVariables } from './variables';

/** Deep enough for the program's line below execa or cross-spawn. */
const DEPTH = 24;

/** The four functions that every child comes from, and what is later done to the child. */
export function instrumentChildProcess(sink: Sink): void {
  const { forks } = sink;
  const childProcess = require('node:child_process') as typeof import('node:child_process');
  const prototype = childProcess.ChildProcess.prototype;
  patch(prototype, 'spawn', aroundSpawn(forks));
  patch(prototype, 'kill', (original, self, args) => {
    const pid = livingPid(self as ChildProcess | undefined);
    if (pid !== undefined) sink.signalling(pid, args[0]);
    return Reflect.apply(original, self, args);
  });
  patch(prototype, 'unref', (original, self, args) => {
    const result = Reflect.apply(original, self, args);
    forks.unreferenced(self as ChildProcess);
    return result;
  });
  for (const api of ['spawnSync', 'execSync', 'execFileSync'] as const) {
    patch(childProcess, api, aroundSync(forks, api));
  }
}

/** Node sends nothing to a child that has ended, whose pid may be another's by now. */
function livingPid(child: ChildProcess | undefined): number | undefined {
  return child?.exitCode === null && child.signalCode === null ? child.pid : undefined;
}

function aroundSpawn(sink: ForkSink): Around {
  return (original, self, args) => {
    const child = self as ChildProcess;
    const request = requestOfSpawn(args[0]);
    if (!request) return Reflect.apply(original, child, args);
    const call = new ForkCall(request, capture(DEPTH));
    sink.forking(call);
    const given = call.variables ? withPairs(args, call.variables) : args;
    const begin = now();
    const result = failingOpenly(sink, call, original, child, given);
    call.blockedMs = now() - begin;
    if (typeof result === 'number' && result < 0) call.error = nameOf(result);
    if (child.pid !== undefined) {
      call.child = factsOf(call, child.pid);
      watch(sink, call, child);
    }
    sink.forked(call, child);
    return result;
  };
}

function aroundSync(sink: ForkSink, api: SyncApi): Around {
  return (original, self, args) => {
    const request = requestOfSync(api, args);
    if (!request) return Reflect.apply(original, self, args);
    if (sink.passes(request)) return passing(sink, request, original, self, args);
    const call = new ForkCall(request, capture(DEPTH));
    sink.forking(call);
    const given = call.variables ? withVariables(api, args, call.variables) : args;
    const result = failingOpenly(sink, call, original, self, given);
    if (api === 'spawnSync') {
      // undefined where a test has put something else in the place of Node's function
      call.error = codeOf((result as { error?: unknown } | undefined)?.error);
      finishSync(call, result);
    } else call.ending = { exitCode: 0, signal: null };
    sink.forked(call);
    return result;
  };
}

/** One more of a burst of calls that were judged: it is noted only if it fails. */
function passing(
  sink: ForkSink,
  request: ForkRequest,
  original: Callable,
  self: unknown,
  args: unknown[],
): unknown {
  let result: unknown;
  let failed = true;
  try {
    result = Reflect.apply(original, self, args);
    failed = request.api === 'spawnSync' && codeOf((result as { error?: unknown })?.error) !== undefined;
    return result;
  } finally {
    if (failed) {
      const call = new ForkCall(request, capture(DEPTH));
      call.failed = result === undefined;
      call.error = codeOf((result as { error?: unknown } | undefined)?.error);
      finishSync(call, result);
      sink.failed(call);
    }
  }
}

/**
 * Lets an exception pass without touching it: an error that is caught and thrown again is shown, if nobody else
 * catches it, with our line as the one that threw it. What the error says is learned only for subscribers of the
 * fork, who must be told the child's end. Each function of ours in between is a line in the stacks of the program's
 * errors: this is one of two.
 */
function failingOpenly(
  sink: ForkSink,
  call: ForkCall,
  original: Callable,
  self: unknown,
  args: unknown[],
): unknown {
  call.failed = true;
  try {
    const result = call.subscribed
      ? learning(call, original, self, args)
      : Reflect.apply(original, self, args);
    call.failed = false;
    return result;
  } finally {
    if (call.failed) sink.forked(call);
  }
}

function learning(call: ForkCall, original: Callable, self: unknown, args: unknown[]): unknown {
  try {
    return Reflect.apply(original, self, args);
  } catch (error) {
    call.error = codeOf(error);
    finishSync(call, error);
    throw error;
  }
}

function finishSync(call: ForkCall, outcome: unknown): void {
  const { pid, status, signal } = (outcome ?? {}) as Record<string, unknown>;
  if (typeof pid !== 'number' || pid <= 0) return;
  call.child = factsOf(call, pid);
  call.ending = endingOf(status, signal);
}

/** What Node tells of a child's end: an exit code, or the name of a signal. */
function endingOf(exitCode: unknown, signal: unknown): Ending {
  if (typeof signal === 'string' && signal !== '') return { exitCode: null, signal };
  return { exitCode: typeof exitCode === 'number' ? exitCode : null, signal: null };
}

function factsOf(call: ForkCall, pid: number): ForkCall['child'] {
  return {
    pid,
    get command() {
      return call.command;
    },
  };
}

/** Learns of the child's exit and of what is sent to it, without a listener that the program could count. */
function watch(sink: ForkSink, fork: ForkCall, process: ChildProcess): void {
  const { _handle: handle } = process as unknown as {
    _handle?: { onexit?: (...args: unknown[]) => unknown };
  };
  const onexit = handle?.onexit;
  if (handle && typeof onexit === 'function') {
    handle.onexit = function (this: unknown, ...args: unknown[]) {
      sink.exited({ fork, process }, endingOf(args[0], args[1]));
      return Reflect.apply(onexit, this, args);
    };
  }
  if (fork.request.stdio.some(({ type }) => type === 'ipc')) instrumentChannel(sink, process);
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

function nameOf(errno: number): string {
  try {
    return getSystemErrorName(errno);
  } catch {
    return `errno ${-errno}`;
  }
}
