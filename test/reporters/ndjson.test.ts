import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendLine } from '../../src/reporters/append';
import ndjson from '../../src/reporters/ndjson';
import { parseRecord } from '../../src/reporters/read';
import { fork, hostile, waitCycle } from './sample';

const dist = join(__dirname, '../../dist/src/reporters');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ndjson-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const lines = (file: string): unknown[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe('the ndjson reporter', () => {
  it('appends one record a line, type first, to a file of its own', () => {
    const file = join(dir, 'run.ndjson');
    const reporter = ndjson({ cwd: dir, output: 'run.ndjson' });
    reporter.fork?.(fork('1', 7040, 'curl'));
    reporter.hazard(waitCycle);
    reporter.hazard(hostile('\n"}\x1b'));
    reporter.gap?.({ what: 'a', why: 'b' });
    reporter.end?.({ pid: 1, forks: 1, hazards: { 'wait-cycles': 1 }, gaps: 1 });
    expect(lines(file)).toMatchObject([
      { type: 'fork' },
      { type: 'hazard' },
      { type: 'hazard' },
      { type: 'gap' },
      { type: 'summary' },
    ]);
    expect(readFileSync(file, 'utf8')).toMatch(/^(\{"type":".*\}\n){5}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('writes to stderr without a file', () => {
    let out = '';
    ndjson({ cwd: dir, write: (text) => (out += text) }).hazard(waitCycle);
    expect(JSON.parse(out)).toMatchObject({ type: 'hazard' });
  });

  it.each<[string, (file: string) => void, RegExp]>([
    ['a link', (file) => symlinkSync(join(dir, 'other'), file), /ELOOP|not a regular file/],
    ['a hard link', (file) => linkSync(join(dir, 'other'), file), /another name/],
    ['a device', (file) => symlinkSync('/dev/full', file), /ELOOP|not a regular file/],
    ['a FIFO', (file) => spawnSync('mkfifo', [file]), /it is not a regular file/],
    ['a directory that is gone', () => rmSync(dir, { recursive: true }), /ENOENT/],
    ['a directory', (file) => spawnSync('mkdir', [file]), /EISDIR/],
  ])('refuses %s, says so once, and goes on', (_, prepare, reason) => {
    const file = join(dir, 'run.ndjson');
    writeFileSync(join(dir, 'other'), 'precious');
    prepare(file);
    const said: string[] = [];
    const reporter = ndjson({ cwd: dir, output: file, write: (text) => said.push(text) });
    reporter.hazard(waitCycle);
    reporter.hazard(waitCycle);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^forkguard: cannot write the report .*; records are lost\n$/);
    expect(said[0]).toMatch(reason);
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot("refuses another user's file (needs root)", () => {
    const file = join(dir, 'run.ndjson');
    writeFileSync(file, '');
    spawnSync('chown', ['65534', file]);
    expect(() => appendLine(file, '{}')).toThrow('it belongs to another user');
    expect(statSync(file).size).toBe(0);
  });

  it.each([0o777, 0o477, 0o077, 0])('is 0600 under umask %o', (mask) => {
    const file = join(dir, 'run.ndjson');
    const program = `process.umask(${mask});
      const { appendLine } = require(${JSON.stringify(join(dist, 'append.js'))});
      for (let i = 0; i < 2; i++) appendLine(${JSON.stringify(file)}, '{}');`;
    expect(spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' }).stderr).toBe('');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('does not continue a torn line', () => {
    const file = join(dir, 'run.ndjson');
    writeFileSync(file, '{"type":"haz');
    appendLine(file, '{"a":1}');
    appendLine(file, '{"a":2}');
    expect(readFileSync(file, 'utf8')).toBe('{"type":"haz\n{"a":1}\n{"a":2}\n');
  });

  it('keeps lines whole while several processes write', async () => {
    const file = join(dir, 'run.ndjson');
    const program = `
      const { appendLine } = require(${JSON.stringify(join(dist, 'append.js'))});
      for (let i = 0; i < 300; i++) appendLine(${JSON.stringify(file)}, JSON.stringify({ pid: process.pid, i, x: 'y'.repeat(i * 37) }));`;
    await Promise.all(
      Array.from(
        { length: 4 },
        () =>
          new Promise((done) =>
            spawn(process.execPath, ['-e', program], { stdio: 'inherit' }).on('exit', done),
          ),
      ),
    );
    expect(lines(file)).toHaveLength(1200);
  });

  it('stops on a disk that is full, and leaves what readers can read', () => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', dir]);
    if (mounted.status !== 0) {
      console.warn('skipped: no right to mount a small disk');
      return;
    }
    try {
      const file = join(dir, 'run.ndjson');
      const said: string[] = [];
      const reporter = ndjson({ cwd: dir, output: file, write: (text) => said.push(text) });
      for (let i = 0; i < 60; i++) reporter.hazard(waitCycle);
      expect(said).toHaveLength(1);
      expect(said[0]).toContain('ENOSPC');
      const records = readFileSync(file, 'utf8').split('\n').map(parseRecord);
      expect(records.filter(Boolean).length).toBeGreaterThan(3);
      expect(records.indexOf(undefined)).toBe(records.length - 1);
    } finally {
      spawnSync('umount', [dir]);
    }
  });

  it('appends to a file that exists and leaves its mode alone', () => {
    const file = join(dir, 'run.ndjson');
    writeFileSync(file, '{"type":"gap"}\n');
    chmodSync(file, 0o644);
    appendFileSync(file, '');
    appendLine(file, '{"a":2}');
    expect(lines(file)).toHaveLength(2);
    expect(statSync(file).mode & 0o777).toBe(0o644);
  });
});
