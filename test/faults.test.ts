/**
 * What goes wrong around a program, or is taken from it: with forkguard it does what it does without, the report is
 * whole lines, and nothing hangs. Real faults where the kernel can make them.
 */

import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE, REGISTER } from './preload';
import './retry';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkguard-faults-'));
  chmodSync(folder, 0o777);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const root = process.getuid?.() === 0;
const asRoot = root ? test : test.skip;
const USER = 61_234; // nobody's, so that no other process counts to its limits

/** Closes foreign descriptors, runs `$BEFORE`, then Node with the program. */
const SHELL = `for n in {3..254}; do eval "exec $n>&-"; done; eval "$BEFORE"; exec $PREFIX "$NODE" $PRELOAD "$PROGRAM"`;

interface Fault {
  /** Shell code that makes the fault. */
  readonly before?: string;
  /** A command that runs Node, such as `setpriv …`. */
  readonly prefix?: string;
  readonly env?: Record<string, string>;
  /** Instead of the built preload. */
  readonly register?: string;
  /** In a mount namespace of its own. */
  readonly mounts?: boolean;
}

function run(program: string, fault: Fault, guarded: boolean): SpawnSyncReturns<string> {
  const file = join(folder, 'program.js');
  writeFileSync(file, program);
  const env = {
    PATH: process.env.PATH,
    NODE,
    PROGRAM: file,
    BEFORE: fault.before ?? '',
    PREFIX: fault.prefix ?? '',
    PRELOAD: guarded ? `-r ${fault.register ?? REGISTER}` : '',
    FOLDER: folder,
    FORKGUARD_REPORTERS: 'ndjson',
    FORKGUARD_OUTPUT: join(folder, 'report.ndjson'),
    ...fault.env,
  };
  const shell = ['bash', '-c', SHELL];
  const [command, ...args] = fault.mounts ? ['unshare', '-m', ...shell] : shell;
  return spawnSync(command as string, args, { env, encoding: 'utf8', timeout: 50_000, cwd: folder });
}

function records(path = join(folder, 'report.ndjson')): { type: string; rule?: string }[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { type: string });
}

/** The program behaves as without forkguard, which says no more than `says` on stderr. */
function same(program: string, fault: Fault = {}, says: string | RegExp = ''): void {
  const bare = run(program, fault, false);
  const guarded = run(program, fault, true);
  expect(guarded.stdout).toBe(bare.stdout);
  expect([guarded.status, guarded.signal]).toEqual([bare.status, bare.signal]);
  const more = guarded.stderr.replace(bare.stderr, '');
  if (typeof says === 'string') expect(more).toBe(says);
  else expect(more).toMatch(says);
}

/** Forks in every way and tells what came of it. */
const FORKS = `
const { spawn, spawnSync, execFileSync, exec } = require('node:child_process');
const say = (...words) => console.log(words.join(' '));
const attempt = (what, act) => { try { return act(); } catch (error) { say(what, 'threw', error.code); } };
const sync = attempt('spawnSync', () => spawnSync('echo', ['one']));
say('spawnSync', sync?.status, sync?.stdout, sync?.error?.code);
say('execFileSync', attempt('execFileSync', () => execFileSync('echo', ['two'])));
const child = attempt('spawn', () => spawn('sh', ['-c', 'exit 3']));
child?.on('error', (error) => say('spawn error', error.code)).on('close', (code) => {
  say('close', code);
  exec('echo three', (error, out) => say('exec', error?.code, out));
});`;

test('the working directory is removed', () => {
  const program = `require('fs').rmdirSync(process.cwd());${FORKS}\nsetTimeout(() => {}, 700);`;
  same(program, { before: 'mkdir gone; cd gone' });
  // Node starts no thread there: that nobody watches is said
  const why = expect.stringMatching(/^the thread that watches them has ended: ENOENT/);
  expect(records()).toContainEqual({ type: 'gap', what: 'calls that block', why });
});

test('the working directory is gone before the start', () =>
  same(FORKS, { before: 'mkdir gone; cd gone; rmdir ../gone' }));

test('stdin, stdout and stderr are closed', () =>
  same(
    FORKS.replace(
      'console.log(words',
      `require('fs').appendFileSync('${'$'}{process.env.FOLDER}/out', words`,
    ),
    {
      before: 'exec 0<&- 1>&- 2>&-',
    },
  ));

