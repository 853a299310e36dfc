import { existsSync, realpathSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { workingDirectory } from './directory';
import type { EnvironmentFacts, Preload } from './facts/fork';
import type { ForkRequest } from './instruments/fork-call';
import type { Procfs } from './procfs/procfs';

const PRELOAD_FLAG = /^(?:-r|--require|--import|--loader|--experimental-loader|--env-file)$/;
const INSPECT_FLAG = /^--(?:inspect(?:-brk|-wait|-port)?|debug-port)$/;
/** Those whose value may be the next word (`node --help`); what is not here and followed by a word may be anything. */
const WITH_VALUE = new Set(
  `-r -e -p -pe -C --require --import --loader --experimental-loader --env-file --env-file-if-exists --eval --print
  --conditions --input-type --title --inspect-port --debug-port --inspect-publish-uid --unhandled-rejections
  --disable-warning --disable-proto --dns-result-order --icu-data-dir --max-http-header-size --openssl-config
  --redirect-warnings --diagnostic-dir --report-dir --report-directory --report-filename --report-signal
  --heapsnapshot-signal --heapsnapshot-near-heap-limit --heap-prof-dir --heap-prof-interval --heap-prof-name
  --cpu-prof-dir --cpu-prof-interval --cpu-prof-name --secure-heap --secure-heap-min --snapshot-blob --watch-path
  --test-concurrency --test-name-pattern --test-reporter --test-reporter-destination --test-shard --test-timeout
  --tls-cipher-list --tls-keylog --trace-event-categories --trace-event-file-pattern`.split(/\s+/),
);
/** With those that a preload before it may have taught Node. */
const EXTENSIONS = ['', '.js', '.json', '.node', '.cjs', '.mjs', '.ts', '.cts', '.mts', '.tsx', '.jsx'];

/** What the child's options and environment tell it to do. Values themselves never leave this file. */
export function readEnvironment(
  request: ForkRequest,
  runsNode: boolean,
  procfs: Pick<Procfs, 'link'>,
): EnvironmentFacts {
  const make = /--jobserver-(?:auth|fds)=(\d+),(\d+)/.exec(request.variable('MAKEFLAGS') ?? '');
  const listenFds = Number(request.variable('LISTEN_FDS') ?? Number.NaN);
  const listenPid = request.variable('LISTEN_PID');
  const channel = Number(request.variable('NODE_CHANNEL_FD') ?? Number.NaN);
  const nodeOptions = request.variable('NODE_OPTIONS');
  const options = flagsOf(nodeOptions ?? '');
  const own = runsNode ? readFlags(request.args.slice(1)) : [];
  const inspector = inspectorOf(options, own);
  const certificates = certificatesOf(process.env);
  const setHere = nodeOptions !== process.env.NODE_OPTIONS && !guards(options);
  return {
    ...(make && isOfParent(Number(make[1]), procfs) && { jobserver: [Number(make[1]), Number(make[2])] }),
    ...(Number.isInteger(listenFds) &&
      listenFds > 0 &&
      listenPid !== undefined && {
        activation: Array.from({ length: Math.min(listenFds, 64) }, (_, i) => 3 + i),
      }),
    ...(Number.isInteger(channel) && { channelFd: channel }),
    ...(certificates !== undefined && { certificates }),
    preloads: [
      ...preloads(options, 'NODE_OPTIONS', request, setHere),
      ...preloads(own, 'arguments', request, false),
    ],
    ...(inspector && { inspector }),
  };
}

/** make closes its jobserver for what is no make, and names it nevertheless: the number may be libuv's. */
function isOfParent(fd: number, procfs: Pick<Procfs, 'link'>): boolean {
  const target = procfs.link('self', fd);
  return target !== undefined && target === procfs.link(process.ppid, fd);
}

/** What Node reads in a thread of its own while the program starts: OpenSSL opens it without close-on-exec. */
function certificatesOf({ NODE_EXTRA_CA_CERTS: path }: NodeJS.ProcessEnv): string | undefined {
  try {
    return path ? realpathSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the program that is started is Node itself. */
export function startsNode(request: ForkRequest): boolean {
  return request.file === process.execPath || /^node(js)?(\.exe)?$/.test(basename(request.file));
}

interface Flag {
  readonly name: string;
  readonly value?: string;
}

/** The last options that were read: most children have those of their parent. */
let last = { text: '', flags: [] as readonly Flag[] };

function flagsOf(text: string): readonly Flag[] {
  if (text !== last.text) last = { text, flags: readFlags(splitOptions(text)) };
  return last.flags;
}

/** The flags before the script. Node takes `_` in a name for `-`. */
function readFlags(words: readonly string[]): Flag[] {
  const flags: Flag[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (!word.startsWith('-') || word === '-' || word === '--') break;
    const at = word.startsWith('--') ? word.indexOf('=') : -1;
    const name = (at < 0 ? word : word.slice(0, at)).replaceAll('_', '-');
    const next = words[i + 1];
    if (at >= 0) flags.push({ name, value: word.slice(at + 1) });
    else if (WITH_VALUE.has(name) && next !== undefined && !next.startsWith('-')) {
      flags.push({ name, value: next });
      i++;
    } else flags.push({ name });
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
  flags: readonly Flag[],
  source: Preload['source'],
  request: ForkRequest,
  setHere: boolean,
): Preload[] {
  const found: Preload[] = [];
  for (const { name, value } of flags) {
    if (!PRELOAD_FLAG.test(name) || value === undefined || isAbsolute(value)) continue;
    const directory = childDirectory(request.cwd);
    if (directory === undefined) return found;
    if (!isPath(name, value)) {
      if (isOutOfReach(name, value, directory, request))
        found.push({ flag: name, value, source, package: true, found: false, setForElsewhere: false });
      continue;
    }
    const path = resolve(directory, value);
    found.push({
      flag: name,
      value,
      source,
      found: EXTENSIONS.some((extension) => existsSync(path + extension)),
      setForElsewhere: setHere && directory !== workingDirectory(),
    });
  }
  return found;
}

/** A package, and what of it, as in `dotenv/config`; nothing that could be a URL. */
const PACKAGE = /^((?:@[\w.-]+\/)?[\w][\w.-]*)(?:\/[\w./-]+)?$/;

/** Whether a package that is found from here is not from there, where Node will look it up. */
function isOutOfReach(flag: string, value: string, directory: string, request: ForkRequest): boolean {
  const name = PACKAGE.exec(value)?.[1];
  const here = workingDirectory();
  // with Yarn's Plug'n'Play there are no such folders; who has NODE_PATH may have it from anywhere
  const isElsewhere = process.versions.pnp !== undefined || request.variable('NODE_PATH') !== undefined;
  if (name === undefined || here === undefined || directory === here || isElsewhere) return false;
  if (flag === '--env-file' || isBuiltin(value)) return false;
  return isInstalled(name, here) && !isInstalled(name, directory);
}

function isInstalled(name: string, directory: string): boolean {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, 'node_modules', name))) return true;
    if (at === dirname(at)) return false;
  }
}

