import type { ForkRequest } from '../../src/instruments/fork-call';
import { QuickCalls } from '../../src/waits/quick-calls';

const command = (...args: string[]) => ({ file: 'git', args }) as unknown as ForkRequest;

test('a command is proven by eight quick calls of exactly this command', () => {
  const calls = new QuickCalls();
  for (let i = 0; i < 8; i++) {
    expect(calls.isProven(command('status'))).toBe(false);
    calls.note(command('status'), true);
  }
  expect(calls.isProven(command('status'))).toBe(true);
  expect(calls.isProven(command('fetch'))).toBe(false);
});

test('one slow call, and it begins anew', () => {
  const calls = new QuickCalls();
  for (let i = 0; i < 8; i++) calls.note(command('status'), true);
  calls.note(command('status'), false);
  expect(calls.isProven(command('status'))).toBe(false);
});

test('the watcher can go after a run of calls that nobody watched, and only once for each run', () => {
  const calls = new QuickCalls();
  for (let i = 0; i < 8; i++) calls.note(command('status'), true);
  const idle = Array.from({ length: 40 }, () => calls.isProven(command('status')) && calls.idle);
  expect(idle.filter(Boolean)).toHaveLength(1);
  calls.isProven(command('fetch'));
  expect(calls.idle).toBe(false);
});
