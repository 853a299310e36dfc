import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REGISTER, runNode } from './preload';

let folder: string;
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkguard-guard-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const RULES = join(REGISTER, '..', 'src', 'rules', 'at-fork.js');
/** A fork with a hazard that needs nothing but Node. */
const HAZARD = `
const child = require('node:child_process').spawn('true', { cwd: '/no/such/directory' });
child.on('error', (error) => console.log('error event', error.code));`;

test('a hazard is reported with its place, and the program goes on as without forkguard', () => {
  const app = file('app.js', HAZARD);
  const bare = runNode([app], {}, false);
  const guarded = runNode([app]);
  expect(guarded.stdout).toBe(bare.stdout);
  expect(guarded.status).toBe(bare.status);
  expect(bare.stderr).toBe('');
  expect(guarded.stderr).toContain('error[missing-directories] child `true` cannot start');
  expect(guarded.stderr).toMatch(/forked {2}.*app\.js:2:/);
});

test('a hazard has the same fingerprint in every run, whatever ports and inodes the kernel gives', () => {
  const app = file(
    'app.js',
    `const { connect, createServer } = require('node:net');
     const { once } = require('node:events');
     const server = createServer(() => {}).listen(0, '127.0.0.1', async () => {
       for (let round = 0; round < 3; round++) {
         const socket = connect(server.address().port, '127.0.0.1');
         await once(socket, 'connect');
         const child = require('node:child_process').spawn('true', { stdio: ['ignore', 'ignore', 'ignore', socket] });
         await once(child, 'exit');
         socket.destroy();
       }
       server.close();
     });`,
  );
  const runs = ['one', 'two'].map((name) => {
    const output = join(folder, `${name}.ndjson`);
    runNode([app], { env: { FORKGUARD_REPORTERS: 'ndjson', FORKGUARD_OUTPUT: output } });
    const records = readFileSync(output, 'utf8').trim().split('\n');
    return records.map((line) => JSON.parse(line)).filter(({ type }) => type !== 'gap');
  });
  const [one, two] = runs.map((records) => records.map(({ fingerprint, hazards }) => fingerprint ?? hazards));
  expect(one).toEqual([expect.any(String), { 'shared-connections': 3 }]);
  expect(two).toEqual(one);
});

test('what forkguard opens itself is none of the program’s resources', () => {
  const app = file(
    'app.js',
    `const fs = require('node:fs');
     require('node:diagnostics_channel').subscribe('forkguard:resource:open', ({ label }) => console.log(label));
     fs.closeSync(fs.openSync(${JSON.stringify(join(folder, 'theirs'))}, 'w'));
     fs.closeSync(fs.openSync(__filename, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW));
     ${HAZARD}`,
  );
  const output = join(folder, 'run.ndjson');
  const { stdout } = runNode([app], { env: { FORKGUARD_REPORTERS: 'ndjson', FORKGUARD_OUTPUT: output } });
  expect(stdout).toBe(`${join(folder, 'theirs')}\nerror event ENOENT\n`);
  expect(readFileSync(output, 'utf8')).toContain('missing-directories');
});

describe('whichever way the program comes to a module of Node’s, it is patched', () => {
  const TELL = `const { isProxy } = process.getBuiltinModule('util').types;
    const tell = (cp, net) => console.log([cp.spawnSync, cp.ChildProcess.prototype.spawn,
      net.Server.prototype.listen, net.Socket.prototype.connect].every(isProxy), Array.isArray(process.moduleLoadList),
      process.moduleLoadList instanceof Array, new Set(process.moduleLoadList).size === process.moduleLoadList.length);`;
  const ways = {
    'require.cjs': "tell(require('child_process'), require('node:net'));",
    'builtin.cjs': "tell(process.getBuiltinModule('child_process'), process.getBuiltinModule('net'));",
    'dynamic.cjs':
      "Promise.all([import('child_process'), import('net')]).then(([cp, net]) => tell(cp, net));",
    'within.cjs': "require('https'); require('cluster'); tell(require('child_process'), require('net'));",
    'static.mjs': "import * as cp from 'node:child_process'; import * as net from 'net'; tell(cp, net);",
    'later.cjs': `require('child_process'); require(${JSON.stringify(REGISTER)}); import('child_process').then((cp) => tell(cp, require('net')));`,
  };
  test.each(Object.entries(ways))('%s', (name, way) => {
    const { stdout, stderr } = runNode([file(name, `${TELL}\n${way}`)], {}, name !== 'later.cjs');
    expect([stdout, stderr]).toEqual(['true true true true\n', '']);
  });
});