test('stderr is closed and a hazard is told to the terminal', () =>
  same(`${FORKS}\nspawn('true', { cwd: '/no/such' }).on('error', (error) => say(error.code));`, {
    before: 'exec 2>&-',
    env: { FORKGUARD_REPORTERS: 'terminal' },
  }));

test('stderr is full and nobody reads it', () =>
  same(`${FORKS}\nspawn('true', { cwd: '/no/such' }).on('error', (error) => say(error.code));`, {
    before: 'exec 2> >(sleep 8 >/dev/null); head -c 65536 /dev/zero >&2',
    env: { FORKGUARD_REPORTERS: 'terminal' },
  }));

asRoot('/proc is absent', () => same(FORKS, { mounts: true, before: 'mount -t tmpfs none /proc' }));

asRoot('/proc may not be read', () =>
  same(FORKS, {
    mounts: true,
    before: 'mount -t tmpfs -o mode=0700 none /proc',
    prefix: `setpriv --reuid=${USER} --regid=${USER} --clear-groups`,
  }),
);

/** Its child ends only after the looks that find children gone of which Node was not told. */
const LIVES_ON = `
const child = require('node:child_process').spawn(process.env.FOLDER + '/sleep', ['4'], { stdio: 'ignore' });
child.unref();
setTimeout(() => {}, 2000);`;

asRoot('/proc hides a child that runs as another user', () => {
  same(LIVES_ON, {
    mounts: true,
    before:
      'cp --remove-destination /bin/sleep "$FOLDER"; chmod 4755 "$FOLDER/sleep"; mount -t proc -o hidepid=2 proc /proc',
    prefix: `setpriv --reuid=${USER} --regid=${USER} --clear-groups`,
  });
  expect(records().filter(({ rule }) => rule === 'zombie-children')).toEqual([]);
});

asRoot('/proc is that of another pid namespace', () => {
  same(LIVES_ON, { before: 'cp --remove-destination /bin/sleep "$FOLDER"', prefix: 'unshare -p -f --' });
  expect(records().filter(({ type }) => type !== 'summary')).toEqual([
    { type: 'gap', what: '/proc', why: expect.stringContaining('another pid namespace') },
  ]);
});

asRoot('/proc hides other processes', () =>
  same(FORKS, {
    mounts: true,
    before: 'mount -t proc -o hidepid=2 proc /proc',
    prefix: `setpriv --reuid=${USER} --regid=${USER} --clear-groups`,
  }),
);

test.each([
  ['the first forks', "require('child_process');"],
  ['the forks of this process', ''],
])('no descriptor is free for %s', (what, before) => {
  // further below this Node: its own children load more at the start
  const prefix = 'timeout 40 timeout 40';
  same(
    `const fs = require('fs'); ${before}
     const taken = []; try { for (;;) taken.push(fs.openSync('/dev/null')); } catch (error) { console.log(error.code); }
     ${FORKS}
     for (const fd of taken) fs.closeSync(fd);
     say('after', spawnSync('echo', ['four']).stdout);`,
    { before: 'ulimit -n 60', prefix },
  );
  expect(records()).toContainEqual(expect.objectContaining({ type: 'gap', what }));
});

// Node's own threads take seven
asRoot('no process or thread is free, or just enough are', () => {
  for (const limit of [8, 11]) {
    same(FORKS, {
      before: `ulimit -u ${limit}`,
      prefix: `setpriv --reuid=${USER} --regid=${USER} --clear-groups`,
    });
  }
});

asRoot('the disk of the report is full', () => {
  const fault = {
    mounts: true,
    before:
      'mkdir -p full; mount -t tmpfs -o size=4k none full; head -c 4096 /dev/zero >full/zero 2>/dev/null',
    env: { FORKGUARD_OUTPUT: join(folder, 'full', 'report.ndjson') },
  };
  same(
    `${FORKS}\nfor (let i = 0; i < 3; i++) spawn('true', { cwd: '/no/such' + i }).on('error', (error) => say(error.code));`,
    fault,
    /^forkguard: cannot write the report [^\n]*ENOSPC[^\n]*\n$/,
  );
});

test('the directory of the report vanishes', () =>
  same(
    `require('fs').rmSync(process.env.FOLDER + '/reports', { recursive: true, force: true });
     ${FORKS}\nspawn('true', { cwd: '/no/such' }).on('error', (error) => say(error.code));`,
    { before: 'mkdir -p reports', env: { FORKGUARD_OUTPUT: join(folder, 'reports', 'report.ndjson') } },
    /^(forkguard: cannot write the report [^\n]*ENOENT[^\n]*\n)?$/,
  ));

