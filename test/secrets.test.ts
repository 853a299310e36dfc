/**
 * A program that has secrets wherever text can come from, told through everything that tells: none may get out, not
 * those with a known look, and not those that only the user knows.
 */

import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NODE, REGISTER } from './preload';
import { misfits } from './schema';

const CLI = join(__dirname, '..', 'dist', 'src', 'cli.js');
const CANARY = 'ghp_CANARYcanaryCANARY77';
const OWN = 'corp-canary-';

/** Secrets of both kinds in environment, arguments, shell strings, source, paths, addresses, titles, NODE_OPTIONS. */
const PROGRAM = `
const { spawn, spawnSync } = require('node:child_process');
const { copyFileSync, openSync } = require('node:fs');
const net = require('node:net');
const { once } = require('node:events');
const [folder, secret] = [__dirname, process.env.SECRET];
for (const name of ['forkguard:hazard', 'tracing:forkguard:fork:start', 'tracing:forkguard:fork:asyncEnd'])
  require('node:diagnostics_channel').subscribe(name, (message) => {
    const { fork = message } = message;
    console.log(JSON.stringify([fork, fork.command, fork.file, fork.args, message.command]));
  });
process.title = 'app --password=' + secret;
const quiet = (child) => child.on('error', () => {}).unref();
(async () => {
  for (const name of ['token=' + secret, '${OWN}1']) {
    quiet(spawn('true', { cwd: folder + '/no/' + name }));
    spawnSync('sh', ['-c', 'curl -u me:' + name + ' https://me:' + secret + '@host/?token=' + secret], { cwd: '/no' });
    spawnSync("curl -H 'Authorization: Bearer " + secret + "' ${OWN}2", { shell: true, cwd: '/no' });
    quiet(spawn(process.execPath, ['--require', './' + name, '-e', '0'], { cwd: '/' }));
    const env = { PATH: process.env.PATH, CORP_KEY: secret, NODE_OPTIONS: '--require ./' + name };
    quiet(spawn('node', ['-e', '0'], { cwd: '/', env }));
    const server = net.createServer().listen(folder + '/' + name.slice(0, 24) + '.sock');
    await once(server, 'listening');
    const client = net.connect(server.address());
    await once(client, 'connect');
    const log = openSync(folder + '/' + name + '.log', 'w');
    const stdio = ['ignore', log, log, server._handle.fd, client._handle.fd];
    quiet(spawn('sleep', ['30'], { stdio, detached: true }));
    copyFileSync('/bin/true', folder + '/' + name);
    openSync(folder + '/' + name, 'r+');
    try { quiet(spawn(folder + '/' + name)); } catch {}
  }
  spawnSync('curl', ['-u', 'me:CANARY', '--token', 'CANARY', '${OWN}3'], { cwd: '/no', env: { CORP_KEY: 'CANARY' } });
  spawnSync('mysql -pCANARY --badge CANARY; echo ${OWN}4', { shell: true, cwd: '/no' });
  spawn('bash', ['-c', 'exec -a "worker --token=' + secret + ' ${OWN}5" sleep 30'], { stdio: 'ignore' }).unref();
  spawn('sh', ['-c', 'printf ${OWN}6 >/proc/$$/comm; read x <&3; : ' + secret], { stdio: [0, 1, 2, 'pipe'] }).unref();
  console.log('ready');
  setTimeout(() => process.exit(), Number(process.env.WAIT ?? 500));
})();`;

