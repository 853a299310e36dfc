/** The set-up modules and functions for tests, in the runners themselves. */

import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import './retry';

const ROOT = join(__dirname, '..');
const MARK = `TESTING_RUN=${process.pid}`;

let project: string;

/** A project that has forkguard as users have it: a folder of its own in node_modules. */
beforeAll(() => {
  project = realpathSync(mkdtempSync(join(tmpdir(), 'forkguard-testing-')));
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, 'forkguard'), { recursive: true });
  cpSync(join(ROOT, 'dist'), join(modules, 'forkguard/dist'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(modules, 'forkguard/package.json'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.') && name !== 'forkguard')
      symlinkSync(realpathSync(join(ROOT, 'node_modules', name)), join(modules, name));
  }
  for (const name of ['jest', 'vitest', 'node-test'])
    cpSync(join(ROOT, 'examples', name), join(project, name), { recursive: true });
  writeFileSync(join(project, 'package.json'), '{ "private": true }');
});

afterAll(() => {
  endAll();
  rmSync(project, { recursive: true, force: true });
});

afterEach(endAll);

/** Ends what the runs have left: it is what they are about. */
function endAll(): void {
  for (const name of readdirSync('/proc')) {
    try {
      if (/^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'latin1').includes(`${MARK}\0`))
        process.kill(Number(name), 'SIGKILL');
    } catch {
      // gone, or not ours
    }
  }
}

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

