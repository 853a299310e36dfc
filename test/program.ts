/** Runs a program of `test/programs/` as its header asks, with and without forkguard, and reads its report. */

import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Hazard, Site } from '../src/model';
import type { HazardRecord, SiteRecord } from '../src/records';
import { PLAIN, renderHazard } from '../src/render';
import { misfits } from './schema';

export const ROOT = join(__dirname, '..');
export const REGISTER = join(ROOT, 'dist/register.js');

/** The Node that runs the programs; the tests themselves run in any. */
export const NODE = process.env.FORKGUARD_TEST_NODE ?? process.execPath;

/**
 * What the lines `//# key: value` at the top of a program ask for.
 *
 * - `reports: rule severity, …`  all that is to be reported of the program; without it nothing above `info` is,
 *                            and nothing of the folder's rule
 * - `info: allowed`            the folder's rule may mention it nevertheless
 * - `launch: command`            bash runs this instead of `"$NODE" "$PROGRAM"`
 * - `env: KEY=value …`           added to the environment
 * - `packages: name …`           skipped, visibly, where one of them is not installed
 * - `tools: name …`              skipped where one of these commands does not exist
 * - `node: 22.15`                skipped on older releases
 * - `timeout: seconds`           instead of 20
 * - `output: varies`             its output differs from run to run and is not compared
 */
export interface Program {
  readonly file: string;
  readonly name: string;
  readonly reports: readonly string[];
  readonly infoAllowed: boolean;
  readonly launch: string;
  readonly env: Readonly<Record<string, string>>;
  readonly packages: readonly string[];
  readonly tools: readonly string[];
  readonly node: string;
  readonly seconds: number;
  readonly outputVaries: boolean;
  readonly markers: readonly Marker[];
}

/** `//~ opened`, `//~ forked` or `//~ ended`, with a rule where it is not the folder's: the line at which the rule must point. */
export interface Marker {
  readonly site: 'opened' | 'forked' | 'ended';
  readonly rule: string;
  readonly line: number;
}

/** Tells which pid is the program's, whatever launches it. */
const OWN_PID = join(__dirname, 'own-pid.sh');

const ALONE = '"$NODE" $PRELOAD "$PROGRAM"';

export interface Outcome {
  /** The pid of the program, as the shell that became it says; several where it was launched several times. */
  readonly pids: readonly number[];
  /** Who lived when the program, or its launcher, had ended: commands by pid. */
  readonly left: ReadonlyMap<number, string>;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly hazards: readonly HazardRecord[];
  /** What is wrong with records by the published schema. */
  readonly misfits: readonly unknown[];
  readonly timedOut: boolean;
}

export function readProgram(file: string, rule: string): Program {
  const lines = readFileSync(file, 'utf8').split('\n');
  const header = new Map<string, string>();
  const markers: Marker[] = [];
  lines.forEach((line, index) => {
    const asked = /^\/\/# (\w+): (.+)$/.exec(line);
    if (asked) header.set(asked[1]!, asked[2]!);
    for (const [, site, other] of line.matchAll(/\/\/~ (opened|forked|ended)(?: ([a-z-]+))?/g)) {
      markers.push({ site: site as Marker['site'], rule: other ?? rule, line: index + 1 });
    }
  });
  const words = (key: string): string[] => header.get(key)?.split(/\s+/) ?? [];
  return {
    file,
    name: basename(file, '.js'),
    reports: header.get('reports')?.split(/,\s*/).sort() ?? [],
    infoAllowed: header.get('info') === 'allowed',
    launch: header.get('launch') ?? ALONE,
    env: Object.fromEntries(words('env').map((pair) => pair.split(/=(.*)/s).slice(0, 2))),
    packages: words('packages'),
    tools: words('tools'),
    node: header.get('node') ?? '0',
    seconds: Number(header.get('timeout') ?? 20),
    outputVaries: header.get('output') === 'varies',
    markers,
  };
}

/** Descriptors that the caller left open would be true, but foreign, findings. */
const CLOSE_FOREIGN = 'for n in {3..254}; do eval "exec $n>&-"; done; eval "$LAUNCH"';

let runs = 0;

