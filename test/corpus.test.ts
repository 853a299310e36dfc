import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HazardRecord } from '../src/records';
import { NODE, REGISTER, ROOT } from './program';
import './retry';

/** Real tools, run as their users do: with forkguard they do what they did, and it has nothing to say. */
const corpus = join(__dirname, 'corpus');
const bin = join(ROOT, 'node_modules');

interface Run {
  readonly command: readonly string[];
  /** Preloads itself: NODE_OPTIONS is left alone. */
  readonly preloaded?: boolean;
  /** A package of `test/node_modules` without which it is skipped. */
  readonly needs?: string;
  /** Runs in a copy of this folder of `test/corpus/`. */
  readonly folder?: string;
}

const app = (name: string): string => join(corpus, 'apps', name);

const RUNS: Record<string, Run> = {
  'npm ls': { command: ['npm', 'ls', '--depth=0'], folder: 'jest-project' },
  'npm run': { command: ['npm', 'run', '--silent', 'hello'], folder: 'jest-project' },
  npx: { command: ['npx', '--no-install', '--prefix', ROOT, 'tsc', '--version'] },
  tsc: { command: [NODE, join(bin, 'typescript/bin/tsc'), '--noEmit', 'index.ts'], folder: 'typescript' },
  jest: {
    command: [NODE, join(bin, 'jest/bin/jest.js'), '--ci', '--silent', '-w', '2'],
    folder: 'jest-project',
  },
  esbuild: {
    command: [NODE, join(__dirname, 'node_modules/esbuild/bin/esbuild'), 'index.ts', '--bundle'],
    needs: 'esbuild',
    folder: 'typescript',
  },
  'git through child_process': { command: [NODE, app('git.js')] },
  'an ESM app': { command: [NODE, app('esm.mjs')] },
  'an ESM app with --import': { command: [NODE, '--import', REGISTER, app('esm.mjs')], preloaded: true },
  'execa and cross-spawn': { command: [NODE, app('packages.mjs')], needs: 'execa' },
  'a cluster that shuts down': { command: [NODE, app('cluster.js')] },
  'a piscina pool': { command: [NODE, app('piscina.js')], needs: 'piscina' },
  'worker threads': { command: [NODE, app('worker.js')] },
  'child_process.fork': { command: [NODE, app('fork.js')] },
  'child_process.fork with -r': { command: [NODE, '-r', REGISTER, app('fork.js')], preloaded: true },
};

for (const [name, { command, preloaded = false, needs, folder }] of Object.entries(RUNS)) {
  if (needs && !existsSync(join(__dirname, 'node_modules', needs))) {
    test.skip(`${name} (skipped: needs ${needs}, see npm run packages)`, () => {});
    continue;
  }
  test(name, async () => {
    const bare = await run(
      command.filter((word) => !isPreload(word)),
      folder,
      {},
    );
    const guarded = await run(command, folder, preloaded ? {} : { NODE_OPTIONS: `-r ${REGISTER}` });
    expect({ ...guarded, hazards: [] }).toEqual(bare);
    expect(guarded.hazards).toEqual([]);
  }, 120_000);
}

function isPreload(word: string): boolean {
  return word === REGISTER || word === '-r' || word === '--import';
}

async function run(command: readonly string[], folder: string | undefined, more: NodeJS.ProcessEnv) {
  const directory = mkdtempSync(join(tmpdir(), 'forkguard-corpus-'));
  const report = join(directory, 'report.ndjson');
  const work = join(directory, 'work');
  if (folder) cpSync(join(corpus, folder), work, { recursive: true });
  else spawnSync('mkdir', [work]);
  const child = spawn(
    'bash',
    ['-c', 'for n in {3..254}; do eval "exec $n>&-"; done; exec "$@"', 'bash', ...command],
    {
      cwd: work,
      env: {
        PATH: `${join(NODE, '..')}:${process.env.PATH}`,
        HOME: directory,
        LANG: 'C',
        NO_UPDATE_NOTIFIER: '1',
        npm_config_update_notifier: 'false',
        FORKGUARD_REPORTERS: 'ndjson',
        FORKGUARD_OUTPUT: report,
        ...more,
      },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const output = ['', ''];
  [child.stdout, child.stderr].forEach((stream, index) => {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output[index] += text;
    });
  });
  const limit = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), 50_000);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(limit);
  const records = existsSync(report) ? readFileSync(report, 'utf8').trimEnd().split('\n') : [];
  rmSync(directory, { recursive: true, force: true });
  const hazards = records
    .map((line) => JSON.parse(line) as HazardRecord)
    .filter(({ type, severity }) => type === 'hazard' && severity !== 'info')
    .map(({ rule, what }) => `${rule}: ${what}`);
  const [stdout, stderr] = output.map((text) => tidy(text.replaceAll(directory, 'TMP')));
  return { code, stdout, stderr, hazards };
}

/** What differs from run to run: times, and the order of what runs side by side. */
function tidy(text: string): string {
  const timeless = text
    .replace(/\d+(\.\d+)? ?(ms|s)\b(, estimated \d+ s)?/g, 'TIME')
    .replace(/ \(TIME\)/g, '');
  return timeless.split('\n').sort().join('\n');
}
