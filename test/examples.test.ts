import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HazardRecord } from '../src/records';
import { NODE, ROOT } from './program';
import './retry';

/** Each example: what it shows, what of it is reported, and that the mended one shows and reports nothing. */
interface Example {
  readonly name: string;
  /** Printed by hazard.js and not by fixed.js. */
  readonly symptom: RegExp;
  readonly rule: string;
  /** Why it cannot run here. */
  readonly missing?: string | false | undefined;
}

const installed = (name: string): string | false =>
  !existsSync(join(ROOT, 'examples/node_modules', name)) && `${name}, see npm run packages`;
const server = (found: boolean, name: string): string | false => !found && name;
const has = (command: string): boolean =>
  spawnSync('which', [command], { env: { PATH: `${process.env.PATH}:/usr/sbin` } }).status === 0;

const EXAMPLES: readonly Example[] = [
  { name: 'bound-port', symptom: /the restart fails: EADDRINUSE/, rule: 'inherited-listeners' },
  { name: 'held-lock', symptom: /still locked/, rule: 'shared-locks' },
  { name: 'lingering-daemon', symptom: /waited (?:[3-9]|\d\d+) s/, rule: 'lingering-stdio' },
  {
    name: 'own-server',
    symptom: /the check failed: ETIMEDOUT/,
    rule: 'wait-cycles',
    missing: !has('curl') && 'curl',
  },
  { name: 'background-daemon', symptom: /came [3-9] s after/, rule: 'held-pipes' },
  { name: 'unread-stderr', symptom: /result: none/, rule: 'unread-output' },
  { name: 'kept-channel', symptom: /came [3-9] s after/, rule: 'held-pipes' },
  { name: 'large-memory', symptom: /blocks for (?:[3-9]\d|\d{3,})\./, rule: 'slow-forks' },
  {
    name: 'leaking-terminals',
    symptom: /holds 3 terminals/,
    rule: 'inheritable-descriptors',
    missing: installed('node-pty'),
  },
  {
    name: 'leveldb',
    symptom: /holds 4 files/,
    rule: 'inheritable-descriptors',
    missing: installed('classic-level'),
  },
  {
    name: 'shared-postgresql',
    symptom: /got: oops/,
    rule: 'shared-connections',
    missing: installed('pg') || server(existsSync('/usr/lib/postgresql'), 'PostgreSQL'),
  },
  {
    name: 'shared-mariadb',
    symptom: /got: oops/,
    rule: 'shared-connections',
    missing: installed('mysql2') || server(has('mariadbd'), 'MariaDB'),
  },
];

for (const { name, symptom, rule, missing } of EXAMPLES) {
  if (missing) {
    test.skip(`${name} (skipped: needs ${missing})`, () => {});
    continue;
  }
  test(name, async () => {
    const hazard = await run(name, 'hazard');
    expect(hazard.output).toMatch(symptom);
    expect(hazard.loud).toContain(rule);
    expect(reported(hazard.output)).toEqual(reported(printedIn(name, 'hazard')));
    const fixed = await run(name, 'fixed');
    expect(fixed.output).not.toMatch(symptom);
    expect(fixed.loud).toEqual([]);
    expect(reported(fixed.output)).toEqual(reported(printedIn(name, 'fixed')));
  }, 120_000);
}

/** What the README of an example has its run print; nothing where it does not show that run. */
function printedIn(name: string, which: string): string {
  const text = readFileSync(join(ROOT, 'examples', name, 'README.md'), 'utf8');
  const command = which === 'hazard' ? name : `${name} ${which}`;
  return text.split(`npm run example ${command}\n`)[1]?.split('```text\n')[1]?.split('```')[0] ?? '';
}

/** Rules and places of a report; texts hold numbers that differ from run to run. */
function reported(output: string): string[] {
  return output.match(/^(?:error|warning|info)\[[a-z-]+\]|^ {2}(?:opened|forked) +\S+:\d+:\d+/gm) ?? [];
}

/** Output, and the rules that reported more than `info`. */
async function run(name: string, which: string): Promise<{ output: string; loud: string[] }> {
  const directory = mkdtempSync(join(tmpdir(), 'forkguard-example-'));
  const report = join(directory, 'report.ndjson');
  const script = 'for n in {3..254}; do eval "exec $n>&-"; done; exec "$@"';
  const program = [NODE, join(ROOT, 'scripts/example.js'), name, which];
  const child = spawn('bash', ['-c', script, 'bash', ...program], {
    env: {
      ...process.env,
      FORCE_COLOR: '0',
      FORKGUARD_REPORTERS: 'terminal,ndjson',
      FORKGUARD_OUTPUT: report,
    },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const limit = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), 50_000);
  await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(limit);
  const lines = existsSync(report) ? readFileSync(report, 'utf8').trimEnd().split('\n') : [];
  rmSync(directory, { recursive: true, force: true });
  const hazards = lines
    .map((line) => JSON.parse(line) as HazardRecord)
    .filter(({ type, severity }) => type === 'hazard' && severity !== 'info');
  return { output, loud: [...new Set(hazards.map(({ rule }) => rule))] };
}
