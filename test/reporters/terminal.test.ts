import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Hazard, Reporter } from '../../src/model';
import { summaryLine } from '../../src/reporters/summary-line';
import terminal, { wantsColor } from '../../src/reporters/terminal';
import { hostile, inherited, SAMPLE_CWD, sharedLock, waitCycle } from './sample';

const dist = join(__dirname, '../../dist/src/reporters');

function capture(env: Record<string, string> = {}): { reporter: Reporter; text: () => string } {
  let out = '';
  const reporter = terminal({ cwd: SAMPLE_CWD, env, write: (text) => (out += text) });
  return { reporter, text: () => out };
}

describe('the terminal reporter', () => {
  it('says nothing when nothing was found', () => {
    const { reporter, text } = capture();
    reporter.gap?.({ what: 'x', why: 'y' });
    reporter.end?.({ pid: 1, forks: 3, hazards: {}, gaps: 2 });
    expect(text()).toBe('');
  });

  it('prints a hazard once, and a summary', () => {
    const { reporter, text } = capture();
    reporter.hazard(waitCycle);
    reporter.hazard(waitCycle);
    reporter.hazard(sharedLock);
    reporter.repeat?.(sharedLock, 2);
    reporter.end?.({ pid: 1, forks: 3, hazards: { 'wait-cycles': 1, 'shared-locks': 13 }, gaps: 3 });
    expect(text().match(/error\[wait-cycles\]/g)).toHaveLength(1);
    expect(text().startsWith('\nerror[wait-cycles] ')).toBe(true);
    expect(text()).toContain('\n\nwarning[shared-locks] ');
    expect(
      text().endsWith(
        '\n\nforkguard: 2 hazards, seen 14 times: shared-locks (13), wait-cycles; 3 things\n  could not be read\n',
      ),
    ).toBe(true);
  });

  it('explains descriptors of one fork and one kind once', () => {
    const { reporter, text } = capture();
    const of = (fd: number, more: Partial<Hazard> = {}): Hazard => ({
      ...inherited,
      what: `child \`sleep\` inherits descriptor ${fd}, file /data/${fd}`,
      severity: 'warning',
      opened: 'not by JavaScript',
      why: `descriptor ${fd} is not marked`,
      fork: '1.0.1',
      fingerprint: String(fd),
      ...more,
    });
    for (const hazard of [of(20), of(21), of(22), of(23, { fork: '1.0.2' })]) reporter.hazard(hazard);
    expect(text().match(/^ {2}why/gm)).toHaveLength(2);
    expect(text()).toContain(
      '\nwarning[inheritable-descriptors] child `sleep` inherits descriptor 22, file\n    /data/22\n  as above: opened, forked, why, help\n\n',
    );
  });

  it('uses colour as asked', () => {
    expect(wantsColor({}, true)).toBe(true);
    expect(wantsColor({}, false)).toBe(false);
    expect(wantsColor({ TERM: 'dumb' }, true)).toBe(false);
    expect(wantsColor({ NO_COLOR: '1' }, true)).toBe(false);
    expect(wantsColor({ NO_COLOR: '' }, true)).toBe(true);
    expect(wantsColor({ FORCE_COLOR: '0' }, true)).toBe(false);
    expect(wantsColor({ FORCE_COLOR: '1', NO_COLOR: '1' }, false)).toBe(true);
    const { reporter, text } = capture({ FORCE_COLOR: '1' });
    reporter.hazard(waitCycle);
    expect(text()).toContain('\x1b[31m\x1b[1merror[wait-cycles]');
  });

  it('uses the width it is told', () => {
    const { reporter, text } = capture({ COLUMNS: '60' });
    reporter.hazard(waitCycle);
    expect(text()).toContain('\n  why     the main thread waits for child `curl` to exit;\n');
  });

  it('sends the terminal no character of others', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (noise) => {
        const { reporter, text } = capture();
        reporter.hazard(hostile(`\x1b]0;${noise}\x07`));
        expect(text().replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
    );
  });
});

