import { constants } from 'node:os';
import { loopTakesMessages, shellTakesMessages } from '../../src/waits/messages';
import type { Picture, ProcessPicture } from '../../src/waits/picture';
import { type SleepWays, sleeperWaits } from '../../src/waits/sleeper';
import type { Sleep } from '../../src/waits/syscalls';

const catching = (...signals: readonly NodeJS.Signals[]) => {
  const bits = signals.reduce((set, one) => set | (1n << BigInt(constants.signals[one] - 1)), 0n);
  return { procfs: { status: () => ({ signalsCaught: bits }) } } as unknown as Picture;
};
const unreadable = { procfs: { status: () => undefined } } as unknown as Picture;

const NODE = ['SIGINT', 'SIGTERM', 'SIGUSR1', 'SIGSEGV', 'SIGCHLD'] as const;
const GO = [...NODE, 'SIGUSR2', 'SIGHUP', 'SIGURG', 'SIGXCPU'] as const;

test.each([
  ['Node with nothing of its own', catching(...NODE), false],
  ['Node that clears up when it is to end', catching(...NODE, 'SIGHUP'), false],
  ['Node with a handler of SIGUSR2', catching(...NODE, 'SIGUSR2'), true],
  ['Node with the package signal-exit', catching(...NODE, 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGXCPU'), false],
  ['Python', catching('SIGINT'), false],
  ['Python with a handler of SIGUSR1', catching('SIGINT', 'SIGUSR1'), true],
  ['Go', catching(...GO), false],
  ['one that cannot be read', unreadable, false],
])('the event loop of %s', (_who, picture, takes) => {
  expect(loopTakesMessages(picture, 42)).toBe(takes);
});

test.each([
  ['a shell', catching('SIGCHLD'), false],
  ['a shell with a trap for SIGINT', catching('SIGCHLD', 'SIGINT'), false],
  ['a shell with a trap for SIGUSR1', catching('SIGCHLD', 'SIGUSR1'), true],
  ['a shell with a trap for SIGUSR2', catching('SIGCHLD', 'SIGUSR2'), true],
  ['make', catching('SIGCHLD', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGXCPU', 'SIGUSR1'), false],
  ['bash with a trap for EXIT', catching('SIGCHLD', 'SIGSEGV', 'SIGXCPU', 'SIGUSR1', 'SIGUSR2'), false],
  ['Ruby', catching('SIGINT', 'SIGTERM', 'SIGHUP', 'SIGSEGV', 'SIGUSR1', 'SIGUSR2'), false],
  ['Go', catching(...GO), false],
])('%s that waits for its children', (_who, picture, takes) => {
  expect(shellTakesMessages(picture, 42)).toBe(takes);
});

test.each([
  ['children', { kind: 'children' }],
  ['a signal', { kind: 'signal' }],
])('a shell that waits for %s may go on when it is sent its signal', (_what, sleep) => {
  const sleeper = (picture: Picture) => {
    const procfs = { ...picture.procfs, children: () => [43] };
    const ways = { scene: { picture: { ...picture, procfs }, blocked: [] } } as unknown as SleepWays;
    const seen = { stat: { pid: 42 } } as ProcessPicture;
    return sleeperWaits(ways, seen, { tid: 42, state: 'S', sleep: sleep as Sleep }, undefined);
  };
  expect(sleeper(catching('SIGCHLD'))).toEqual({ edges: [{ on: 'exit:43', until: 'to exit' }] });
  const live = 'it may be sent a signal that it handles';
  expect(sleeper(catching('SIGCHLD', 'SIGUSR1'))).toEqual({ edges: [], live });
});
