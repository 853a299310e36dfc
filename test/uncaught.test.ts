import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode } from './preload';
import { ROOT } from './program';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkguard-uncaught-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (script: string) => {
  const app = join(folder, 'app.js');
  writeFileSync(app, script);
  return {
    bare: runNode([app], {}, false),
    guarded: runNode([app], { env: { FORKGUARD_REPORTERS: 'none' } }),
  };
};
/** The line that Node shows as the one that threw, and the error's own lines; frames of a stack differ. */
const shown = (stderr: string) =>
  stderr
    .split('\n')
    .filter((line) => !/^\s+at /.test(line))
    .join('\n')
    .replace(/pid: \d+/, 'pid: N');

test.each([
  [
    'execSync of a command that fails',
    "require('node:child_process').execSync('exit 3', { stdio: 'ignore' });",
  ],
  [
    'execFileSync of a program that does not exist',
    "require('node:child_process').execFileSync('no-such-program');",
  ],
  ['wrong arguments', "require('node:child_process').spawnSync('true', [], { cwd: 3 });"],
  ['spawn with a NUL in an argument', "require('node:child_process').spawn('true', ['a\\0b']);"],
])('%s, not caught: Node names the same line as without forkguard', (_, script) => {
  const { bare, guarded } = run(script);
  expect(guarded.status).toBe(bare.status);
  expect(shown(guarded.stderr)).toBe(shown(bare.stderr));
  expect(bare.stderr).toContain('node:child_process');
});

test('a hazard that is thrown and not caught: Node shows a line of ours, not a file, and the name of its class', () => {
  const app = join(folder, 'app.js');
  writeFileSync(app, "require('node:child_process').spawnSync('true', { cwd: '/no/such/directory' });");
  const { stderr } = runNode([app], { env: { FORKGUARD: 'throw', FORKGUARD_REPORTERS: 'none' } });
  expect(stderr).toContain('^\n\nForkHazardError: missing-directories: child `true` cannot start');
  expect(Math.max(...stderr.split('\n').map((line) => line.length))).toBeLessThan(400);
});

test('a place is shown and written as in the records, and as nothing where nobody knows it', () => {
  const program = `
    const { CapturedSite, capture } = require(${JSON.stringify(join(ROOT, 'dist/src/site.js'))});
    const sites = [capture(4), new CapturedSite(undefined)];
    console.log(sites, JSON.stringify(sites));`;
  const app = join(folder, 'app.js');
  writeFileSync(app, program);
  const place = `{"file":"${app}","line":3,"column":20,"function":null}`;
  expect(runNode([app]).stdout).toBe(`[ ${app}:3:20, null ] [${place},null]\n`);
});

test('a *Sync call that throws because of its directory is still explained', () => {
  const app = join(folder, 'app.js');
  writeFileSync(
    app,
    "try { require('node:child_process').execSync('true', { cwd: '/no/such/directory' }); } catch {}",
  );
  expect(runNode([app]).stderr).toContain('error[missing-directories] child `true` cannot start');
});

test('a command that removes its directory and fails is not', () => {
  const app = join(folder, 'app.js');
  writeFileSync(
    app,
    "const cwd = require('node:fs').mkdtempSync('gone-'); try { require('node:child_process').execSync('rmdir \"$PWD\"; exit 1', { cwd }); } catch {}",
  );
  expect(runNode([app], { cwd: folder }).stderr).toBe('');
});