function run(
  folder: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  prefix: string[] = [],
): Promise<Ran> {
  const [command = '', ...words] = [...prefix, process.execPath, ...args];
  const { JEST_WORKER_ID: _, NODE_ENV: __, ...rest } = process.env;
  const [name, value] = MARK.split('=');
  const child = spawn(command, words, {
    cwd: join(project, folder),
    env: {
      ...rest,
      NODE_OPTIONS: '--require forkguard/register',
      NO_COLOR: '1',
      CI: '1',
      [name as string]: value,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return new Promise((resolve) => {
    const limit = setTimeout(() => child.kill('SIGKILL'), 50_000);
    child.on('exit', (code) => {
      clearTimeout(limit);
      // what a test has left may hold the pipes
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        resolve({ code, output });
      }, 100);
    });
  });
}

const JEST = '../node_modules/jest/bin/jest.js';
const VITEST = '../node_modules/vitest/vitest.mjs';
const MOCHA = '../node_modules/mocha/bin/mocha.js';

describe('jest', () => {
  test.each([
    ['in processes', []],
    ['in worker threads', ['--workerThreads']],
  ])('a leaked child fails its test, %s', async (_, options) => {
    const { code, output } = await run('jest', [JEST, '--maxWorkers=2', '--forceExit', ...options]);
    expect(output).toContain('FAIL ./leaky.test.js');
    expect(output).toContain('PASS ./mended.test.js');
    expect(output).toContain('forkguard: the test "the server starts"');
    expect(output).toContain('forked  leaky.test.js:7:18');
    expect(code).toBe(1);
  });

  test('what a worker leaves that dies in a test is found from the main process', async () => {
    mkdirSync(join(project, 'dying'), { recursive: true });
    cpSync(join(project, 'jest/jest.config.js'), join(project, 'dying/jest.config.js'));
    for (const name of ['one', 'two'])
      writeFileSync(
        join(project, `dying/${name}.test.js`),
        `test('${name}', () => { require('child_process').spawn('sleep', ['50'], { stdio: 'ignore' }); process.kill(process.pid, 'SIGKILL'); });`,
      );
    const { code, output } = await run('dying', [JEST, '--maxWorkers=2']);
    expect(output).toContain('forkguard: processes of this test run live on');
    expect(output).toMatch(/test {4}one \(one\.test\.js\)\n {2}forked .*one\.test\.js:1:/);
    expect(code).toBe(1);
  });

  test.each([
    ['every file', []],
    ['the reporter', ['--config', '{ "reporters": ["forkguard/jest-reporter"] }']],
  ])('without the preload %s fails, and says why', async (_, options) => {
    const { code, output } = await run('jest', [JEST, 'mended', ...options], { NODE_OPTIONS: '' });
    expect(output).toContain('forkguard is not loaded');
    expect(code).toBe(1);
  });

  test('without the preload an empty list of hazards proves nothing', async () => {
    mkdirSync(join(project, 'empty'), { recursive: true });
    writeFileSync(join(project, 'empty/jest.config.js'), '');
    writeFileSync(
      join(project, 'empty/empty.test.js'),
      `expect.extend(require('forkguard/testing').matchers);
       test('a list', () => { expect([]).toForkSafely(); });
       test('a list within', () => { expect({ hazards: [] }).toEqual({ hazards: expect.toForkSafely() }); });`,
    );
    const { code, output } = await run('empty', [JEST], { NODE_OPTIONS: '' });
    expect(output.match(/● .*\n\n {4}forkguard is not loaded/g)).toHaveLength(2);
    expect(code).toBe(1);
  });

  test('without globals', async () => {
    mkdirSync(join(project, 'apart'), { recursive: true });
    writeFileSync(
      join(project, 'apart/jest.config.js'),
      'module.exports = { injectGlobals: false, setupFilesAfterEnv: ["forkguard/jest"] };',
    );
    writeFileSync(
      join(project, 'apart/leaky.test.js'),
      `require('@jest/globals').test('leaks', () => { require('child_process').spawn('sleep', ['50'], { stdio: 'ignore' }); });`,
    );
    const { output } = await run('apart', [JEST, '--forceExit']);
    expect(output).toContain('forkguard: the test "leaks"');
    expect(output).toContain('forked  leaky.test.js:1:');
  });
});

describe('vitest', () => {
  test.each(['forks', 'threads', 'vmForks', 'vmThreads'])(
    'a leaked child fails its test, pool %s',
    async (pool) => {
      const { code, output } = await run('vitest', [VITEST, 'run', `--pool=${pool}`]);
      expect(output).toContain('1 passed');
      expect(output).toContain('forkguard: the test "a command that hangs is given up"');
      expect(output.match(/forked {2}\S*leaky\.test\.js:5:48/g)).toHaveLength(1);
      // vitest shows the source at the fork, and takes no line of the message for a call
      expect(output.match(/❯ .*:\d+:\d+$/gm)).toEqual([' ❯ leaky.test.js:5:48'.trim()]);
      expect(code).toBe(1);
    },
  );
});

describe('what is ended late is no leak', () => {
  const SLEEP = "spawn('sleep', ['50'], { stdio: 'ignore' })";

  test('vitest: cleanups, onTestFinished, fixtures, a service', async () => {
    mkdirSync(join(project, 'late'), { recursive: true });
    cpSync(join(project, 'vitest/vitest.config.mjs'), join(project, 'late/vitest.config.mjs'));
    const head = `import { spawn } from 'node:child_process'; import { beforeAll, beforeEach, expect, test } from 'vitest';`;
    const files = {
      cleanups: `beforeAll(() => { const c = ${SLEEP}; return () => { c.kill(); }; });
        beforeEach(() => { const c = ${SLEEP}; return () => { c.kill(); }; });
        test('one', ({ onTestFinished }) => { const c = ${SLEEP}; onTestFinished(() => { c.kill(); }); });`,
      fixtures: `const use = async ({}, use) => { const c = ${SLEEP}; await use(c); c.kill(); };
        for (const scope of ['test', 'file', 'worker']) {
          const one = test.extend({ child: [use, { scope }] });
          one(scope, ({ child }) => { expect(child.pid).toBeGreaterThan(0); });
        }`,
      service: `test('one', async () => {
          const c = spawn('cat'); for (const one of [c, c.stdin, c.stdout, c.stderr]) one.unref();
        });`,
    };
    for (const [name, body] of Object.entries(files))
      writeFileSync(join(project, `late/${name}.test.js`), `${head}\n${body}`);
    const { code, output } = await run('late', [VITEST, 'run']);
    expect(output).toContain('5 passed');
    expect(output).not.toContain('orphaned-children');
    expect(code).toBe(0);
  });

  test('node:test: t.after', async () => {
    const body = (name: string) =>
      `test('${name}', (t) => { const c = ${SLEEP}; t.after(() => c.kill()); });`;
    writeFileSync(
      join(project, 'node-test/after.test.mjs'),
      `import { spawn } from 'node:child_process'; import { after, afterEach, beforeEach, test } from 'node:test';
       import { verifyEachTest } from 'forkguard/testing';
       ${body('one')} ${body('two')}
       test('leaks', (t) => { t.after(() => { ${SLEEP}.unref(); }); });
       verifyEachTest({ beforeEach, afterEach, after });`,
    );
    const { code, output } = await run('node-test', ['--test', 'after.test.mjs']);
    expect(output).toMatch(/pass 2\n/);
    expect(output).toMatch(/fail 1\n/);
    expect(output).toContain('after.test.mjs:4:');
    expect(code).toBe(1);
  });
});

/** What a runner tries again, skips or wants to fail hides no leak. */
test.each([
  ['jest', 'setupFilesAfterEnv: ["forkguard/jest"]', [JEST, '--forceExit']],
  ['vitest', 'test: { globals: true, setupFiles: ["forkguard/vitest"] }', [VITEST, 'run', '--maxWorkers=2']],
])('%s: leaks of tests that pass, and what ends only after all tests', async (name, config, args) => {
  const folder = `passing-${name}`;
  mkdirSync(join(project, folder), { recursive: true });
  writeFileSync(join(project, folder, `${name}.config.cjs`), `module.exports = { ${config} };`);
  const leak = `cp.spawn('sleep', ['50'], { stdio: 'ignore' })`;
  const again = name === 'jest' ? `jest.retryTimes(1); test('hides',` : `test('hides', { retry: 1 },`;
  const files: Record<string, string> = {
    again: `let n = 0; ${again} () => { if (n++ === 0) { ${leak}; throw new Error(); } });`,
    wanted: `(test.failing ?? test.fails)('hides', () => { ${leak}; throw new Error(); });`,
    hooks: `afterAll(() => {}); test('hides', () => { ${leak}; });`,
    mocked: `const fs = process.getBuiltinModule('fs'), { readFileSync } = fs;
      test('hides', () => { fs.readFileSync = () => '{}'; ${leak}; });
      test('restores', () => { fs.readFileSync = readFileSync; });`,
    before: `beforeAll(() => { ${leak}; }); test('one', () => { ${leak}; });`,
    fine: `const all = []; afterAll(() => all.forEach((child) => child.kill()));
      test('one', () => { all.push(${leak}); }); test('two', () => { all.push(${leak}); });`,
    ...(name === 'vitest' && {
      skips: `test('hides', ({ skip }) => { ${leak}; skip(); });`,
      fixture: `test.extend({ child: [async ({}, use) => { await use(${leak}); }, { scope: 'file' }] })(
        'hides', ({ child }) => { expect(child.pid).toBeGreaterThan(0); });`,
    }),
  };
  for (const [file, body] of Object.entries(files))
    writeFileSync(
      join(project, folder, `${file}.test.js`),
      `const cp = process.getBuiltinModule('child_process');\n${body}`,
    );
  const { code, output } = await run(folder, args);
  const forked = (file: string) =>
    output.match(new RegExp(`forked {2}${file}\\.test\\.js:\\d+:\\d+`, 'g')) ?? [];
  for (const file of Object.keys(files).filter((one) => one !== 'fine'))
    expect([file, new Set(forked(file)).size]).toEqual([file, file === 'before' ? 2 : 1]);
  expect(output).toContain('forkguard: the test "hides"');
  expect(output).toContain('forkguard: the file before.test.js');
  expect(output).toContain('lives on after this test file has ended');
  expect(output).not.toContain('fine.test.js:');
  expect(code).toBe(1);
});

test.each([
  [
    'jest',
    "setupFilesAfterEnv: ['forkguard/jest'], reporters: ['default', 'forkguard/jest-reporter']",
    [JEST],
  ],
  [
    'vitest',
    "test: { globals: true, setupFiles: ['forkguard/vitest'], reporters: ['default', 'forkguard/vitest-reporter'] }",
    [VITEST, 'run'],
  ],
])(
  '%s: a server that takes its time to end when it is asked to, and one that does not end',
  async (name, config, args) => {
    const folder = `slow-${name}`;
    mkdirSync(join(project, folder), { recursive: true });
    writeFileSync(join(project, folder, `${name}.config.cjs`), `module.exports = { ${config} };`);
    writeFileSync(
      join(project, folder, 'server.cjs'),
      `process.on('SIGTERM', () => setTimeout(() => process.exit(), Number(process.env.ENDS_MS)));
     setInterval(() => {}, 1000); console.log('up');`,
    );
    for (const file of ['one', 'two'])
      writeFileSync(
        join(project, folder, `${file}.test.js`),
        `const { spawn } = process.getBuiltinModule('child_process');
       let server;
       beforeAll(async () => {
         server = spawn(process.execPath, ['server.cjs'], { env: { ...process.env, NODE_OPTIONS: '' } });
         await new Promise((up) => server.stdout.once('data', up));
       });
       afterAll(() => { server.kill(); });
       test('one', () => {});`,
      );
    // jest runs what it knows to be quick in its main process, which waits for its children
    const cold = (ms: number) => [
      ...args,
      '--maxWorkers=2',
      ...(name === 'jest' ? [`--cacheDirectory=${ms}`] : []),
    ];
    const ends = await run(folder, cold(3000), { ENDS_MS: '3000' });
    expect(ends.output).not.toContain('orphaned-children');
    expect(ends.code).toBe(0);
    const stays = await run(folder, cold(40_000), { ENDS_MS: '40000' });
    expect(stays.output).toMatch(/why {5}it was sent SIGTERM \d+\.\d s ago, and has not ended/);
    expect(stays.code).toBe(1);
  },
);

test.each([
  ['jest', JEST, 'module.exports = { reporters: ["forkguard/jest-reporter"] };', ['--forceExit']],
  [
    'vitest',
    VITEST,
    'module.exports = { test: { globals: true, reporters: ["forkguard/vitest-reporter"] } };',
    ['run', '--pool=vmThreads'],
  ],
])('%s: the reporter alone names the test', async (name, runner, config, options) => {
  const folder = `alone-${name}`;
  mkdirSync(join(project, folder), { recursive: true });
  writeFileSync(join(project, folder, `${name}.config.cjs`), config);
  writeFileSync(
    join(project, folder, 'late.cjs'),
    "require('child_process').spawn('sleep', ['50'], { stdio: 'ignore' }).unref();",
  );
  writeFileSync(
    join(project, folder, 'leaky.test.js'),
    `const cp = process.getBuiltinModule('child_process'), { Worker } = process.getBuiltinModule('worker_threads');
     describe('d', () => {
       test('shell', () => new Promise((end) => cp.exec('sleep 50; true', { timeout: 100 }, () => end())));
       test('thread', () => new Promise((end) => new Worker(\`\${process.cwd()}/late.cjs\`).on('exit', end)));
       test('child', () => { cp.spawn('sleep', ['50'], { stdio: 'ignore' }); });
     });`,
  );
  const { code, output } = await run(folder, [runner, ...options]);
  const left = output.split('live on\n')[1] ?? '';
  expect(output.match(/lives on after/g)).toHaveLength(3);
  const named = left.match(/test {4}.*\n {2}forked {2}[^:]*:\d+/g)?.sort();
  expect(named).toEqual([
    'test    d > child (leaky.test.js)\n  forked  leaky.test.js:5',
    'test    d > shell (leaky.test.js)\n  forked  leaky.test.js:3',
    'test    d > thread (leaky.test.js)\n  forked  late.cjs:1',
  ]);
  expect(code).toBe(1);
});

test.each([
  ['jest', JEST, 'module.exports = { setupFilesAfterEnv: ["forkguard/jest"] };', ['--forceExit']],
  [
    'vitest',
    VITEST,
    'module.exports = { test: { globals: true, setupFiles: ["forkguard/vitest"] } };',
    ['run'],
  ],
])(
  '%s: a test that kills a shell last, and not what that runs, is named',
  async (name, runner, config, options) => {
    const folder = `killing-${name}`;
    mkdirSync(join(project, folder), { recursive: true });
    writeFileSync(join(project, folder, `${name}.config.cjs`), config);
    writeFileSync(
      join(project, folder, 'kills.test.js'),
      `const cp = process.getBuiltinModule('child_process');
     const started = (...command) => new Promise((up) => {
       const child = cp.spawn(...command);
       child.stdout.once('data', () => up(child));
     });
     test('one', async () => (await started('sh', ['-c', 'sleep 50 & echo up; wait'])).kill());
     test('all', async () => process.kill(-(await started('sh', ['-c', 'sleep 50 & echo up; wait'], { detached: true })).pid));`,
    );
    const { code, output } = await run(folder, [runner, ...options]);
    expect(output).toContain('forkguard: the test "one"');
    expect(output).not.toMatch(/the (test "all"|file)[\s\S]*orphaned-children/);
    expect(output).toMatch(/`sleep` lives on after child `sleep 50 & echo up; wait`/);
    expect(code).toBe(1);
  },
);

test('what a worker leaves that dies only while the run ends is found', async () => {
  writeFileSync(
    join(project, 'late.js'),
    `const { Run } = require('./node_modules/forkguard/dist/src/testing/run.js');
     const run = new Run();
     const worker = require('child_process').spawn('sh', ['-c', 'sleep 50 & echo up; wait']);
     worker.stdout.once('data', () => {
       run.end().then((report) => { console.log(report); process.exit(); });
       worker.kill('SIGKILL');
     });`,
  );
  const { output } = await run('.', ['late.js']);
  expect(output).toContain('`sleep` (pid ');
  expect(output).not.toContain('`sh` (pid ');
});

test('node:test', async () => {
  const { code, output } = await run('node-test', ['--test', 'leaky.test.mjs', 'mended.test.mjs']);
  expect(output).toContain('child `sleep` lives on after this test has ended');
  expect(output).toContain('leaky.test.mjs:8:3');
  expect(output).toMatch(/pass 1\n/);
  expect(output).toMatch(/fail 1\n/);
  expect(code).toBe(1);
});

const NODE = Number(process.versions.node.split('.')[0]);

(NODE < 22 ? test.skip : test)('node:test: hooks of several files that see the tests of all', async () => {
  for (const name of ['one', 'two'])
    writeFileSync(
      join(project, `node-test/shared-${name}.test.mjs`),
      `import { spawn } from 'node:child_process'; import { after, afterEach, beforeEach, test } from 'node:test';
       import { verifyEachTest } from 'forkguard/testing';
       let child; beforeEach(() => { child = spawn('sleep', ['50'], { stdio: 'ignore' }); });
       afterEach(() => { child.kill(); });
       test('${name}', () => {});
       verifyEachTest({ beforeEach, afterEach, after });`,
    );
  const isolation = NODE < 24 ? '--experimental-test-isolation=none' : '--test-isolation=none';
  const files = ['shared-one.test.mjs', 'shared-two.test.mjs'];
  const { code, output } = await run('node-test', ['--test', isolation, ...files]);
  expect(output).not.toContain('orphaned-children');
  expect(code).toBe(0);
});

test('node:test: what is left outside of tests fails the file', async () => {
  writeFileSync(
    join(project, 'node-test/outside.test.mjs'),
    `import { spawn } from 'node:child_process'; import { after, afterEach, beforeEach, describe, it } from 'node:test';
     import { verifyEachTest } from 'forkguard/testing';
     describe('d', () => {
       spawn('sleep', ['50'], { stdio: 'ignore' }).unref(); it('is fine', () => {});
       verifyEachTest({ beforeEach, afterEach, after });
     });`,
  );
  const { code, output } = await run('node-test', ['outside.test.mjs']);
  expect(output).toContain('outside.test.mjs:4:8');
  expect(output).toContain('forkguard: outside of tests');
  expect(code).toBe(1);
});

test.each([
  ['one process', []],
  ['--parallel', ['--parallel', '--jobs=2']],
])('mocha, %s: leaks in a test, outside of tests and in none', async (_, options) => {
  mkdirSync(join(project, 'mocha'), { recursive: true });
  const leak = `spawn('sleep', ['50'], { stdio: 'ignore' });`;
  const bodies = {
    leaky: `it('leaks', () => { ${leak} }); it('does not', () => {});`,
    outside: `${leak} it('is fine', () => {});`,
    fine: `let child; before(() => { child = ${leak} }); it('is fine', () => {});
      after(async () => { child.kill(); await require('events').once(child, 'exit'); });`,
  };
  for (const [name, body] of Object.entries(bodies))
    writeFileSync(
      join(project, `mocha/${name}.js`),
      `const { spawn } = require('child_process'); const { verifyEachTest } = require('forkguard/testing');
       describe('${name}', () => {\n${body}\nverifyEachTest({ beforeEach, afterEach, after }); });`,
    );
  const files = Object.keys(bodies).map((name) => `${name}.js`);
  const { code, output } = await run('mocha', [MOCHA, ...files, '--timeout', '10000', '--exit', ...options]);
  expect(output).toContain('"after each" hook for "leaks"');
  expect(output.match(/forked {2}(leaky|outside|fine)\.js:3:/g)?.sort()).toEqual([
    'forked  leaky.js:3:',
    'forked  outside.js:3:',
  ]);
  expect(output).not.toContain("'before each'");
  expect(code).toBeGreaterThan(0);
});

test('findHazards, verifyNoHazards and the matchers', async () => {
  mkdirSync(join(project, 'functions'), { recursive: true });
  writeFileSync(
    join(project, 'functions/functions.test.js'),
    `const { spawn, fork, exec } = require('child_process');
     const { findHazards, verifyNoHazards, ignoreCurrent, matchers } = require('forkguard/testing');
     expect.extend(matchers);
     const leak = () => { leaked = spawn('sleep', ['50'], { stdio: 'ignore' }); };
     let leaked; afterEach(() => leaked?.kill('SIGKILL'));

     test('finds', async () => {
       const [hazard, ...others] = (await findHazards(leak)).filter(({ severity }) => severity !== 'info');
       expect(hazard).toMatchObject({ rule: 'orphaned-children', child: { command: 'sleep' } });
       expect(others).toEqual([]);
       expect({ hazards: [hazard] }).not.toEqual({ hazards: expect.toForkSafely() });
       expect({ hazards: [] }).toEqual({ hazards: expect.toForkSafely() });
     });
     test('an idle channel', async () => {
       const hazards = await findHazards(async () => {
         leaked = fork(require.resolve('./child.js'));
         await new Promise((resolve) => leaked.on('message', resolve));
       });
       expect(hazards.filter(({ severity }) => severity !== 'info').map(({ rule }) => rule)).toEqual(['idle-channels']);
     });
     test('verifies', async () => {
       await verifyNoHazards(() => new Promise((resolve) => exec('true', resolve)));
       await verifyNoHazards(leak, { allow: ['orphaned-children'] });
       leaked.kill('SIGKILL');
       await expect(verifyNoHazards(leak)).rejects.toMatchObject({
         code: 'ERR_ASSERTION', message: expect.stringContaining('warning[orphaned-children]'),
         hazards: [{ rule: 'orphaned-children' }],
       });
       await verifyNoHazards(() => {}, { since: ignoreCurrent() });
       await expect(verifyNoHazards(() => { throw new Error('of the body'); })).rejects.toThrow('of the body');
     });
     test('wrong arguments', async () => {
       const body = () => {};
       await expect(verifyNoHazards(body, { allow: 'orphaned-children' })).rejects.toThrow('must be a list');
       await expect(verifyNoHazards(body, { allow: [5] })).rejects.toThrow('allow has 5: allowed are');
       await expect(verifyNoHazards(body, { allow: [{ rule: 'x', comand: 'y' }] })).rejects.toThrow('"comand"');
       await expect(verifyNoHazards(body, { allow: ['orphaned-child'] })).rejects.toThrow('"orphaned-child" is allowed, but there is no such rule');
       expect(() => expect(body).toForkSafely({ alow: [] })).toThrow('"alow" is no option: there is allow');
       expect(() => require('forkguard/testing').verifyEachTest({ beforeEach, afterEach }, { allow: ['x'] })).toThrow('no such rule');
       await verifyNoHazards({ since: ignoreCurrent(), allow: ['orphaned-*'] });
       await expect(verifyNoHazards({ since: {} })).rejects.toThrow('ignoreCurrent()');
       await expect(verifyNoHazards()).rejects.toThrow('needs a function');
       await expect(verifyNoHazards(body, null)).rejects.toThrow('must be an object');
       await expect(verifyNoHazards(body, { alow: [] })).rejects.toThrow('"alow" is no option');
       expect(() => require('forkguard/testing').verifyEachTest()).toThrow('needs the hooks');
       await expect(findHazards(5)).rejects.toThrow('needs a function');
     });
     test('one within another, and a mark', async () => {
       await verifyNoHazards(async () => {
         expect(await findHazards(() => require('child_process').spawnSync('true', { cwd: '/no/such' }))).toHaveLength(1);
       });
       const mark = ignoreCurrent();
       leak();
       expect(mark).not.toLeaveNoChildren();
       leaked.kill('SIGKILL');
       await new Promise((resolve) => leaked.on('exit', resolve));
       expect(mark).toLeaveNoChildren();
     });
     test('matches', async () => {
       await expect(() => new Promise((resolve) => exec('true', resolve))).toForkSafely();
       await expect(leak).not.toForkSafely();
       leaked.kill('SIGKILL');
       await expect(expect(leak).toLeaveNoChildren()).rejects.toThrow('to leave no children, but found');
     });
     test('what a command of execSync leaves', async () => {
       const hazards = await findHazards(() => { require('child_process').execSync('sleep 50 >/dev/null 2>&1 &'); });
       const hazard = hazards.find(({ severity }) => severity !== 'info');
       expect(hazard).toMatchObject({ rule: 'orphaned-children', child: { command: 'sleep' } });
       process.kill(hazard.child.pid);
     });
     test('fake timers', async () => {
       jest.useFakeTimers();
       await expect(verifyNoHazards(leak)).rejects.toThrow('sleep');
       jest.useRealTimers();
     });`,
  );
  writeFileSync(join(project, 'functions/child.js'), "process.on('message', () => {}); process.send('up');");
  writeFileSync(join(project, 'functions/jest.config.js'), 'module.exports = {};');
  // what a test has asked for itself does not fail it a second time
  const helped = "module.exports = { setupFilesAfterEnv: ['forkguard/jest'] };";
  writeFileSync(join(project, 'functions/helped.config.js'), helped);
  for (const config of ['jest.config.js', 'helped.config.js']) {
    const { code, output } = await run('functions', [JEST, '-c', config]);
    expect(output).toContain('Tests:       8 passed, 8 total');
    expect(code).toBe(0);
  }
});

test('threads have numbers, too', async () => {
  mkdirSync(join(project, 'threads'), { recursive: true });
  writeFileSync(
    join(project, 'threads/threads.js'),
    `const { findHazards } = require('forkguard/testing');
     const { spawn } = require('child_process');
     const { Worker } = require('worker_threads');
     findHazards(async () => {
       const child = spawn('sleep', ['0.3'], { stdio: 'ignore' });
       new Worker('setTimeout(() => {}, 60_000)', { eval: true });
       await new Promise((resolve) => child.on('exit', resolve));
     }).then((hazards) => {
       console.log(hazards.length, 'hazards');
       process.exit();
     });`,
  );
  // alone, so that no number between the two is anybody else's
  const prefix = process.getuid?.() === 0 ? ['unshare', '--pid', '--fork', '--mount-proc'] : [];
  const { code, output } = await run('threads', ['threads.js'], {}, prefix);
  expect(output).toBe('0 hazards\n');
  expect(code).toBe(0);
});

test('a child without pipes serves nobody, however often it wakes', async () => {
  mkdirSync(join(project, 'wakes'), { recursive: true });
  writeFileSync(
    join(project, 'wakes/wakes.js'),
    `const { findHazards } = require('forkguard/testing');
     let child;
     findHazards(() => {
       child = require('child_process').spawn('sh', ['-c', 'while :; do sleep 0.001; done'], { stdio: 'ignore' });
       child.unref();
     }).then((hazards) => {
       console.log(hazards.map(({ rule }) => rule));
       child.kill('SIGKILL');
     });`,
  );
  const { output } = await run('wakes', ['wakes.js']);
  expect(output).toBe("[ 'orphaned-children' ]\n");
});

describe('what may be left', () => {
  const LEAK = "require('child_process').spawn('sleep', ['50'], { stdio: 'ignore' }).unref()";

  beforeAll(() => {
    mkdirSync(join(project, 'allowed'), { recursive: true });
    const files = {
      'jest.config.cjs': `module.exports = { setupFilesAfterEnv: ['forkguard/jest'], reporters: ['default', 'forkguard/jest-reporter'] };`,
      'vitest.config.mjs': `export default { test: { globals: true, setupFiles: ['forkguard/vitest'], globalSetup: ['forkguard/global-setup'] } };`,
      'one.test.js': `test('leaves', () => { process.getBuiltinModule('child_process').spawn('sleep', ['50'], { stdio: 'ignore' }).unref(); });`,
      'asks.spec.cjs': `test('allows', async () => {
        await require('forkguard/testing').verifyNoHazards(() => { ${LEAK}; }, { allow: ['orphaned-children'] });
      });`,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(project, 'allowed', name), text);
  });

  test.each([
    ['jest', [JEST, 'one.test.js'], 'orphaned-children'],
    ['jest, by its command', [JEST, 'one.test.js'], '{ "rule": "orphaned-children", "command": "sleep" }'],
    [
      'vitest, by its place',
      [VITEST, 'run', 'one.test.js'],
      '{ "rule": "orphaned-children", "site": "one.test.js" }',
    ],
    ['jest, by the test', [JEST, '--testMatch', '**/asks.spec.cjs'], ''],
  ])('%s', async (_, args, allowed) => {
    const file = join(project, 'allowed/package.json');
    writeFileSync(file, allowed.startsWith('{') ? `{ "forkguard": { "allow": [${allowed}] } }` : '{}');
    const env = allowed.startsWith('orphaned') ? { FORKGUARD_ALLOW: allowed } : {};
    const { code, output } = await run('allowed', args, env);
    expect(output).toContain('1 passed');
    expect(output).not.toContain('orphaned-children');
    expect(code).toBe(0);
  });
});

test('of an orphan in a session of its own, the test is named and where its parent may have been made', async () => {
  mkdirSync(join(project, 'script'), { recursive: true });
  writeFileSync(
    join(project, 'script/jest.config.js'),
    `module.exports = { setupFilesAfterEnv: ['forkguard/jest'], reporters: ['default', 'forkguard/jest-reporter'] };`,
  );
  writeFileSync(
    join(project, 'script/script.test.js'),
    `const { execSync } = require('child_process');
     test('starts it', () => {
       execSync('true');
       execSync('sh -c "exec setsid sleep 50 >/dev/null 2>&1 &"');
       execSync('true');
     });`,
  );
  const { code, output } = await run('script', [JEST]);
  expect(output).toMatch(/ {2}test {4}starts it \(script\.test\.js\)\n {2}forked {2}script\.test\.js:[34]:/);
  expect(code).toBe(1);
});

test('vitest without its part in the main process: what the worker has told is not told again when that has ended', async () => {
  mkdirSync(join(project, 'alone'), { recursive: true });
  writeFileSync(
    join(project, 'alone/vitest.config.mjs'),
    "export default { test: { globals: true, setupFiles: ['forkguard/vitest'] } };",
  );
  writeFileSync(
    join(project, 'alone/leaves.test.js'),
    `test('leaves', () => { process.getBuiltinModule('child_process').spawn('sleep', ['50'], { stdio: 'ignore' }); });`,
  );
  const { code, output } = await run('alone', [VITEST, 'run', '--pool=forks']);
  expect(output.match(/warning\[orphaned-children\]/g)).toHaveLength(1);
  expect(code).toBe(1);
});

test('jest: a child that is left by globalSetup is told of at the end, one of a test only once', async () => {
  mkdirSync(join(project, 'global'), { recursive: true });
  const files = {
    'jest.config.js': `module.exports = { globalSetup: './setup.js', setupFilesAfterEnv: ['forkguard/jest'] };`,
    'setup.js': `module.exports = async () => { require('child_process').spawn('sleep', ['51'], { stdio: 'ignore' }).unref(); };`,
    'one.test.js': `test('leaks', () => { require('child_process').spawn('sleep', ['52'], { stdio: 'ignore' }).unref(); });`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, 'global', name), text);
  const { code, output } = await run('global', [JEST]);
  expect(output.match(/lives on after .*/g)).toEqual([
    'lives on after this test has ended',
    'lives on after this process has ended',
  ]);
  expect(output).toMatch(/forked {2}setup\.js:\d/);
  expect(code).toBe(1);
});