/** Two locked descriptors above 16 are left to the program, and none of the test runner's launcher. */
const LAUNCH = `
for f in /proc/$$/fd/*; do n=$\{f##*/}; if [ "$n" -gt 2 ] && [ "$n" -ne 255 ]; then eval "exec $n>&-"; fi; done
exec 20>"$PWD/${OWN}7.lock" 21>"$PWD/token=${CANARY}.lock"; flock 20; flock 21
exec "$@"`;

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkguard-secrets-'));
  const { NODE_OPTIONS: _, ...environment } = process.env;
  env = { ...environment, SECRET: CANARY, FORKGUARD_REDACT: `${OWN}*,--badge,CORP_*`, FORKGUARD_FORKS: '1' };
  writeFileSync(join(folder, 'app.js'), PROGRAM);
});
afterEach(() => {
  // what the program has left behind on purpose
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/cwd`) === folder) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // another user's, or gone
    }
  }
  rmSync(folder, { recursive: true, force: true });
});

const launched = (...command: string[]): [string, string[]] => ['bash', ['-c', LAUNCH, 'bash', ...command]];

function keepsSecrets(text: string): void {
  expect(text).not.toMatch(new RegExp(`.{0,80}(?:canary-\\d|${CANARY}|CANARY).{0,80}`, 'i'));
}

test.each(['terminal', 'ndjson', 'github', 'sarif', 'junit', 'html'])('reporter %s', (reporter) => {
  const output = join(folder, 'report');
  const { stdout, stderr } = spawnSync(...launched(NODE, '-r', REGISTER, 'app.js', CANARY, `${OWN}8`), {
    cwd: folder,
    encoding: 'utf8',
    env: { ...env, FORKGUARD_REPORTERS: reporter, FORKGUARD_OUTPUT: output },
  });
  const written = ['terminal', 'github'].includes(reporter) ? '' : readFileSync(output, 'utf8');
  const told = stdout + stderr + written;
  for (const rule of ['missing-directories', 'shared-locks', 'inherited-listeners', 'relative-preloads'])
    expect(told).toContain(rule);
  keepsSecrets(told);
  if (reporter === 'ndjson')
    expect(
      written
        .trim()
        .split('\n')
        .flatMap((line) => misfits(JSON.parse(line))),
    ).toEqual([]);
});

test('inspect, with and without --json', async () => {
  const [command, args] = launched(NODE, 'app.js', CANARY, `${OWN}8`);
  const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
  const program = spawn(command, args, { cwd: folder, env: { ...env, WAIT: '30000' }, stdio });
  try {
    await once(program.stdout, 'data');
    const children = readFileSync(`/proc/${program.pid}/task/${program.pid}/children`, 'utf8').trim();
    const pids = [String(program.pid), ...children.split(' ').slice(-2)];
    const asked = pids.flatMap((pid) => [[pid], ['--json', pid]]);
    await Promise.all(
      asked.map(async (words) => {
        const { stdout, stderr } = await promisify(execFile)(NODE, [CLI, 'inspect', ...words], { env });
        expect(stdout).toContain('[redacted]');
        keepsSecrets(stdout + stderr);
      }),
    );
  } finally {
    program.kill();
    await once(program, 'exit');
  }
});

test.each([
  ['run', '--exit-code', `token=${CANARY}`, '--', 'true'],
  ['run', `${OWN}1`],
  ['run', '--', `/no/token=${CANARY}`],
  ['run', '--', `/no/${OWN}1`],
  [`${OWN}1`],
  ['explain', `token=${CANARY}`],
  ['inspect', `${OWN}1`],
  ['report', `/no/${OWN}1`, '--html', `${OWN}2`],
  ['doctor'],
])('what %s %s says of itself', (...args) => {
  const { stdout, stderr } = spawnSync(NODE, [CLI, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...env, FORKGUARD_STALL_MS: `token=${CANARY}`, FORKGUARD_REPORTERS: `./${OWN}1` },
  });
  expect(stdout + stderr).toContain('[redacted]');
  keepsSecrets(stdout + stderr);
});

test('a report of before FORKGUARD_REDACT was set', () => {
  const records = join(folder, 'run.ndjson');
  const gap = { type: 'gap', what: `${OWN}1`, why: `https://me:${CANARY}@host/` };
  writeFileSync(records, `${JSON.stringify(gap)}\n`);
  const page = join(folder, 'page.html');
  spawnSync(NODE, [CLI, 'report', records, '--html', page], { env });
  expect(readFileSync(page, 'utf8')).toContain('https://me:[redacted]@host/');
  keepsSecrets(readFileSync(page, 'utf8'));
});