describe('the summary', () => {
  it.each([
    [{ a: 1 }, 0, 1, 'forkguard: 1 hazard: a'],
    [{ a: 2 }, 0, 1, 'forkguard: 1 hazard, seen 2 times: a (2)'],
    [{ a: 2 }, 1, 2, 'forkguard: 2 hazards: a (2); 1 thing could not be read'],
    [{ b: 1, a: 1, c: 0 }, 0, 0, 'forkguard: 2 hazards: a, b'],
    [{}, 9, 0, ''],
  ])('%j', (hazards, gaps, distinct, line) => {
    expect(
      summaryLine({ pid: 1, forks: 1, hazards: hazards as Record<string, number>, gaps }, distinct),
    ).toBe(line);
  });
});

describe('descriptor 2', () => {
  const program = `
    const { writeStderr } = require(${JSON.stringify(join(dist, '../stderr.js'))});
    for (let i = 0; i < 40; i++) writeStderr(('x'.repeat(99) + '\\n').repeat(100));
    console.log('done');`;

  it.each([
    ['closed', 'exec 2>&-'],
    ['without a reader', 'exec 2> >(exec <&-; sleep 0.01); sleep 0.2'],
    ['a full device', 'exec 2>/dev/full'],
    ['a pipe that nobody reads', 'exec 2> >(exec sleep 2)'],
  ])('%s: the program goes on', (_, redirection) => {
    const { stdout, status } = spawnSync(
      'bash',
      ['-c', `${redirection}; "$0" -e "$1"`, process.execPath, program],
      { encoding: 'utf8', timeout: 30_000 },
    );
    expect([stdout, status]).toEqual(['done\n', 0]);
  });

  it('gets everything when its reader is slow', () => {
    const { stdout } = spawnSync(
      'bash',
      ['-c', `"$0" -e "$1" 2>&1 >/dev/null | { sleep 0.1; wc -c; }`, process.execPath, program],
      {
        encoding: 'utf8',
        timeout: 30_000,
      },
    );
    expect(stdout.trim()).toBe('400000');
  });

  it('keeps its flags: no O_NONBLOCK for the program', () => {
    const { stdout } = spawnSync(
      'bash',
      [
        '-c',
        `{ "$0" -e "$1"; grep flags /proc/self/fdinfo/2 >&3; } 3>&1 2>&1 >/dev/null | grep flags`,
        process.execPath,
        program,
      ],
      { encoding: 'utf8', timeout: 30_000 },
    );
    expect(Number.parseInt(stdout.replace(/\D/g, ''), 8) & 0o4000).toBe(0);
  });
});

describe('a real terminal', () => {
  const script = spawnSync('script', ['--version']).status === 0;
  const program = `
    const fs = require('node:fs');
    const look = () => JSON.stringify([
      fs.readFileSync('/proc/self/fdinfo/2', 'utf8').replace(/pos:.*/, ''),
      fs.statSync('/proc/self/fd/2').ino,
      process.getActiveResourcesInfo().filter((kind) => kind !== 'Immediate'),
    ]);
    const terminal = require(${JSON.stringify(join(dist, 'terminal.js'))}).default({ cwd: '/' });
    const before = look();
    terminal.hazard(${JSON.stringify(waitCycle)});
    setImmediate(() => setImmediate(() => console.log('unchanged: ' + (look() === before))));`;

  (script ? it : it.skip)('gives its width and colours, and is left as it was (needs script)', () => {
    const command = `stty cols 64; exec '${process.execPath}' -e "$PROGRAM"`;
    const { NO_COLOR, FORCE_COLOR, COLUMNS, ...env } = process.env;
    const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
      encoding: 'utf8',
      env: { ...env, TERM: 'xterm', PROGRAM: program },
    });
    expect(stdout).toContain('unchanged: true');
    expect(stdout).toContain('\x1b[31m\x1b[1merror[wait-cycles]');
    const widths = stdout.split('\n').map((line) => line.replace(/\x1b\[\d+m|\r/g, '').length);
    expect(Math.max(...widths)).toBeGreaterThan(55);
    expect(Math.max(...widths)).toBeLessThanOrEqual(66);
  });
});

it('an info hazard is printed like any other', () => {
  const { reporter, text } = capture();
  reporter.hazard(inherited);
  expect(text()).toContain('info[inheritable-descriptors] every child gets descriptor 23');
});
