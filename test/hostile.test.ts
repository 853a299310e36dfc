/** What others have written is data: parsers never throw on it, and nothing of it acts on who reads a report. */

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { isAllowed } from '../src/allow';
import { report } from '../src/commands/report';
import { readConfig } from '../src/config';
import { readEnvironment } from '../src/environment';
import type { ForkRequest } from '../src/instruments/fork-call';
import { normalizeStdio } from '../src/instruments/stdio';
import type { Hazard } from '../src/model';
import { createProcfs } from '../src/procfs/procfs';
import { runNode } from './preload';
import { sampleRun } from './reporters/sample-run';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkguard-hostile-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = fc.string({ unit: 'binary' });
const key = fc.constantFrom(
  'mode',
  'reporters',
  'allow',
  'stallMs',
  'toString',
  '__proto__',
  'constructor',
  'redact',
);

test('settings: whatever stands in package.json, a config comes out and complaints are lines', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(key, text), fc.jsonValue()), (forkguard) => {
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ forkguard }));
      const { config, complaints } = readConfig({}, folder);
      expect(['off', 'report', 'throw']).toContain(config.mode);
      expect(Number.isInteger(config.stallMs)).toBe(true);
      for (const complaint of complaints) expect(typeof complaint).toBe('string');
    }),
  );
});

test('settings: whatever stands in the environment, a config comes out', () => {
  const name = fc.constantFrom(
    'FORKGUARD',
    'FORKGUARD_ALLOW',
    'FORKGUARD_STALL_MS',
    'FORKGUARD_REDACT',
    'FORKGUARD_X',
  );
  fc.assert(
    fc.property(fc.dictionary(name, text), (environment) => {
      const { config } = readConfig(environment, undefined);
      expect(['off', 'report', 'throw']).toContain(config.mode);
    }),
  );
});

test('allowances: any pattern ends, and a star stands for any text', () => {
  const hazard = (rule: string, subject: string) => ({ rule, subject }) as Hazard;
  fc.assert(
    fc.property(text, text, text, (a, b, middle) => {
      expect(isAllowed(hazard(`${a}${middle}${b}`, ''), [{ rule: `${a}*${b}` }])).toBe(true);
      expect(typeof isAllowed(hazard('r', middle), [{ rule: 'r', target: a }])).toBe('boolean');
    }),
  );
  const long = 'a'.repeat(200_000);
  expect(isAllowed(hazard(long, ''), [{ rule: `${'*a'.repeat(500)}b` }])).toBe(false);
});

test('NODE_OPTIONS and arguments of the child: any text is read without an error', () => {
  fc.assert(
    fc.property(text, fc.array(text), (options, words) => {
      const args = ['node', ...words, '--require', options, '-r', './x', `--inspect=${options}`];
      const request = { args, cwd: folder, variable: () => options } as unknown as ForkRequest;
      const { preloads, inspector } = readEnvironment(request, true, createProcfs());
      expect(Array.isArray(preloads)).toBe(true);
      if (inspector) expect(Number.isInteger(inspector.port)).toBe(true);
    }),
  );
});

test('stdio: any value becomes at least three entries in order', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withDate: true }), (option) => {
      const { entries } = normalizeStdio(option);
      expect(entries.length).toBeGreaterThanOrEqual(3);
      expect(entries.map(({ fd }) => fd)).toEqual(entries.map((_, index) => index));
    }),
  );
});

/** A record, or what is left of it when somebody has put something else in one place. */
const forged = fc
  .tuple(
    fc.constantFrom(...sampleRun.trim().split('\n')),
    fc.nat(60),
    fc.oneof(
      fc.jsonValue(),
      text,
      fc.constantFrom('</script><!--', '\u2028', 'javascript:alert(1)', '1e999', -1, 1e308, 0.5, '\u202e'),
    ),
  )
  .map(([line, at, value]) => {
    const record = JSON.parse(line);
    const places: [Record<string, unknown>, string][] = [];
    const walk = (object: Record<string, unknown>): void => {
      for (const [name, inner] of Object.entries(object)) {
        places.push([object, name]);
        if (typeof inner === 'object' && inner !== null) walk(inner as Record<string, unknown>);
      }
    };
    walk(record);
    const [object, name] = places[at % places.length] as (typeof places)[number];
    object[name] = value;
    return JSON.stringify(record);
  });
