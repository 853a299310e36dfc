import childProcess, { type ChildProcess } from 'node:child_process';
import { basename } from 'node:path';
import { getSystemErrorName } from 'node:util';
import { now } from '../clock';
import { capture } from '../site';
import { type Ending, ForkCall, type ForkRequest } from './fork-call';
import { patch, proxyOf } from './patch';
import type { Sink } from './sink';
import { normalizeStdio } from './stdio';
import { withPairs, withVariables } from './variables';

/** Deep enough for the program's line below execa or cross-spawn. */
const DEPTH = 24;

type Options = Record<string, unknown>;

/** The four functions that every child comes from, and what is later done to the child. */
export function instrumentChildProcess(sink: Sink): void {
  const prototype = childProcess.ChildProcess.prototype;
  patch(prototype, 'spawn', (original, self, args) =>
    aroundSpawn(sink, original, self as ChildProcess, args),
  );
  patch(prototype, 'kill', (original, self, args) => {
    sink.killing(self as ChildProcess, args[0]);
    return Reflect.apply(original, self, args);
  });
  patch(prototype, 'unref', (original, self, args) => {
    const result = Reflect.apply(original, self, args);
    sink.unreferenced(self as ChildProcess);
    return result;
  });
  for (const api of ['spawnSync', 'execSync', 'execFileSync'] as const) {
    patch(childProcess, api, (original, self, args) => aroundSync(sink, api, original, self, args));
  }
}

type Callable = (this: unknown, ...args: never[]) => unknown;

function aroundSpawn(sink: Sink, original: Callable, child: ChildProcess, args: unknown[]): unknown {
  const request = understood(() => requestOfSpawn(args[0]));
  if (!request) return Reflect.apply(original, child, args);
  const call = new ForkCall(request, capture(DEPTH));
  sink.forking(call);
  const begin = now();
  const result = failingOpenly(sink, call, () =>
    Reflect.apply(original, child, call.variables ? withPairs(args, call.variables) : args),
  );
  call.blockedMs = now() - begin;
  if (typeof result === 'number' && result < 0) call.error = nameOf(result);
  if (child.pid !== undefined) {
    call.child = factsOf(call, child.pid);
    watch(sink, call, child);
  }
  sink.forked(call, child);
  return result;
}

function aroundSync(
  sink: Sink,
  api: 'spawnSync' | 'execSync' | 'execFileSync',
  original: Callable,
  self: unknown,
  args: unknown[],
): unknown {
  const request = understood(() => requestOfSync(api, args));
  if (!request) return Reflect.apply(original, self, args);
  if (sink.passes(request)) return passing(sink, request, original, self, args);
  const call = new ForkCall(request, capture(DEPTH));
  sink.forking(call);
  const result = failingOpenly(sink, call, () =>
    Reflect.apply(original, self, call.variables ? withVariables(api, args, call.variables) : args),
  );
  if (api === 'spawnSync') {
    // undefined where a test has put something else in the place of Node's function
    call.error = codeOf((result as { error?: unknown } | undefined)?.error);
    finishSync(call, result);
  } else call.ending = { exitCode: 0, signal: null };
  sink.forked(call);
  return result;
}

