import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../src/config';
import { redactAlso, redactArgs } from '../src/redact';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkguard-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const settings = (value: unknown) =>
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'x', forkguard: value }));

test('nothing set: the documented defaults, and no complaint', () => {
  expect(readConfig({}, folder)).toEqual({
    config: {
      mode: 'report',
      reporters: undefined,
      besides: [],
      output: undefined,
      allow: [],
      stallMs: 1000,
      slowForkMs: 20,
      exitCode: undefined,
      forks: false,
      break: false,
      redact: [],
    },
    complaints: [],
  });
});

test('environment values', () => {
  const { config, complaints } = readConfig(
    {
      FORKGUARD: 'throw',
      FORKGUARD_REPORTERS: 'terminal, ./mine.js',
      FORKGUARD_OUTPUT: '/tmp/x',
      FORKGUARD_ALLOW: 'slow-forks,shared-locks',
      FORKGUARD_STALL_MS: '250',
      FORKGUARD_SLOW_FORK_MS: '5',
      FORKGUARD_EXIT_CODE: '66',
      FORKGUARD_FORKS: '1',
      FORKGUARD_BREAK: '0',
    },
    folder,
  );
  expect(complaints).toEqual([]);
  expect(config).toMatchObject({
    mode: 'throw',
    reporters: ['terminal', join(folder, 'mine.js')],
    output: '/tmp/x',
    allow: [{ rule: 'slow-forks' }, { rule: 'shared-locks' }],
    stallMs: 250,
    slowForkMs: 5,
    exitCode: 66,
    forks: true,
    break: false,
  });
});

test('package.json is found from a folder below it, and the environment wins', () => {
  settings({
    stallMs: 400,
    slowForkMs: 7,
    allow: [{ rule: 'inheritable-descriptors', target: '/run/*.lock', reason: 'cron' }],
  });
  const below = join(folder, 'a', 'b');
  mkdirSync(below, { recursive: true });
  const { config, complaints } = readConfig({ FORKGUARD_STALL_MS: '300' }, below);
  expect(complaints).toEqual([]);
  expect(config.stallMs).toBe(300);
  expect(config.slowForkMs).toBe(7);
  expect(config.allow).toEqual([{ rule: 'inheritable-descriptors', target: '/run/*.lock', reason: 'cron' }]);
});

test('package.json may begin with a byte order mark', () => {
  writeFileSync(join(folder, 'package.json'), '\ufeff{ "forkguard": { "stallMs": 400 } }');
  expect(readConfig({}, folder).config.stallMs).toBe(400);
});

test.each([
  ['FORKGUARD', 'on', 'off, report or throw'],
  ['FORKGUARD_STALL_MS', 'soon', 'a whole number from 50 to 3600000'],
  ['FORKGUARD_STALL_MS', '1e3', 'a whole number from 50 to 3600000'],
  ['FORKGUARD_EXIT_CODE', '0', 'a whole number from 1 to 255'],
  ['FORKGUARD_FORKS', 'yes', '1 or 0'],
  ['FORKGUARD_REPORTERS', ' , ', 'a list of names'],
])('%s=%s is answered by key, value and what is allowed', (key, value, allowed) => {
  const { config, complaints } = readConfig({ [key]: value }, folder);
  expect(complaints).toHaveLength(1);
  expect(complaints[0]).toContain(`${key}=${value}`);
  expect(complaints[0]).toContain(allowed);
  expect(config).toEqual(readConfig({}, folder).config);
});

test('what is to be redacted is a list of names and words with wildcards, not of regular expressions', () => {
  const { config, complaints } = readConfig({ FORKGUARD_REDACT: '--pin, *-internal-*' }, folder);
  expect(complaints).toEqual([]);
  redactAlso(config.redact);
  expect(redactArgs(['--pin=1', 'a-internal-b'])).toEqual(['--pin=[redacted]', '[redacted]']);
});

test('a misspelt name is said, with the names that there are', () => {
  const { complaints } = readConfig({ FORKGUARD_REPORTER: 'none' }, folder);
  expect(complaints[0]).toMatch(
    /FORKGUARD_REPORTER is not a setting: there are FORKGUARD, FORKGUARD_REPORTERS/,
  );
  settings({ stalMs: 3 });
  expect(readConfig({}, folder).complaints[0]).toMatch(/"forkguard"\."stalMs" in .* is not a setting/);
});

test('an unknown part of an allowance is not silently ignored', () => {
  settings({ allow: [{ rule: 'slow-forks', comand: 'git' }] });
  expect(readConfig({}, folder).complaints[0]).toContain(
    'allowed is rule names, or {rule, command?, target?, site?, reason?}',
  );
});

test('settings that are a word are said, and a version among the dependencies is not', () => {
  settings('off');
  expect(readConfig({}, folder).complaints[0]).toContain('allowed is an object of settings');
  settings('^0.1.0');
  expect(readConfig({}, folder).complaints).toEqual([]);
});

test('1 and 0 may be numbers', () => {
  settings({ forks: 1, break: 0 });
  const { config, complaints } = readConfig({}, folder, { break: 1 as unknown as boolean });
  expect([config.forks, config.break, complaints]).toEqual([true, true, []]);
});

test('a value with a line break stays on one line', () => {
  expect(readConfig({ FORKGUARD: 'x\ny\u001b[31m' }, folder).complaints[0]).not.toMatch(/[\n\u001b]/);
});

test('what a program chooses itself wins, may be written as in package.json, and is refused if it cannot be understood', () => {
  settings({ stallMs: 400, slowForkMs: 7 });
  const { config } = readConfig({ FORKGUARD_STALL_MS: '300' }, folder, {
    stallMs: 200,
    allow: ['slow-forks', { rule: 'shared-locks', command: 'x' }],
    reporters: ['./mine.js'],
    output: undefined as never,
  });
  expect(config).toMatchObject({
    stallMs: 200,
    slowForkMs: 7,
    output: undefined,
    allow: [{ rule: 'slow-forks' }, { rule: 'shared-locks', command: 'x' }],
    reporters: [join(folder, 'mine.js')],
  });
  for (const [options, message] of [
    [{ stallMs: 'soon' }, 'the option stallMs is soon: allowed is a whole number from 50 to 3600000'],
    [{ allow: [5] }, 'the option allow is [5]: allowed is rule names'],
    [{ besides: ['tally'] }, 'besides is no option of forkguard: there are mode, reporters'],
  ] as const)
    expect(() => readConfig({}, folder, options as never)).toThrow(message);
});