describe('what is healthy does not load what tells of hazards', () => {
  const OURS = join(REGISTER, '..');
  const TELL = `process.on('exit', () => setImmediate(() => {})); const { execFile, spawnSync } = require('child_process');
    process.reallyExit = ((exit) => (code) => { console.log(Object.keys(require.cache).filter((file) =>
      file.startsWith(${JSON.stringify(OURS)})).map((file) => require('path').basename(file)).join()); exit.call(process, code); })(process.reallyExit);`;
  test.each([
    ['a program that does nothing', 'process.exit();', 'register.js,start-up.js,first-use.js'],
    [
      'one whose children end before it',
      "spawnSync('true'); execFile('true', () => process.exit());",
      'register.js,start-up.js,first-use.js,first-fork.js,watcher.js',
    ],
    [
      'one with an IPC channel',
      "if (process.send) { spawnSync('true'); process.exit(); } else require('child_process').fork(__filename).on('exit', () => process.reallyExit = () => {});",
      'register.js,start-up.js,first-use.js,first-fork.js,watcher.js',
    ],
  ])('%s', (_, text, files) => {
    const { stdout, stderr } = runNode([file('app.js', `${TELL}\n${text}`)]);
    expect([stdout.trim(), stderr]).toEqual([files, '']);
  });
});

test('off means off', () => {
  const { stderr } = runNode([file('app.js', HAZARD)], { env: { FORKGUARD: 'off' } });
  expect(stderr).toBe('');
});

test('throw: the call throws the hazards, synchronously', () => {
  const app = file(
    'app.js',
    `try { require('node:child_process').spawnSync('true', { cwd: '/no/such/directory' }); console.log('no'); }
     catch (error) { console.log(error.name, error.code, error.hazards[0].rule); }`,
  );
  expect(runNode([app], { env: { FORKGUARD: 'throw', FORKGUARD_REPORTERS: 'none' } }).stdout).toBe(
    'ForkHazardError ERR_FORK_HAZARD missing-directories\n',
  );
});

test('throw: what is caught was all; the child that was never made emits nothing that nobody can hear', () => {
  const app = file(
    'app.js',
    `try { require('node:child_process').spawn('true', { cwd: '/no/such/directory' }); }
     catch (error) { console.log(error.code); } setTimeout(() => console.log('goes on'), 50);`,
  );
  expect(runNode([app], { env: { FORKGUARD: 'throw', FORKGUARD_REPORTERS: 'none' } })).toMatchObject({
    stdout: 'ERR_FORK_HAZARD\ngoes on\n',
    status: 0,
  });
});

test('the call of a burst that fails is judged', () => {
  const app = file(
    'app.js',
    `const { execFileSync } = require('node:child_process'); const fs = require('node:fs'); fs.mkdirSync('there');
     for (let i = 0; i < 60; i++) execFileSync('true', { cwd: 'there' });
     fs.rmdirSync('there'); try { execFileSync('true', { cwd: 'there' }); } catch {}`,
  );
  expect(runNode([app], { cwd: folder }).stderr).toContain('error[missing-directories]');
});

test('reporters of one file write each record once', () => {
  const output = join(folder, 'run.html');
  const env = {
    FORKGUARD_REPORTERS: 'html,sarif,junit,ndjson',
    FORKGUARD_OUTPUT: output,
    FORKGUARD_FORKS: '1',
  };
  expect(runNode([file('app.js', HAZARD)], { env }).stderr).toBe('');
  const records = readFileSync(join(folder, 'run.ndjson'), 'utf8').trim().split('\n');
  expect(records.map((record) => JSON.parse(record).type).sort()).toEqual(['fork', 'hazard', 'summary']);
});

test('a reporter by a relative path is found after the program has changed its directory', () => {
  file('loud.js', "module.exports = { hazard: ({ rule }) => console.log('loud', rule) };");
  const app = file('app.js', `process.chdir('/');${HAZARD}`);
  const { stdout } = runNode([app], { cwd: folder, env: { FORKGUARD_REPORTERS: './loud.js' } });
  expect(stdout).toContain('loud missing-directories');
});

test('an allowed rule is silent', () => {
  const { stderr } = runNode([file('app.js', HAZARD)], { env: { FORKGUARD_ALLOW: 'missing-directories' } });
  expect(stderr).toBe('');
});