test('a link stands where the report is to be', () => {
  writeFileSync(join(folder, 'victim'), 'precious');
  const program = `require('child_process').spawn('true', { cwd: '/no/such' }).on('error', (error) => console.log(error.code));`;
  same(program, { before: 'ln -sf victim report.ndjson' }, /^forkguard: cannot write the report [^\n]*\n$/);
  expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('precious');
});

/** Runs a command for which the kernel refuses some system calls: seccomp(2), with a filter made by hand. */
const SECCOMP = `
import ctypes, os, struct, sys
numbers = [int(n) for n in sys.argv[1].split(',')]
code = [(0x20, 0, 0, 0)] + [(0x15, len(numbers) - i, 0, n) for i, n in enumerate(numbers)]
code += [(0x06, 0, 0, 0x7fff0000), (0x06, 0, 0, 0x00050001)]
filter = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *one) for one in code))
class Program(ctypes.Structure): _fields_ = [('len', ctypes.c_ushort), ('filter', ctypes.c_void_p)]
program = Program(len(code), ctypes.cast(filter, ctypes.c_void_p))
libc = ctypes.CDLL(None)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(program), 0, 0): sys.exit('no seccomp here')
os.execvp(sys.argv[2], sys.argv[2:])`;
const filters = process.arch === 'x64' && spawnSync('python3', ['-c', '']).status === 0;

(filters ? test : test.skip).each([
  ['readlink', '89,267'],
  ['getdents64', '217'],
  ['ptrace, process_vm_readv, kcmp, pidfd_open', '101,310,311,312,434,438'],
])('EPERM from %s', (_, numbers) => {
  writeFileSync(join(folder, 'seccomp.py'), SECCOMP);
  same(`${FORKS}\nspawn('sleep', ['0.3'], { detached: true, stdio: 'ignore' }).unref();`, {
    prefix: `python3 ${join(folder, 'seccomp.py')} ${numbers}`,
  });
});

test('arguments of a megabyte, and those that run code when they are read', () => {
  same(
    `const { spawnSync, spawn } = require('node:child_process');
     let runs = 0;
     const one = { toString: () => { runs++; return 'one'; } };
     console.log(spawnSync('echo', [one], { get cwd() { runs++; return '/'; }, env: { get X() { runs++; } } }).status, runs);
     const cell = new Int32Array(new SharedArrayBuffer(4));
     const zero = { valueOf: () => { runs++; return 0; } };
     console.log(Atomics.wait(cell, zero, 0, zero), runs);
     const fs = require('node:fs');
     const path = { href: 'file:///dev/null', protocol: 'file:', pathname: '/dev/null', hostname: '', toString() { runs++; } };
     try { fs.openSync(path, 'r+'); } catch ({ code }) { console.log(code); }
     console.log(runs);
     const long = Array.from({ length: 10 }, () => '\u001b]0;x'.repeat(16_000));
     console.log(spawnSync('true', long).status, spawnSync('true', ['x'.repeat(1_000_000)]).error.code);
     spawn('true', long, { cwd: '/no/such' }).on('error', ({ code }) => console.log(code));`,
  );
  expect(statSync(join(folder, 'report.ndjson')).size).toBeLessThan(100_000);
});

test.each([
  ['never settles', 'hazard: () => new Promise(() => {}), end: () => new Promise(() => {})', ''],
  ['is rejected', "hazard: async () => { throw new Error('full'); }", /not called again: full\n$/],
])('the promise of a reporter %s', (_, members, says) => {
  writeFileSync(join(folder, 'mine.js'), `module.exports = { ${members} };`);
  const program = `${FORKS}\nspawn('true', { cwd: '/no/such' }).on('error', (error) => say(error.code));`;
  same(program, { env: { FORKGUARD_REPORTERS: join(folder, 'mine.js') } }, says);
});

test('clocks jump', () =>
  same(
    `let now = 1e12; Date.now = () => (now = -now * 3);
     performance.now = () => (Math.random() - 0.5) * 1e12;${FORKS}`,
  ));

test('the program replaces what it finds', () =>
  same(
    `const fs = require('fs');
     for (const name of ['openSync', 'readSync', 'closeSync', 'readdirSync', 'readlinkSync', 'statSync', 'readFileSync', 'existsSync'])
       fs[name] = () => { throw new Error('mine'); };
     Array.prototype.extra = 1; Object.prototype.more = 2;
     globalThis.setTimeout = globalThis.setInterval = () => { throw new Error('mine'); };
     Error.prepareStackTrace = () => { throw new Error('mine'); };
     ${FORKS}`,
    {},
    /^(forkguard: internal error [^\n]*mine\n)*$/, // Node's own loader needs fs as well
  ));