// the packages of a workspace are often tested at the same time, below one shell
test.each([
  ['with forkguard', 'export FORKGUARD_INTERNAL_TESTED_BY=1'],
  ['without it', 'unset FORKGUARD_INTERNAL_TESTED_BY'],
])('what a run beside leaves is no leak of ours: one %s', async (_, apart) => {
  const folder = join(project, 'beside');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  writeFileSync(join(folder, 'jest.config.json'), '{ "setupFilesAfterEnv": ["forkguard/jest"] }');
  writeFileSync(
    join(folder, 'beside.test.js'),
    `const { execSync } = require('child_process');
     test('waits', () => { execSync('touch go; until [ -e left ]; do sleep 0.05; done'); });
     test('leaks', () => { execSync('sleep 50 >/dev/null 2>&1 &', { env: { ...process.env } }); });`,
  );
  const other = `export JEST_WORKER_ID=1; ${apart}; until [ -e ${folder}/go ]; do sleep 0.05; done;
    (exec sleep 50 >/dev/null 2>&1 &); touch ${folder}/left`;
  const { code, output } = await run('beside', [JEST], {}, ['sh', '-c', `(${other}) & exec "$@"`, 'sh']);
  expect(output.match(/forkguard: the test "\w+"/g)).toEqual(['forkguard: the test "leaks"']);
  expect(output).toMatch(/\/proc\/\d+\/environ: FORKGUARD_INTERNAL_TESTED_BY=\d+, which is this process/);
  expect(output).toContain('1 failed, 1 passed');
  expect(code).toBe(1);
});