test('the exit code is changed only where that was asked for and the program ended well', () => {
  const app = file('app.js', HAZARD);
  expect(runNode([app]).status).toBe(0);
  expect(runNode([app], { env: { FORKGUARD_EXIT_CODE: '66' } }).status).toBe(66);
  const failing = file('failing.js', `${HAZARD}\nprocess.exitCode = 3;`);
  expect(runNode([failing], { env: { FORKGUARD_EXIT_CODE: '66' } }).status).toBe(3);
  const exiting = file('exiting.js', `${HAZARD}\nchild.on('error', () => process.exit(0));`);
  expect(runNode([exiting], { env: { FORKGUARD_EXIT_CODE: '66' } }).status).toBe(66);
});

test('the exit code that was asked for is that of the process, also where a worker thread forked', () => {
  const app = file(
    'app.js',
    `const { Worker, isMainThread } = require('node:worker_threads');
     if (isMainThread) new Worker(__filename).on('exit', (code) => console.log('thread', code));
     else require('node:child_process').spawnSync('true', { cwd: '/no/such/directory' });`,
  );
  const { stdout, status } = runNode([app], { env: { FORKGUARD_EXIT_CODE: '66' } });
  expect([stdout, status]).toEqual(['thread 0\n', 66]);
});

test('the same hazard is told once and then counted', () => {
  const app = file(
    'app.js',
    `const { spawnSync } = require('node:child_process');
     for (let i = 0; i < 5; i++) spawnSync('true', { cwd: '/no/such/directory' });`,
  );
  const { stderr } = runNode([app]);
  expect(stderr.match(/error\[missing-directories\]/g)).toHaveLength(1);
  expect(stderr).toContain('seen 5 times: missing-directories (5)');
});

test.each([
  ['terminal', /error\[missing-directories\]/g, 1],
  ['terminal', /forkguard: 1 hazard/g, 1],
  ['github', /::error .*missing-directories/g, 1],
  ['ndjson', /"type":"hazard"/g, 4],
])('%s: what several worker threads find (%s)', (reporter, pattern, times) => {
  const app = file(
    'app.js',
    `const { Worker, isMainThread } = require('node:worker_threads');
     const { spawnSync } = require('node:child_process');
     if (isMainThread) for (let i = 0; i < 4; i++) new Worker(__filename);
     else spawnSync('true', { cwd: '/no/such/directory' });`,
  );
  const { stderr } = runNode([app], { env: { FORKGUARD_REPORTERS: reporter } });
  expect(stderr.match(pattern)).toHaveLength(times);
});

describe('a bug of ours never reaches the program', () => {
  const plant = (check: string) =>
    file(
      'plant.js',
      `require(${JSON.stringify(RULES)}).forkRules.unshift({ name: 'planted-bugs', severity: 'error', summary: '', *fork() { ${check} } });`,
    );
  const run = (check: string, script: string) =>
    runNode([file('app.js', script)], { flags: ['-r', plant(check)] });

  test('a rule that throws: one line, the other rules go on', () => {
    const { stdout, stderr } = run(
      "throw new Error('planted');",
      HAZARD + HAZARD.replace('const child', 'const other').replace('child.on', 'other.on'),
    );
    expect(stdout).toBe('error event ENOENT\nerror event ENOENT\n');
    expect(stderr.match(/planted-bugs failed and is switched off: planted/g)).toHaveLength(1);
    expect(stderr).toContain('error[missing-directories]');
  });

  test('a rule that is slow is switched off after the second time', () => {
    const { stdout, stderr } = run(
      'const end = Date.now() + 1200; while (Date.now() < end);',
      "const { spawnSync } = require('node:child_process'); for (let i = 0; i < 4; i++) spawnSync('true'); console.log('done');",
    );
    expect(stdout).toBe('done\n');
    expect(stderr.match(/planted-bugs took more than 250 ms twice and is switched off/g)).toHaveLength(1);
  });

  test('a reporter that throws: one line, the other reporters go on', () => {
    const mine = file('mine.js', "module.exports = { hazard() { throw new Error('full'); } };");
    const { stdout, stderr } = runNode([file('app.js', HAZARD)], {
      env: { FORKGUARD_REPORTERS: `${mine},terminal` },
    });
    expect(stdout).toBe('error event ENOENT\n');
    expect(stderr).toContain('forkguard: a reporter failed in hazard and is not called again: full');
    expect(stderr).toContain('error[missing-directories]');
  });

  test('a reporter that does not exist: one line that names it and those that there are', () => {
    const { stdout, stderr } = runNode([file('app.js', HAZARD)], {
      env: { FORKGUARD_REPORTERS: 'teletype' },
    });
    expect(stdout).toBe('error event ENOENT\n');
    expect(stderr).toContain('teletype');
    expect(stderr).toContain('terminal');
  });
});

