import { spawnSync } from 'node:child_process';
import { readEnvironment } from '../src/environment';
import type { ForkRequest } from '../src/instruments/fork-call';
import { createProcfs } from '../src/procfs/procfs';
import { NODE } from './preload';

const read = (args: readonly string[], NODE_OPTIONS?: string) =>
  readEnvironment(
    {
      args: ['node', ...args],
      cwd: '/',
      variable: (name: string) => (name === 'NODE_OPTIONS' ? NODE_OPTIONS : undefined),
    } as unknown as ForkRequest,
    true,
    createProcfs(),
  );

/** Node itself is asked whether it loads the file, which does not exist. */
test.each([
  [['-p', '1', '--require', './missing'], true],
  [['-e', '1', '-r', './missing'], true],
  [['--title', 'x', '-C', 'dev', '--import', './missing.mjs', '-e', '1'], true],
  [['--stack-trace-limit=5', '--experimental_loader', './missing.mjs', '-e', '1'], true],
  [['-e', '1', 'word', '-r', './missing'], false],
  [['-e', '1', '--', '-r', './missing'], false],
  [['--trace-warnings', '/dev/null', '-r', './missing'], false],
])('%j: is ./missing loaded? %s', (args, loaded) => {
  expect(read(args).preloads.some(({ found }) => !found)).toBe(loaded);
  const { stderr } = spawnSync(NODE, args, { cwd: '/', encoding: 'utf8', input: '' });
  expect(/missing/.test(stderr)).toBe(loaded);
});

test.each([
  [['--inspect', '--inspect-port', '9301', 'x.js'], undefined, { port: 9301, source: 'arguments' }],
  [['--debug-port=9302', '--inspect', 'x.js'], undefined, { port: 9302, source: 'arguments' }],
  [['-p', '1', '--inspect=0.0.0.0:9303'], undefined, { host: '0.0.0.0', port: 9303, source: 'arguments' }],
  [['x.js'], '--inspect_brk --inspect-port 9304', { port: 9304, source: 'NODE_OPTIONS' }],
  [['--inspect-port', '9305', 'x.js'], undefined, undefined],
  [['x.js', '--inspect'], undefined, undefined],
])('%j with NODE_OPTIONS %j: the inspector', (args, options, inspector) => {
  const expected = inspector && { host: '127.0.0.1', ...inspector };
  expect(read(args, options).inspector).toEqual(expected);
});