test('the program takes globals away, and replaces their functions', () => {
  same(
    `const { log } = console; const { getuid } = process;
     Reflect.deleteProperty(globalThis, 'process');
     for (const name of ['Buffer', 'Atomics', 'SharedArrayBuffer', 'Number', 'Math', 'Symbol', 'setTimeout', 'clearTimeout'])
       globalThis[name] = undefined;
     JSON.stringify = () => 'nonsense';
     Reflect.apply = Object.keys = Object.defineProperty = Object.hasOwn = () => { throw new Error('mine'); };
     ${FORKS.replace('console.log', 'log')}
     spawn('true', { cwd: '/no/such' }).on('error', (error) => say(error.code));`,
  );
  expect(records()).toContainEqual(expect.objectContaining({ rule: 'missing-directories' }));
});

test('the program puts the names of traps on all objects', () =>
  same(`Object.prototype.get = Object.prototype.apply = () => { throw new Error('a trap'); };${FORKS}`));

// a new thread of V8 would end the process
test('OpenSSL has no algorithms any more', () =>
  same(`try { require('node:crypto').setFips(1); } catch {}${FORKS}`));

test('only the preload itself may be read', () => {
  copyFileSync(REGISTER, join(folder, 'register.js'));
  same(
    FORKS,
    { register: join(folder, 'register.js') },
    /^forkguard: cannot start, [^\n]+ unguarded: [^\n]+\n$/,
  );
});

test('children end at every moment', () => {
  same(
    `const { spawn } = require('node:child_process');
     let open = 0, codes = {};
     const done = (how) => { codes[how] = (codes[how] ?? 0) + 1; if (--open === 0) console.log(JSON.stringify(codes)); };
     for (let i = 0; i < 60; i++) for (const [file, args, kill] of [['/no/such', []], ['true', []], ['sleep', ['0.0' + (i % 10)]], ['sleep', ['30'], true]]) {
       open++;
       const child = spawn(file, args);
       if (kill) { if (i % 2) child.kill('SIGKILL'); else setImmediate(() => child.kill('SIGKILL')); }
       child.on('error', (error) => done(error.code)).on('exit', (code, signal) => done(signal ?? code));
     }`,
  );
  records();
});

test('a storm of forks, and ten thousand descriptors opened and closed meanwhile', () =>
  same(
    `const { spawn } = require('node:child_process'); const fs = require('fs');
     let open = 0, ended = 0;
     const more = () => { while (open < 40 && ended + open < 600) { open++; spawn('true', { stdio: 'ignore' }).on('exit', () => { open--; ended++; more(); }); }
       if (ended === 600) console.log('done'); };
     const files = () => { const fds = Array.from({ length: 100 }, () => fs.openSync('/dev/null')); fds.forEach((fd) => fs.closeSync(fd)); };
     for (let i = 0; i < 100; i++) setImmediate(files);
     more();`,
  ));

test('sixteen worker threads fork at once', () =>
  same(
    `const { Worker, isMainThread } = require('node:worker_threads'); const { spawnSync, spawn } = require('node:child_process');
     if (isMainThread) {
       let left = 16;
       for (let i = 0; i < 16; i++) new Worker(__filename).on('exit', (code) => { if (code) console.log(code); if (--left === 0) console.log('done'); });
     } else {
       for (let i = 0; i < 5; i++) { spawnSync('true'); spawn('true', { stdio: 'ignore' }); }
     }`,
  ));

test('any process of the tree is killed: what was reported are whole lines', () => {
  const program = `
    const { spawn, fork } = require('node:child_process');
    const deep = Number(process.argv[2] ?? 0);
    if (deep < 2) for (let i = 0; i < 2; i++) fork(__filename, [deep + 1]);
    let n = 0;
    setInterval(() => spawn('true', { cwd: '/no/such' + n++ }).on('error', () => {}), 1);
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300 + deep * 100);`;
  const { signal } = run(program, { env: { NODE_OPTIONS: `-r ${REGISTER}` } }, false);
  expect(signal).toBe('SIGKILL');
  expect(records().filter(({ type }) => type === 'hazard').length).toBeGreaterThan(5);
});
