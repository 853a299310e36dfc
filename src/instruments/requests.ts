import { basename } from 'node:path';
import type { ForkRequest } from './fork-call';
import { normalizeStdio } from './stdio';

/** What the functions of `child_process` were asked to do. What cannot be understood is left to Node to refuse. */

type Options = Record<string, unknown>;

export type SyncApi = 'spawnSync' | 'execSync' | 'execFileSync';

/** The options as `child_process.spawn()` hands them on: already normalized by Node. */
export function requestOfSpawn(options: unknown): ForkRequest | undefined {
  return understood(() => readSpawn(options));
}

/** The arguments as the program gave them: (command, options?) or (file, args?, options?). */
export function requestOfSync(api: SyncApi, args: readonly unknown[]): ForkRequest | undefined {
  return understood(() => readSync(api, args));
}

function readSpawn(value: unknown): ForkRequest | undefined {
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

function readSync(api: SyncApi, given: readonly unknown[]): ForkRequest | undefined {
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
    killSignal: isSignal(options.killSignal) ? options.killSignal : undefined,
  };
}

function isSignal(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

const SHELLS = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash']);

function isShell(file: string, args: readonly string[]): boolean {
  return SHELLS.has(basename(file)) && args.includes('-c');
}

/** Own properties, as Node takes them, without those that would run the program's code when they are read. */
function plainOf(value: unknown): Options {
  const plain: Options = {};
  if (typeof value !== 'object' || value === null) return plain;
  for (const name of ['shell', 'stdio', 'env', 'cwd', 'detached', 'timeout', 'killSignal'])
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
  if (typeof value === 'string') return value || undefined; // Node takes an empty one for none
  return value instanceof URL && value.protocol === 'file:' ? decodeURIComponent(value.pathname) : undefined;
}

/** Released Node forks with fork(2) on Linux; libuv elsewhere uses posix_spawn (Darwin) or its own means. */
function primitive(): ForkRequest['primitive'] {
  return process.platform === 'darwin' ? 'posix_spawn' : 'fork';
}

function understood(read: () => ForkRequest | undefined): ForkRequest | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