/**
 * Runs it in a directory and a process group of its own, and leaves no process behind. A program with a launcher
 * is preloaded through `NODE_OPTIONS`, any other with `-r`.
 */
export async function run(program: Program, guarded: boolean): Promise<Outcome> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'forkguard-program-')));
  chmodSync(directory, 0o777);
  const report = join(directory, 'report.ndjson');
  const own = join(directory, 'own-pids');
  const mark = `PROGRAM_RUN=${process.pid}-${++runs}`;
  const env = {
    PATH: process.env.PATH,
    LANG: 'C',
    HOME: directory,
    TMPDIR: directory,
    NODE: OWN_PID,
    REAL_NODE: NODE,
    OWN_PIDS: own,
    PROGRAM: program.file,
    LAUNCH: program.launch,
    ...program.env,
    PROGRAM_RUN: mark.split('=')[1],
    ...(guarded && {
      [program.launch === ALONE ? 'PRELOAD' : 'NODE_OPTIONS']: `-r ${REGISTER}`,
      FORKGUARD_REPORTERS: 'ndjson',
      FORKGUARD_OUTPUT: report,
    }),
  };
  const user = Number(process.env.FORKGUARD_TEST_UID);
  const child = spawn('bash', ['-c', CLOSE_FOREIGN], {
    cwd: directory,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(user > 0 && { uid: user, gid: user }),
  });
  const output = ['', ''];
  [child.stdout, child.stderr].forEach((stream, index) => {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output[index] += text;
    });
  });
  const closed = new Promise((resolve) => child.on('close', resolve));
  let timedOut = false;
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    const limit = setTimeout(() => {
      timedOut = true;
      endAll(child.pid!, mark);
    }, program.seconds * 1000);
    child.on('error', reject).on('exit', (...how) => {
      clearTimeout(limit);
      resolve(how);
    });
  });
  const left = living(mark);
  endAll(child.pid!, mark);
  await closed;
  const records = (existsSync(report) ? readFileSync(report, 'utf8').trimEnd().split('\n') : []).map(
    (line) => JSON.parse(line) as { type: string },
  );
  const hazards = records.filter(({ type }) => type === 'hazard') as HazardRecord[];
  const pids = existsSync(own) ? readFileSync(own, 'utf8').trim().split('\n').map(Number) : [];
  rmSync(directory, { recursive: true, force: true });
  const tidy = (text: string): string => normalise(text.replaceAll(directory, 'TMP'), new Names(pids));
  const away = (record: HazardRecord): HazardRecord =>
    JSON.parse(JSON.stringify(record).replaceAll(directory, 'TMP')) as HazardRecord;
  return {
    pids,
    left,
    code,
    signal,
    stdout: tidy(output[0]!),
    stderr: tidy(output[1]!),
    hazards: hazards.map(away),
    misfits: records.flatMap(misfits),
    timedOut,
  };
}

/** The processes of a run, wherever they have gone, are known by their environment; of zombies it is empty. */
function living(mark: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync('/proc')) {
    try {
      if (/^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'latin1').includes(mark))
        found.set(Number(name), basename(readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0')[0]!));
    } catch {
      // gone, or not ours
    }
  }
  return found;
}

/** Ends the process group and whatever left it. */
function endAll(group: number, mark: string): void {
  const end = (pid: number): void => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // gone already
    }
  };
  end(-group);
  for (const pid of living(mark).keys()) end(pid);
}

/**
 * Numbers of the kernel's by their first appearance: one pid has one name in all of a report. `PID0` is the program.
 */
export class Names {
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  constructor([program]: readonly number[]) {
    if (program !== undefined) this.#names.set(`PID ${program}`, 'PID0');
  }

