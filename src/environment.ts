import { existsSync, realpathSync } from 'node:fs';
import { basename, isAbsolute, resolve } from 'node:path';
import { workingDirectory } from './directory';
import type { ForkRequest } from './instruments/fork-call';
import type { EnvironmentFacts, Preload } from './rules/rule';

const PRELOAD_FLAG = /^(?:-r|--require|--import|--loader|--experimental-loader|--env-file)$/;
const INSPECT_FLAG = /^--inspect(-brk|-wait|-port)?(?:=(.*))?$/;
const EXTENSIONS = ['', '.js', '.json', '.node', '.cjs', '.mjs'];

/** What the child's options and environment tell it to do. Values themselves never leave this file. */
export function readEnvironment(request: ForkRequest, runsNode: boolean): EnvironmentFacts {
  const make = /--jobserver-(?:auth|fds)=(\d+),(\d+)/.exec(request.variable('MAKEFLAGS') ?? '');
  const listenFds = Number(request.variable('LISTEN_FDS') ?? Number.NaN);
  const listenPid = request.variable('LISTEN_PID');
  const channel = Number(request.variable('NODE_CHANNEL_FD') ?? Number.NaN);
  const nodeOptions = request.variable('NODE_OPTIONS');
  const options = splitOptions(nodeOptions ?? '');
  const own = runsNode ? nodeFlags(request.args.slice(1)) : [];
  const inspector = inspectorOf(options, own);
  return {
    ...(make && { jobserver: [Number(make[1]), Number(make[2])] }),
    ...(Number.isInteger(listenFds) &&
      listenFds > 0 &&
      listenPid !== undefined && {
        activation: Array.from({ length: Math.min(listenFds, 64) }, (_, i) => 3 + i),
      }),
    ...(Number.isInteger(channel) && { channelFd: channel }),
    preloads: [
      ...preloads(options, 'NODE_OPTIONS', request.cwd, nodeOptions !== process.env.NODE_OPTIONS),
      ...preloads(own, 'arguments', request.cwd, false),
    ],
    ...(inspector && { inspector }),
  };
}

/** Whether the program that is started is Node itself. */
export function startsNode(request: ForkRequest): boolean {
  return request.file === process.execPath || /^node(js)?(\.exe)?$/.test(basename(request.file));
}

/** The flags before the script, each with its value where that stands apart. */
function nodeFlags(args: readonly string[]): string[] {
  const flags: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (!arg.startsWith('-') || arg === '-' || arg === '--') break;
    flags.push(arg);
    if (PRELOAD_FLAG.test(arg) && args[i + 1] !== undefined) flags.push(args[++i] as string);
  }
  return flags;
}

/** NODE_OPTIONS are separated by spaces; double quotes and backslashes protect them (node's `ParseNodeOptionsEnvVar`). */
function splitOptions(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (char === '\\' && quoted) word += text[++i] ?? '';
    else if (char === '"') quoted = !quoted;
    else if (char === ' ' && !quoted) {
      if (word) words.push(word);
      word = '';
    } else word += char;
  }
  if (word) words.push(word);
  return words;
}

function preloads(
  flags: readonly string[],
  source: Preload['source'],
  cwd: string | undefined,
  setHere: boolean,
): Preload[] {
  const found: Preload[] = [];
  for (let i = 0; i < flags.length; i++) {
    const [flag = '', joined] = splitAt(flags[i] as string);
    if (!PRELOAD_FLAG.test(flag)) continue;
    const value = joined ?? flags[++i];
    if (value === undefined || isAbsolute(value) || !isPath(flag, value)) continue;
    const directory = childDirectory(cwd);
    if (directory === undefined) return found;
    const path = resolve(directory, value);
    found.push({
      flag,
      value,
      source,
      found: EXTENSIONS.some((extension) => existsSync(path + extension)),
      setForElsewhere: setHere && directory !== workingDirectory(),
    });
  }
  return found;
}

/** Where the child will think that it is: links are resolved. Undefined where it cannot start at all. */
function childDirectory(cwd: string | undefined): string | undefined {
  if (cwd === undefined) return workingDirectory();
  try {
    return realpathSync(cwd);
  } catch {
    return undefined;
  }
}

/** A bare name is looked up in `node_modules`; only what starts with a dot is sure to be a path. */
function isPath(flag: string, value: string): boolean {
  return flag === '--env-file' || value.startsWith('./') || value.startsWith('../');
}

/** The address of the inspector that the flags open: each part counts as it was said last, arguments after NODE_OPTIONS. */
function inspectorOf(options: readonly string[], own: readonly string[]): EnvironmentFacts['inspector'] {
  let opens = false;
  let address = { host: '127.0.0.1', port: 9229, source: 'NODE_OPTIONS' as Preload['source'] };
  for (const [flags, source] of [
    [options, 'NODE_OPTIONS'],
    [own, 'arguments'],
  ] as const) {
    for (const flag of flags) {
      const [found, kind, text = ''] = INSPECT_FLAG.exec(flag) ?? [];
      if (found === undefined) continue;
      opens ||= kind !== '-port';
      const [, host, port] = /^(?:(.*):)?(\d+)$/.exec(text) ?? [undefined, text, undefined];
      address = {
        host: host?.replace(/^\[|\]$/g, '') || address.host,
        port: port === undefined ? address.port : Number(port),
        source,
      };
    }
  }
  return opens ? address : undefined;
}

function splitAt(flag: string): [string, string | undefined] {
  const at = flag.startsWith('--') ? flag.indexOf('=') : -1;
  return at < 0 ? [flag, undefined] : [flag.slice(0, at), flag.slice(at + 1)];
}