const damaged = fc.oneof(
  { weight: 4, arbitrary: forged },
  fc.tuple(forged, fc.nat(400)).map(([line, end]) => line.slice(0, end)),
  text,
  fc.json(),
  fc.constantFrom(
    '{"type":"gap","__proto__":{"what":"x","why":"y"}}',
    '{"__proto__":{"type":"summary"},"constructor":1}',
    `{"type":"gap","what":"a","why":"b","more":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    `${'['.repeat(100_000)}`,
    '{"type":"gap","what":"\\u0000\\ud800","why":"{\\"type\\":\\"gap\\"}"}',
    '\ufeff{"type":"gap","what":"a","why":"b"}',
  ),
);

test('report: whatever stands in the file, every format comes out, and nothing of it acts', () => {
  const file = join(folder, 'run.ndjson');
  const paths = ['html', 'sarif', 'junit'].map((format) => join(folder, format));
  fc.assert(
    fc.property(fc.array(damaged, { minLength: 1, maxLength: 6 }), fc.uint8Array(), (lines, bytes) => {
      const good = '{"type":"gap","what":"a","why":"b"}';
      writeFileSync(file, Buffer.concat([Buffer.from(`${good}\n${lines.join('\n')}\n`), bytes]));
      let out = '';
      const io = { out: (said: string) => (out += said), error: (said: string) => (out += said) };
      expect(report([file], io)).toBe(0);
      expect(report([file, '--github'], io)).toBe(0);
      const [html, sarif, junit] = paths as [string, string, string];
      expect(report([file, '--html', html, '--sarif', sarif, '--junit', junit], io)).toBe(0);
      expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      const page = readFileSync(html, 'utf8');
      const data = /<script type="application\/json" id="data">(.*)<\/script>/.exec(page)?.[1];
      expect(data).not.toMatch(/[<\u2028\u2029]/);
      expect(page.match(/<script/g)).toHaveLength(2);
      JSON.parse(data as string);
      JSON.parse(readFileSync(sarif, 'utf8'));
      expect(readFileSync(junit, 'utf8')).not.toMatch(
        /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u,
      );
    }),
  );
});

test('report: a line of ten megabytes', () => {
  const file = join(folder, 'run.ndjson');
  const long = '://a:'.repeat(2_000_000);
  writeFileSync(
    file,
    `{"type":"gap","what":"${long}","why":"${'['.repeat(20)}"}\n{"type":"gap","what":"${long}\n`,
  );
  const io = { out: () => {}, error: () => {} };
  expect(report([file, '--html', join(folder, 'page.html')], io)).toBe(0);
  expect(statSync(join(folder, 'page.html')).size).toBeLessThan(200_000);
});

test("a file of the launcher with any name is known as the launcher's", () => {
  const name = join(folder, 'a\n\x1b[31m ü (deleted)');
  const program = "require('child_process').spawnSync('true')";
  const { stderr } = runNode(['-e', program], {
    env: { FORKGUARD_REPORTERS: 'ndjson', NAME: name },
    launch: 'exec 34>"$NAME"',
  });
  const [{ rule, opened, resource }] = stderr.split('\n').map((line) => JSON.parse(line || 'null'));
  expect([rule, opened, resource]).toEqual([
    'inheritable-descriptors',
    'before the program began: by the launcher or shell that started it',
    null,
  ]);
});

test('a call is watched, however long its arguments are', () => {
  const client = "require('net').connect(process.argv[1]).resume()";
  const program = `require('net').createServer().listen(${JSON.stringify(join(folder, 's k\x1b'))}, function () {
    const args = ['-e', ${JSON.stringify(client)}, this.address(), ...Array(50).fill('\\x1b'.repeat(20000))];
    require('child_process').spawnSync(process.execPath, args, { timeout: 4000, stdio: 'ignore' });
    this.close();
  })`;
  const { stderr } = runNode(['-e', program]);
  expect(stderr).toContain('warning[wait-cycles] the main thread and child `node` wait for each other');
  expect(stderr.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

const CANARY = 'canary-7f3a9c-do-not-print';
/** Hazards of several kinds; the value stands in our environment and in the child's. */
const PROGRAM = `
const { spawn, spawnSync } = require('node:child_process');
const env = { ...process.env, SECRET: '${CANARY}', NODE_OPTIONS: '--require ./missing-${CANARY.slice(0, 6)}.js' };
for (const options of [{ cwd: '/no/such' }, { env }, { env, detached: true, stdio: 'inherit' }])
  spawn('true', options).on('error', () => {}).unref();
spawnSync('node', ['-e', '0'], { env: { PATH: process.env.PATH, SECRET: '${CANARY}' } });
spawnSync('sh', ['-c', 'true \\u001b[31m\\u202e \\n]0;x\\u0007', 'x'.repeat(100000)], { cwd: '/no/such' });
spawn('mysql', ['-p${CANARY}', '--token=${CANARY}', 'https://me:${CANARY}@host/'], { cwd: '/no/such' }).on('error', () => {});
spawnSync('curl -u me:${CANARY} x; TOKEN=${CANARY} run', { shell: true, cwd: '/no/such' });
setImmediate(() => {
  throw new Error('end');
});`;

test.each(['terminal', 'ndjson', 'github', 'sarif', 'junit', 'html'])(
  'reporter %s: no value of the environment, no raw control character, 0600',
  (reporter) => {
    const file = join(folder, 'program.js');
    writeFileSync(file, PROGRAM);
    const output = join(folder, 'report');
    const { stderr, stdout } = runNode([file], {
      cwd: folder,
      env: { SECRET: CANARY, FORKGUARD_REPORTERS: reporter, FORKGUARD_OUTPUT: output, FORKGUARD_FORKS: '1' },
    });
    const written = ['terminal', 'github'].includes(reporter) ? '' : readFileSync(output, 'utf8');
    const own = stderr.replace(/^.*program\.js:\d+[\s\S]*?Node\.js v.*$/m, '');
    for (const said of [own, stdout, written]) {
      expect(said).not.toContain(CANARY);
      expect(said).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }
    if (written) expect(statSync(output).mode & 0o777).toBe(0o600);
    expect(written + own).toContain('missing-directories');
  },
);