(process.getuid?.() === 0 ? test : test.skip)(
  'the kernel begins again with low process numbers',
  async () => {
    mkdirSync(join(project, 'numbers'), { recursive: true });
    writeFileSync(
      join(project, 'numbers/numbers.test.js'),
      `const { findHazards } = require('forkguard/testing');
     const { execSync } = require('child_process');
     test('finds what is younger and has a lower number', async () => {
       const hazards = await findHazards(() => {
         require('fs').writeFileSync('/proc/sys/kernel/ns_last_pid', '300');
         execSync('sleep 50 >/dev/null 2>&1 &');
       });
       const { child } = hazards.find(({ rule }) => rule === 'orphaned-children');
       expect(child.command).toBe('sleep');
       expect(child.pid).toBeLessThan(process.pid);
     });`,
    );
    const script = 'echo 5000 > /proc/sys/kernel/ns_last_pid; "$@"';
    const prefix = ['unshare', '--pid', '--fork', '--mount-proc', 'sh', '-c', script, 'sh'];
    const { code, output } = await run('numbers', [JEST, '-c', '{}'], {}, prefix);
    expect(output).toContain('Tests:       1 passed, 1 total');
    expect(code).toBe(0);
  },
);

test.each([
  ['jest', [JEST, '-c', '{}', '--testMatch', '**/told.js', '--forceExit']],
  ['node:test', ['--test', '--test-reporter=spec', 'told.js']],
  ['mocha', [MOCHA, '--parallel', 'told.js']],
])('what verifyNoHazards throws is the report alone, in %s', async (_, args) => {
  const folder = join(project, 'told');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'told.js'),
    `const { verifyNoHazards } = require('forkguard/testing');
     const test = globalThis.test ?? globalThis.it ?? require('node:test').test;
     test('leaks', async () => {
       let child;
       const leak = () => { child = require('child_process').spawn('sleep', ['50'], { stdio: 'ignore' }); };
       await verifyNoHazards(leak).finally(() => child.kill());
     });`,
  );
  const { code, output } = await run('told', args);
  expect(code).not.toBe(0);
  expect(output).toContain('warning[orphaned-children]');
  expect(output).not.toContain('fingerprint');
});