  of(word: string, number: string): string {
    const key = `${word} ${number}`;
    const known = this.#names.get(key);
    if (known) return known;
    const count = (this.#counts.get(word) ?? 0) + 1;
    this.#counts.set(word, count);
    this.#names.set(key, word + count);
    return word + count;
  }
}

/** Each is one expression for all forms, so that numbers are given in the order of the text. */
const NUMBERED: readonly [word: string, number: RegExp][] = [
  [
    'PID',
    /(?<=\/proc\/|\b(?:pid|child|zombie|parent) |\bchildren (?:\d+ `[^`]*`, )*|\bprocess\.ppid was (?:\d+ and is )?)\d+/g,
  ],
  ['INODE', /(?<=\b(?:socket|pipe):\[)\d+(?=\])|(?<=\b(?:inode|dev|ino) )[\d:]+/g],
  ['PORT', /(?<=(?:127\.0\.0\.1|\[::1?\]|0\.0\.0\.0|\*|localhost):|\bport )\d{4,5}\b/g],
  ['TID', /(?<=\bthread )\d{3,}/g],
  ['FD', /(?<=\b(?:descriptor |fdinfo\/|fd\/))[1-9]\d\b|\b[1-9]\d(?=>&-)/g],
];

/** What differs from run to run, release to release and machine to machine becomes a word. */
export function normalise(text: string, names: Names): string {
  const numbered = NUMBERED.reduce(
    (so, [word, number]) => so.replace(number, (found) => names.of(word, found)),
    text.replaceAll(ROOT, '.'),
  );
  return numbered
    .replace(/\bstart time \d+/g, 'start time N')
    .replace(/\b\d+ bytes (written|are queued)/g, 'N bytes $1')
    .replace(/(writableLength|writeQueueSize) is \d+/g, '$1 is N')
    .replace(/\bfor \d+\.\d s\b/g, 'for N s')
    .replace(/\b0x[0-9a-f]{7,}/g, 'ADDRESS')
    .replace(/\/dev\/pts\/\d+/g, '/dev/pts/N')
    .replace(/\d+(\.\d+)? ms\b/g, 'N ms')
    .replace(/\d+(\.\d+)? (GiB|kB)\b/g, 'N $2')
    .replace(/\b\d+ (bytes of this process|minor page faults|other threads)/g, 'N $1')
    .replace(/\d+ threads \([^)]*\)/g, 'N threads (NAMES)')
    .replace(/writableLength (was|is) [1-9]\d*/g, 'writableLength $1 N')
    .replace(/\b\d+\.\d s\b/g, 'N s')
    .replace(/state [RSD], \d+ ticks/g, 'state S, N ticks');
}

/** The report as the terminal shows it, normalised; the same text of several processes once. */
export function rendered(hazards: readonly HazardRecord[], outcome: Outcome): string {
  const options = { cwd: ROOT, width: 104, style: PLAIN };
  const names = new Names(outcome.pids);
  const texts = hazards.map((record) => {
    const text = renderHazard(toHazard(record, names), options);
    return `${text}\n  record  ${normalise(concerned(record, outcome), names)}\n`;
  });
  return [...new Set(texts)].join('\n');
}

/** Who reports it, and of which child, as only its record says; and of an orphan whether that is true. */
function concerned({ pid, threadId, child, rule }: HazardRecord, { left }: Outcome): string {
  const who = [`pid ${pid}`];
  if (threadId > 0) who.push(`thread ${threadId}`);
  if (child) who.push(`child ${child.pid}`);
  if (child && rule === 'orphaned-children')
    who.push(left.has(child.pid) ? `left as \`${left.get(child.pid)}\`` : 'not left');
  return who.join(', ');
}

/** Lines are broken by their length, so what varies is made equal before. */
function toHazard(record: HazardRecord, names: Names): Hazard {
  const { rule, severity, what, opened, forked, ended, why, help, proof, docs, fingerprint, pid, threadId } =
    record;
  // in the order in which they are shown, which is the order of the numbers
  return {
    rule,
    severity,
    docs,
    what: normalise(what, names),
    opened: typeof opened === 'string' ? normalise(opened, names) : siteOf(opened),
    forked: siteOf(forked),
    ended: siteOf(ended ?? null),
    why: normalise(why, names),
    help: normalise(help, names),
    proof: proof.map((line) => normalise(line, names)),
    subject: '',
    fingerprint,
    time: 0,
    pid,
    threadId,
  };
}

function siteOf(site: SiteRecord | null): Site | undefined {
  if (!site) return undefined;
  const { file, line, column, package: by } = site;
  const frame = { file, line, column };
  return { frames: by === undefined ? [frame] : [{ ...frame, package: by }, frame] };
}