/** One more of a burst of calls that were judged: it is noted only if it fails. */
function passing(
  sink: Sink,
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
 * fork, who must be told the child's end.
 */
function failingOpenly(sink: Sink, call: ForkCall, act: () => unknown): unknown {
  call.failed = true;
  try {
    const result = call.subscribed ? learning(call, act) : act();
    call.failed = false;
    return result;
  } finally {
    if (call.failed) sink.forked(call);
  }
}

function learning(call: ForkCall, act: () => unknown): unknown {
  try {
    return act();
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
function watch(sink: Sink, fork: ForkCall, process: ChildProcess): void {
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
  if (fork.request.stdio.some(({ type }) => type === 'ipc')) instrumentSend(sink, process);
}

/** `send` is an own property of each end of a channel, made when the channel is. */
export function instrumentSend(sink: Sink, target: object): void {
  const owner = target as { send?: unknown };
  if (typeof owner.send !== 'function') return;
  owner.send = proxyOf(owner.send as Callable, (original, self, args) => {
    const result = Reflect.apply(original, self, args);
    if (typeof args[1] === 'object' && args[1] !== null) sink.sent(target, args[1]);
    return result;
  });
}

/** The options as `child_process.spawn()` hands them on: already normalized by Node. */
function requestOfSpawn(value: unknown): ForkRequest | undefined {
  const options = value as Options;
  if (typeof options?.file !== 'string') return undefined;
  const args = stringsOf(options.args);
  const pairs = options.envPairs as readonly string[] | undefined;
  const { entries, streams } = normalizeStdio(options.stdio);
  return {
    api: undefined,
    file: options.file,
    args,
    cwd: cwdOf(options.cwd),
    stdio: entries,
    streams,
    detached: Boolean(options.detached),
    shell: Boolean(options.shell) || isShell(options.file, args),
    blocking: false,
    primitive: primitive(),
    variable: (name) => {
      const start = `${name}=`;
      return pairs?.find((pair) => pair.startsWith(start))?.slice(start.length);
    },
    timeoutMs: 0,
  };
}

/** The arguments as the program gave them: (command, options?) or (file, args?, options?). */
function requestOfSync(
  api: 'spawnSync' | 'execSync' | 'execFileSync',
  given: unknown[],
): ForkRequest | undefined {
  const [file, second, third] = given;
  if (typeof file !== 'string') return undefined;
  const listed = api !== 'execSync' && Array.isArray(second);
  const options = plainOf(listed || (api !== 'execSync' && second == null) ? third : second);
  const shell = api === 'execSync' || Boolean(options.shell);
  const plain = listed ? stringsOf(second) : [];
  const shellFile = typeof options.shell === 'string' ? options.shell : '/bin/sh';
  const { entries, streams } = normalizeStdio(options.stdio);
  const env = (options.env ?? process.env) as NodeJS.ProcessEnv;
  return {
    api,
    file: shell ? shellFile : file,
    args: shell ? [shellFile, '-c', [file, ...plain].join(' ')] : [file, ...plain],
    cwd: cwdOf(options.cwd),
    stdio: entries,
    streams,
    detached: Boolean(options.detached),
    shell: shell || isShell(file, plain),
    blocking: true,
    primitive: primitive(),
    variable: (name) => (Object.getOwnPropertyDescriptor(env, name)?.get ? undefined : env[name]),
    timeoutMs: typeof options.timeout === 'number' ? options.timeout : 0,
  };
}

const SHELLS = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash']);

function isShell(file: string, args: readonly string[]): boolean {
  return SHELLS.has(basename(file)) && args.includes('-c');
}

/** Own properties, as Node takes them, without those that would run the program's code when they are read. */
function plainOf(value: unknown): Options {
  const plain: Options = {};
  if (typeof value !== 'object' || value === null) return plain;
  for (const name of ['shell', 'stdio', 'env', 'cwd', 'detached', 'timeout'])
    plain[name] = Object.getOwnPropertyDescriptor(value, name)?.value;
  return plain;
}

/** Node makes strings of its arguments itself: an object's `toString` is not ours to call a second time. */
function stringsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.map((one) =>
    typeof one === 'object' || typeof one === 'function' ? '[object]' : String(one),
  );
}

function cwdOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof URL && value.protocol === 'file:' ? decodeURIComponent(value.pathname) : undefined;
}

/** Released Node forks with fork(2) on Linux; libuv elsewhere uses posix_spawn (Darwin) or its own means. */
function primitive(): ForkRequest['primitive'] {
  return process.platform === 'darwin' ? 'posix_spawn' : 'fork';
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

/** What cannot be understood is the program's business: Node will throw its own error for it. */
function understood(read: () => ForkRequest | undefined): ForkRequest | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