test('children that start in other directories load the preload that was named by its package', async () => {
  const name = join(project, 'elsewhere.js');
  writeFileSync(
    name,
    `const { execFileSync, fork } = require('child_process');
     if (process.send) process.exit();
     console.log(execFileSync(process.execPath, ['-p', '7'], { cwd: '/', encoding: 'utf8' }));
     fork(__filename, { cwd: '/' }).on('exit', (code) => console.log('fork', code));`,
  );
  const by = [{ NODE_OPTIONS: '-r forkguard/register' }, { NODE_OPTIONS: '--import=forkguard/register' }];
  for (const env of by) expect((await run('.', [name], env)).output).toBe('7\n\nfork 0\n');
  const off = { FORKGUARD: 'off', NODE_OPTIONS: '-r forkguard/register' };
  expect((await run('.', [name], off)).output).toBe('7\n\nfork 0\n');
  const flags = ['--require', 'forkguard/register', name];
  expect((await run('.', flags, { NODE_OPTIONS: '' })).output).toBe('7\n\nfork 0\n');
});

test('nothing of a test file is kept when the next begins', async () => {
  mkdirSync(join(project, 'memory'), { recursive: true });
  for (let at = 0; at < 30; at++)
    writeFileSync(
      join(project, `memory/${at}.test.js`),
      `const big = new Array(5e5).fill(1.5); // 4 MB
       test('forks', () => { require('child_process').execFileSync('true'); expect(big).toHaveLength(5e5); });`,
    );
  writeFileSync(
    join(project, 'memory/jest.config.js'),
    "module.exports = { setupFilesAfterEnv: ['forkguard/jest'] };",
  );
  const { output } = await run('memory', ['--expose-gc', JEST, '-i', '--logHeapUsage']);
  const heaps = [...output.matchAll(/(\d+) MB heap/g)].map(([, heap]) => Number(heap));
  expect(heaps).toHaveLength(30);
  // V8 takes its time with some: the least counts, and all that are kept would be 150 MB
  expect(Math.min(...heaps.slice(-8)) - (heaps[0] as number)).toBeLessThan(50);
});