/** Whether forkguard is loaded as well: then the child itself tells where such an option fails. */
function guards(options: readonly Flag[]): boolean {
  // by itself, because a process that is preloaded by name needs it at its start
  const { isOwnPreload } = require('./own-preload') as typeof import('./own-preload');
  return options.some(({ value }) => isOwnPreload(value));
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

/** A bare name is looked up in `node_modules`; only what starts with a dot is sure to be a path, or a URL. */
function isPath(flag: string, value: string): boolean {
  if (/^--(?:import|.*loader)$/.test(flag) && /[%?#]/.test(value)) return false;
  return flag === '--env-file' || value.startsWith('./') || value.startsWith('../');
}

/** The address of the inspector that the flags open: each part counts as it was said last, arguments after NODE_OPTIONS. */
function inspectorOf(options: readonly Flag[], own: readonly Flag[]): EnvironmentFacts['inspector'] {
  let opens = false;
  let address = { host: '127.0.0.1', port: 9229, source: 'NODE_OPTIONS' as Preload['source'] };
  for (const [flags, source] of [
    [options, 'NODE_OPTIONS'],
    [own, 'arguments'],
  ] as const) {
    for (const { name, value: text = '' } of flags) {
      if (!INSPECT_FLAG.test(name)) continue;
      opens ||= !name.endsWith('-port');
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
