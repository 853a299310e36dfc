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
import { RunLog } from '../src/testing/run-log';

let folder: string;
const { TMPDIR } = process.env;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkguard-run-log-'));
  process.env.TMPDIR = folder;
});
afterEach(() => {
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
  rmSync(folder, { recursive: true, force: true });
});

const child = { pid: 7, command: 'sleep' };
const place = () => join(folder, 'forkguard-run-of-42');

test('notes under a name that others can guess are written and read in a folder of ours', () => {
  RunLog.ofProcess(42).add({ child }, 0);
  expect(RunLog.ofProcess(42).read()[0]?.command).toBe('sleep');
});

test('what a killed process has left, and nobody has read, goes after an hour', () => {
  for (const pid of [1, 2]) RunLog.ofProcess(pid).add({ child }, 0);
  const hours = Date.now() / 1000 - 2 * 3600;
  utimesSync(join(folder, 'forkguard-run-of-1'), hours, hours);
  RunLog.ofProcess(42).add({ child }, 0);
  expect(readdirSync(folder).sort()).toEqual(['forkguard-run-of-2', 'forkguard-run-of-42']);
});

test.each<[string, () => void]>([
  [
    'a link to a folder of ours',
    () => {
      mkdirSync(join(folder, 'ours'), { mode: 0o700 });
      symlinkSync(join(folder, 'ours'), place());
    },
  ],
  [
    'a folder that others can write to',
    () => {
      mkdirSync(place(), { mode: 0o777 });
      symlinkSync(join(folder, 'precious'), join(place(), 'forks'));
    },
  ],
])('nothing is written where somebody has put %s', (_, plant) => {
  writeFileSync(join(folder, 'precious'), 'precious');
  plant();
  RunLog.ofProcess(42).add({ child }, 0);
  expect(existsSync(join(folder, 'ours', 'forks'))).toBe(false);
  expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('precious');
  expect(RunLog.toldBy(42).size).toBe(0);
});
