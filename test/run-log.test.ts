import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE, REGISTER } from './preload';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkguard-run-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const place = (pid: number) => join(folder, `forkguard-run-of-${pid}`);
const RUN_LOG = JSON.stringify(join(REGISTER, '../src/testing/run-log.js'));

/** Runs `script` in a process of its own, whose temporary folder is ours: that is Node's, not the sandbox's. */
function withLog(script: string): string {
  const program = `const { RunLog } = require(${RUN_LOG});
    const add = (pid) => RunLog.ofProcess(pid).add({ child: { pid: 7, command: 'sleep' } }, 0);
    ${script}`;
  const { stdout, stderr } = spawnSync(NODE, ['-e', program], {
    env: { ...process.env, TMPDIR: folder },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.trim();
}

test('notes under a name that others can guess are written and read in a folder of ours', () => {
  expect(withLog('add(42); console.log(RunLog.ofProcess(42).read()[0].command)')).toBe('sleep');
  expect(readdirSync(place(42))).toEqual(['forks']);
});

test('what a killed process has left, and nobody has read, goes after an hour', () => {
  withLog('add(1); add(2)');
  const old = Date.now() / 1000 - 2 * 3600;
  utimesSync(place(1), old, old);
  withLog('add(42)');
  expect(readdirSync(folder).sort()).toEqual(['forkguard-run-of-2', 'forkguard-run-of-42']);
});

test.each<[string, () => void]>([
  [
    'a link to a folder of ours',
    () => {
      mkdirSync(join(folder, 'ours'), { mode: 0o700 });
      symlinkSync(join(folder, 'ours'), place(42));
    },
  ],
  [
    'a folder that others can write to',
    () => {
      const umask = process.umask(0);
      mkdirSync(place(42), { mode: 0o777 });
      process.umask(umask);
      symlinkSync(join(folder, 'precious'), join(place(42), 'forks'));
    },
  ],
])('nothing is written where somebody has put %s', (_, plant) => {
  writeFileSync(join(folder, 'precious'), 'precious');
  plant();
  expect(withLog('add(42); console.log(RunLog.toldBy(42).size)')).toBe('0');
  expect(existsSync(join(folder, 'ours', 'forks'))).toBe(false);
  expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('precious');
});
