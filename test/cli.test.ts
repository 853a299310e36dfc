import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLI = join(__dirname, '..', 'dist', 'src', 'cli.js');
const { NODE_OPTIONS: _, ...env } = process.env;

/** With descriptors above stdio closed: those of the test runner's launcher would be true, but foreign, findings. */
const CLOSE_FOREIGN =
  'for f in /proc/$$/fd/*; do n=$' +
  '{f##*/}; if [ "$n" -gt 2 ] && [ "$n" -ne 255 ]; then eval "exec $n>&-"; fi; done; exec "$@"';

function forkguard(
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): SpawnSyncReturns<string> {
  return spawnSync('bash', ['-c', CLOSE_FOREIGN, 'bash', process.execPath, CLI, ...args], {
    encoding: 'utf8',
    cwd: options.cwd,
    env: { ...env, ...options.env },
  });
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkguard-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program whose only child cannot start because its directory is missing. */
const HAZARD =
  "require('child_process').spawn('true', { cwd: '/no/such/directory' }).on('error', () => console.log('went on'))";

describe('run', () => {
  test('the command keeps its output and its exit code', () => {
    const { stdout, stderr, status } = forkguard([
      'run',
      '--',
      process.execPath,
      '-e',
      "console.log('hello'); process.exitCode = 7",
    ]);
    expect({ stdout, stderr, status }).toEqual({ stdout: 'hello\n', stderr: '', status: 7 });
  });

  test('every Node process of the tree is guarded', () => {
    writeFileSync(join(folder, 'hazard.js'), HAZARD);
    const { stdout, stderr, status } = forkguard(
      ['run', '--', 'sh', '-c', `"${process.execPath}" hazard.js`],
      { cwd: folder },
    );
    expect(stdout).toBe('went on\n');
    expect(stderr).toContain('error[missing-directories] child `true` cannot start');
    expect(status).toBe(0);
  });

  test('--exit-code tells a script that something was found, also in a grandchild', () => {
    writeFileSync(join(folder, 'hazard.js'), HAZARD);
    const found = forkguard(
      ['run', '--exit-code', '66', '--', 'sh', '-c', `"${process.execPath}" hazard.js`],
      { cwd: folder },
    );
    expect(found.status).toBe(66);
    const clean = forkguard(['run', '--exit-code', '66', '--', process.execPath, '-e', '0']);
    expect(clean.status).toBe(0);
  });

  test('--exit-code leaves the reporters as package.json has them', () => {
    writeFileSync(join(folder, 'hazard.js'), HAZARD);
    writeFileSync(join(folder, 'package.json'), '{ "forkguard": { "reporters": ["github"] } }');
    const args = ['run', '--exit-code', '66', '--', process.execPath, 'hazard.js'];
    const { stderr, status } = forkguard(args, { cwd: folder });
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/^::error .*missing-directories/)]);
    expect(status).toBe(66);
  });

  test('Ctrl-C at a terminal reaches the command once', () => {
    writeFileSync(
      join(folder, 'counts.js'),
      "let n = 0; process.on('SIGINT', () => n++); console.log('up'); setTimeout(() => console.log('got', String(n)), 1500);",
    );
    const script = `import os, pty, sys, time
pid, fd = pty.fork()
if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
out = b''
while b'up' not in out: out += os.read(fd, 1000)
os.write(fd, b'\\x03')
try:
  while True: out += os.read(fd, 1000)
except OSError: pass
sys.stdout.write(out.decode())`;
    const command = [process.execPath, CLI, 'run', '--', process.execPath, join(folder, 'counts.js')];
    const { stdout } = spawnSync('python3', ['-c', script, ...command], { encoding: 'utf8', env });
    expect(stdout).toContain('got 1');
  });

  test('NODE_OPTIONS that are there stay', () => {
    const { stdout } = forkguard(['run', '--', process.execPath, '-p', 'process.title'], {
      env: { NODE_OPTIONS: '--title=kept' },
    });
    expect(stdout).toBe('kept\n');
  });

  test('a signal is passed on, and the exit code is that of the shell convention', async () => {
    const child = spawn(
      process.execPath,
      [CLI, 'run', '--', process.execPath, '-e', "console.log('up'); setInterval(() => {}, 1000)"],
      { env },
    );
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGTERM');
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(128 + 15);
  });

  test.each([
    ['no-such-command-here', 127, 'was not found'],
    [__filename, 126, 'cannot be run: EACCES'],
  ])('%s cannot run: exit code %i, as in a shell', (command, code, message) => {
    // a folder of the PATH that this user may not search would be EACCES, too
    const { stderr, status } = forkguard(['run', '--', command], { env: { PATH: '/usr/bin:/bin' } });
    expect(status).toBe(code);
    expect(stderr).toBe(`forkguard: the command \`${command}\` ${message}\n`);
  });

  test.each([
    [['run'], 'nothing to run'],
    [['explain', 'wait-cycles', 'held-pipes'], 'explain takes one rule, not `wait-cycles held-pipes`'],
    [
      ['run', '--exit-code', 'x', '--', 'true'],
      '--exit-code x is not understood: allowed is a whole number from 1 to 255',
    ],
    [['run', '--colour', '--', 'true'], "Unknown option '--colour'"],
  ])('%j is a mistake of the user: exit code 2, no stack trace', (args, message) => {
    const { stderr, status } = forkguard(args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe('inspect', () => {
  test('a live process that forkguard is not in: its inheritable descriptor and the lock on it', async () => {
    const lock = join(folder, 'lock');
    const child = spawn('bash', ['-c', `exec 200>"${lock}"; flock 200; echo ready; exec sleep 30`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    try {
      const { stdout, status } = forkguard(['inspect', String(child.pid)]);
      expect(status).toBe(0);
      expect(stdout).toMatch(new RegExp(`inheritable descriptors.*\\n.*200 +${lock} .*FLOCK WRITE`));
      const json = JSON.parse(forkguard(['inspect', '--json', String(child.pid)]).stdout);
      expect(json.descriptors.find(({ fd }: { fd: number }) => fd === 200)).toMatchObject({
        target: lock,
        closeOnExec: false,
      });
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('names that others chose show as they are, and do nothing', async () => {
    const name = 'evil\x1b[31m\u202e';
    const program = `
      require('fs').openSync(${JSON.stringify(join(folder, name))}, 'w');
      require('net').createServer().listen('\\0' + ${JSON.stringify(name)} + process.pid, () => console.log('ready'));`;
    const args = ['-e', program, '--', '--password', 'hunter2', name];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    try {
      for (const form of [[], ['--json']]) {
        const { stdout } = forkguard(['inspect', ...form, String(child.pid)]);
        expect(stdout).toMatch(/@evil\\+x1b\[31m\\+u202e/);
        expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(stdout).not.toContain('hunter2');
      }
    } finally {
      child.kill('SIGKILL');
    }
  });

  /** A server whose thread is in a `*Sync` call; `child` is the code that runs in the child, with PORT for its port. */
  async function blockedServer(child: string, look: (pid: number) => void): Promise<void> {
    const program = `const server = require('net').createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      const { execFileSync } = require('child_process');
      execFileSync(process.execPath, ['-e', \`${child}\`.replace('PORT', port)], { stdio: ['ignore', 'pipe', 'inherit'] });
    })`;
    const server = spawn(process.execPath, ['-e', program], { detached: true, env, stdio: 'inherit' });
    try {
      look(server.pid as number);
    } finally {
      process.kill(-(server.pid as number), 'SIGKILL');
      await new Promise((resolve) => server.on('exit', resolve));
    }
  }

  test('a hung process that forkguard is not in: who waits on what, with proof', async () => {
    const client = "require('net').connect(PORT, '127.0.0.1').resume()";
    await blockedServer(client, (pid) => {
      let stdout = '';
      for (let tries = 0; tries < 20 && !stdout.includes('stuck:'); tries++)
        stdout = forkguard(['inspect', String(pid)]).stdout;
      expect(stdout.replace(/\bpid \d+/g, 'pid N').replace(/127\.0\.0\.1:\d+/g, 'HOST:PORT')).toMatch(
        /^stuck: they wait for each other\n {2}`node` \(pid N\) waits for `node` \(pid N\) to [^\n]+\n {6}\/proc\/[\s\S]*accept its connection to HOST:PORT\n/m,
      );
      const { waits } = JSON.parse(forkguard(['inspect', '--json', String(pid)]).stdout);
      expect(waits.stuck).toMatchObject([{ grade: 'stuck', cycle: true, deadlines: [] }]);
      expect(waits.stuck[0].waits[0]).toMatchObject({ waiter: { pid }, proof: expect.anything() });
    });
  });

  test('a program that only has a timer is not called stuck, nor who waits for it', async () => {
    const program = `require('child_process').execFileSync(process.execPath, ['-e', 'setTimeout(() => {}, 30000)'])`;
    const parent = spawn(process.execPath, ['-e', program], { detached: true, env, stdio: 'ignore' });
    try {
      const children = `/proc/${parent.pid}/task/${parent.pid}/children`;
      while (readFileSync(children, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 50));
      await new Promise((resolve) => setTimeout(resolve, 300)); // the child starts
      for (const pid of [String(parent.pid), readFileSync(children, 'utf8').trim()])
        expect(forkguard(['inspect', pid]).stdout).not.toMatch(/^stuck/m);
    } finally {
      process.kill(-(parent.pid as number), 'SIGKILL');
    }
  });

  test('who has ended is not called stuck, although nobody waits for it', async () => {
    const shell = spawn('sh', ['-c', 'sleep 0.1 & exec sleep 30'], { detached: true, stdio: 'ignore' });
    try {
      const children = `/proc/${shell.pid}/task/${shell.pid}/children`;
      const ended = () => {
        const child = readFileSync(children, 'utf8').trim();
        return child !== '' && / Z /.test(readFileSync(`/proc/${child}/stat`, 'utf8'));
      };
      while (!ended()) await new Promise((resolve) => setTimeout(resolve, 50));
      const { stdout } = forkguard(['inspect', String(shell.pid)]);
      expect(stdout).toContain('zombie: ended, not reaped');
      expect(stdout).not.toMatch(/^stuck/m);
    } finally {
      process.kill(-(shell.pid as number), 'SIGKILL');
    }
  });

  test('a blocked process whose child sleeps is not called stuck, and it is said why', async () => {
    await blockedServer('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60000)', (pid) => {
      let stdout = '';
      for (let tries = 0; tries < 20 && !stdout.includes('it sleeps with a limit'); tries++)
        stdout = forkguard(['inspect', String(pid)]).stdout;
      expect(stdout).toMatch(/^not called stuck, because\n {2}`node` \(pid \d+\): .*it sleeps with a limit/m);
      expect(stdout).not.toMatch(/^stuck/m);
    });
  });

  test.each([
    [['inspect'], 2, 'inspect takes one process id'],
    [['inspect', 'nginx'], 2, 'not `nginx`'],
    [['inspect', '4194305'], 1, 'there is no process 4194305'],
  ])('%j', (args, code, message) => {
    const { stderr, status } = forkguard(args);
    expect(status).toBe(code);
    expect(stderr).toContain(message);
  });
});

test('explain lists the rules and shows a page', () => {
  expect(forkguard(['explain']).stdout).toMatch(/^shared-locks +a lock/m);
  expect(forkguard(['explain', 'shared-locks']).stdout).toMatch(/^# shared-locks\n[\s\S]*## Why\n/);
  expect(forkguard(['explain', 'locks']).stderr).toContain('is it shared-locks?');
});

test('doctor says what works', () => {
  const { stdout } = forkguard(['doctor']);
  expect(stdout).toContain('ok  the preload loads');
  const broken = forkguard(['doctor'], { env: { FORKGUARD_STALL_MS: 'x' } });
  expect(broken.stdout).toContain('NO  configuration: FORKGUARD_STALL_MS=x is not understood');
  expect(broken.status).toBe(1);
  const lost = forkguard(['doctor'], { env: { FORKGUARD_OUTPUT: join(folder, 'none', 'run.ndjson') } });
  expect(lost.stdout).toMatch(/^NO {2}output: .*run\.ndjson cannot be written: ENOENT/m);
});

test.each([['doctor'], ['report', 'run.ndjson']])('in a directory that was removed %s says so', (...args) => {
  const gone = 'd=$(mktemp -d); cd "$d"; rmdir "$d"; exec "$@"';
  const { stderr, status } = spawnSync('bash', ['-c', gone, 'bash', process.execPath, CLI, ...args], {
    encoding: 'utf8',
    env,
  });
  expect(stderr).toContain('forkguard: the working directory has been removed');
  expect(status).toBe(2);
});

test.each([
  [['--help'], 0],
  [[], 2],
  [['fly'], 2],
])('%j ends with %i', (args, code) => {
  expect(forkguard(args).status).toBe(code);
});
