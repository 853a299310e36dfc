import { spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../src/commands/io';
import { report } from '../src/commands/report';
import { SAMPLE_CWD } from './reporters/sample';
import { sampleRun } from './reporters/sample-run';

let dir: string;
let file: string;
beforeEach(() => {
  // jest tells its workers to use colours where it does
  process.env.FORCE_COLOR = '0';
  dir = mkdtempSync(join(tmpdir(), 'report-'));
  file = join(dir, 'run.ndjson');
  writeFileSync(file, sampleRun);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function call(...argv: string[]): { code: number; out: string; error: string } {
  let out = '';
  let error = '';
  const code = report(argv, { out: (text) => (out += text), error: (text) => (error += text) });
  return { code, out, error };
}

describe('forkguard report', () => {
  it('prints the hazards, with source, when no format is asked for', () => {
    const { code, out } = call(file, '--cwd', SAMPLE_CWD);
    expect(code).toBe(0);
    expect(out).toContain(
      "error[wait-cycles] the main thread and child `curl` wait for each other\n  opened  server.js:5:8\n            server.listen(0, '127.0.0.1', () => {\n",
    );
    expect(out.match(/^(error|warning|info)\[/gm)).toHaveLength(5);
  });

  it('writes all formats at once, for their owner only', () => {
    const paths = ['html', 'sarif', 'junit'].map((format) => join(dir, `out.${format}`));
    const { code, out, error } = call(
      file,
      '--html',
      paths[0] as string,
      '--sarif',
      paths[1] as string,
      '--junit',
      paths[2] as string,
      '--github',
      '--cwd',
      SAMPLE_CWD,
    );
    expect([code, error]).toEqual([0, '']);
    expect(out.split('\n')[0]).toMatch(/^::error file=server.js,line=7,col=3,title=wait-cycles%3A /);
    for (const path of paths) expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(paths[0] as string, 'utf8')).toMatch(/^<!doctype html>/);
    expect(JSON.parse(readFileSync(paths[1] as string, 'utf8')).version).toBe('2.1.0');
    expect(readFileSync(paths[2] as string, 'utf8')).toMatch(/^<\?xml/);
  });

  it('reads standard input and writes to standard output', () => {
    const cli = join(__dirname, '..', 'dist', 'src', 'cli.js');
    const options = { input: sampleRun, encoding: 'utf8', cwd: dir } as const;
    const made = spawnSync(process.execPath, [cli, 'report', '-', '--sarif', '-'], options);
    expect([made.stderr, made.status]).toEqual(['', 0]);
    expect(JSON.parse(made.stdout).version).toBe('2.1.0');
    const empty = spawnSync(process.execPath, [cli, 'report', '-'], { ...options, input: 'nonsense' });
    expect(empty.stderr).toContain('standard input holds no record of forkguard');
    expect(empty.status).toBe(2);
    expect(() => call(file, '--sarif', '-', '--github')).toThrow('standard output is named twice');
  });

  it.each<[string, (path: string) => void]>([
    ['a link', (path) => symlinkSync(file, path)],
    ['a link to a device', (path) => symlinkSync('/dev/null', path)],
    ['a FIFO', (path) => spawnSync('mkfifo', [path])],
    ['a directory', (path) => mkdirSync(path)],
  ])('does not replace %s', (_, plant) => {
    const path = join(dir, 'planted');
    plant(path);
    const before = lstatSync(path).ino;
    for (const format of ['--html', '--sarif', '--junit'])
      expect(() => call(file, format, path)).toThrow(/^cannot write .*it is not a regular file$/);
    expect(lstatSync(path).ino).toBe(before);
    expect(readFileSync(file, 'utf8')).toBe(sampleRun);
  });

  it('leaves out torn lines and says so', () => {
    writeFileSync(file, `${sampleRun}{"type":"haz`);
    expect(call(file).error).toBe('lines that are no records are left out: 1');
  });

  it('says that nothing was found', () => {
    writeFileSync(file, '{"type":"summary","pid":1,"forks":2,"hazards":{},"gaps":0}\n');
    expect(call(file).out).toBe('no hazards\n');
  });

  it('explains wrong usage', () => {
    expect(call('--help').out).toContain('forkguard report <file.ndjson> [options]');
    expect(() => call()).toThrow(UsageError);
    expect(() => call(file, file)).toThrow('report needs one file, 2 are given');
    expect(() => call(file, '--pdf')).toThrow(/^report: Unknown option '--pdf'/);
    expect(() => call(join(dir, 'gone'))).toThrow(/^cannot read .*ENOENT/);
    expect(() => call(dir)).toThrow('it is not a regular file');
    const before = readFileSync(file, 'utf8');
    expect(() => call(file, '--junit', file)).toThrow('is named twice');
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(() => call(__filename)).toThrow('holds no record of forkguard');
    expect(() => call(file, '--html', join(dir, 'gone/x.html'))).toThrow(/^cannot write .*ENOENT/);
  });
});