describe('places', () => {
  test('an ESM app, with --import', () => {
    const app = file(
      'app.mjs',
      "import { spawn } from 'node:child_process';\nspawn('true', { cwd: '/no/such/directory' }).on('error', () => {});\n",
    );
    expect(runNode(['--import', REGISTER, app], {}, false).stderr).toMatch(/forked {2}.*app\.mjs:2:1\n/);
  });

  test('a source map, where Node is told to use it', () => {
    const map = { version: 3, sources: ['app.ts'], names: [], mappings: ';;AAIA' };
    const inline = Buffer.from(JSON.stringify(map)).toString('base64');
    file('app.ts', '\n\n\n\nspawn();\n');
    const app = file(
      'app.js',
      `const { spawn } = require('node:child_process');\n\nspawn('true', { cwd: '/no/such/directory' }).on('error', () => {});\n//# sourceMappingURL=data:application/json;base64,${inline}\n`,
    );
    expect(runNode([app], { flags: ['--enable-source-maps'] }).stderr).toMatch(/forked {2}.*app\.ts:5:1\n/);
  });

  test('a program that formats stacks in its own way keeps its way, and we our places', () => {
    const app = file(
      'app.js',
      `Error.prepareStackTrace = (error, calls) => 'mine ' + calls.length;\n${HAZARD}\nconsole.log(new Error('x').stack.slice(0, 5));`,
    );
    const { stdout, stderr } = runNode([app]);
    expect(stdout).toBe('mine \nerror event ENOENT\n');
    expect(stderr).toMatch(/forked {2}.*app\.js:3:/);
  });

  test('frozen intrinsics: without places, and without harm', () => {
    const app = file('app.js', HAZARD);
    const { stdout, stderr } = runNode([app], { flags: ['--frozen-intrinsics', '--no-warnings'] });
    expect(stdout).toBe('error event ENOENT\n');
    expect(stderr).toContain('error[missing-directories]');
  });
});

test('the module: start, check and stop', () => {
  const app = file(
    'app.js',
    `const forkguard = require(${JSON.stringify(join(REGISTER, '..', 'src', 'index.js'))});
     forkguard.check().catch((error) => console.log(error.message)).then(async () => {
       const original = require('node:child_process').spawnSync;
       const { stop } = forkguard.start({ reporters: ['none'] });
       console.log(require('node:child_process').spawnSync === original, (await forkguard.check()).length);
       stop();
       console.log(require('node:child_process').spawnSync === original);
     });`,
  );
  const { stdout } = runNode([app], {}, false);
  expect(stdout).toBe(
    'forkguard is not started: run with `node -r forkguard/register` or call `start()` first\nfalse 0\ntrue\n',
  );

  // as a program that is told to do without
  const off = file(
    'off.js',
    `const forkguard = require(${JSON.stringify(join(REGISTER, '..', 'src', 'index.js'))});
     const { stop } = forkguard.start();
     forkguard.check().then((hazards) => { console.log(hazards); stop(); });`,
  );
  expect(runNode([off], { env: { FORKGUARD: 'off' } }, false).stdout).toBe('[]\n');
});

test('the thread that watches blocking calls makes no stream of the program', () => {
  const app = file(
    'app.js',
    `const { spawnSync } = require('node:child_process');
     for (let round = 0; round < 8; round++) spawnSync('sleep', ['0.05']);
     require('node:fs').writeSync(1, String(process._getActiveHandles().length));`,
  );
  expect(runNode([app]).stdout).toBe('0');
});

test('built-ins that throw are our trouble, not the program’s', () => {
  const app = file(
    'app.js',
    `require('node:child_process').exec('sleep 0.5; echo output', (error, stdout) => console.log(error, stdout));
     String.prototype.split = () => { throw 1; };
     JSON.stringify = () => { throw 2; };`,
  );
  const { stdout, status } = runNode([app], { env: { FORKGUARD_STALL_MS: '100' } });
  expect(stdout).toBe('null output\n\n');
  expect(status).toBe(0);
});

test('what forkguard says of itself does not wait for a reader of stderr', () => {
  // 64 KiB are what a pipe holds (pipe(7))
  const script = `exec 3>&1
    { head -c 65536 /dev/zero >&2; timeout 5 "$NODE" -r "$REGISTER" -e 0; echo "ended with $?" >&3; } 2>&1 >/dev/null | sleep 6`;
  const env = { ...process.env, NODE: process.execPath, REGISTER, FORKGUARD_REPORTER: 'none' };
  expect(spawnSync('bash', ['-c', script], { env, encoding: 'utf8' }).stdout).toBe('ended with 0\n');
});