test('a service that a worker thread has started, as esbuild does for its synchronous calls, is no leak', async () => {
  mkdirSync(join(project, 'thread-service'), { recursive: true });
  writeFileSync(
    join(project, 'thread-service/service.test.js'),
    `const { Worker } = require('worker_threads');
     const service = \`const { parentPort } = require('worker_threads');
       const child = require('child_process').spawn('cat', { stdio: ['pipe', 'pipe', 'inherit'] });
       for (const one of [child, child.stdin, child.stdout]) one.unref();
       child.stdout.on('data', () => parentPort.postMessage('up')); child.stdin.write('x'); setInterval(() => {}, 1000);\`;
     test('asks', async () => {
       const worker = new Worker(service, { eval: true });
       await new Promise((resolve) => worker.on('message', resolve));
       worker.unref();
     });`,
  );
  writeFileSync(
    join(project, 'thread-service/jest.config.js'),
    "module.exports = { setupFilesAfterEnv: ['forkguard/jest'], reporters: ['default', 'forkguard/jest-reporter'] };",
  );
  const { code, output } = await run('thread-service', [JEST]);
  expect(output).toContain('1 passed');
  expect(output).not.toContain('lives on');
  expect(code).toBe(0);
});

test('a child that a test has asked about and not ended is told of once', async () => {
  mkdirSync(join(project, 'asked'), { recursive: true });
  writeFileSync(
    join(project, 'asked/asked.test.js'),
    `const { findHazards } = require('forkguard/testing');
     test('leaves', async () => {
       await findHazards(() => { require('child_process').spawn('sleep', ['50'], { stdio: 'ignore' }).unref(); });
     });`,
  );
  writeFileSync(
    join(project, 'asked/jest.config.js'),
    "module.exports = { setupFilesAfterEnv: ['forkguard/jest'] };",
  );
  const { code, output } = await run('asked', [JEST]);
  expect(output.match(/warning\[orphaned-children\]/g)).toHaveLength(1);
  expect(output).toContain('the test "leaves"');
  expect(code).toBe(1);
});
