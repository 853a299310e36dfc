import { constants } from 'node:os';
import type { RawDescriptor } from '../../src/procfs/procfs';
import { loopDeadline, takesMessages } from '../../src/waits/limits';
import type { Picture } from '../../src/waits/picture';
import type { Scene } from '../../src/waits/scene';

const PID = 42;
const OTHER = 7;

describe('the timer of an event loop', () => {
  const picture = { descriptor: () => undefined } as unknown as Picture;
  const scene: Scene = { picture, self: OTHER, blocked: [] };
  const deadline = (limit: number, idle?: ReadonlySet<number>) =>
    loopDeadline({ ...scene, ...(idle && { idle }) }, 'node', { pid: PID, tid: PID, limit, set: undefined });

  test.each([600, 6500, 8100, 15_000, 30_000])('of %d ms may be work to come', (ms) => {
    expect(deadline(ms)).toBeUndefined();
    expect(deadline(ms, new Set())).toBeUndefined();
  });

  test('is no work where forkguard in that process says that it has no other', () => {
    const limit = { who: 'node', what: 'a timer, if one of its timers is for this wait' };
    expect([deadline(257), deadline(8191)]).toEqual([limit, limit]);
    expect(deadline(8100, new Set([PID]))).toEqual(limit);
  });
});

describe('a process takes messages by signal', () => {
  const { SIGINT, SIGTERM, SIGUSR1, SIGUSR2 } = constants.signals;
  const set = { epoll: [{ fd: 14, events: 1 }] } as unknown as RawDescriptor;
  const takes = (caught: readonly number[], holders: readonly { pid: number; fd: number }[]) =>
    takesMessages(
      {
        descriptor: () => ({ kind: 'pipe', target: 'pipe:[1]' }),
        holders: { of: () => [{ pid: PID, fd: 14 }, ...holders] },
        procfs: {
          status: () => ({ signalsCaught: caught.reduce((bits, one) => bits | (1n << BigInt(one - 1)), 0n) }),
        },
      } as unknown as Picture,
      PID,
      set,
    );
  const itself = [{ pid: PID, fd: 15 }];

  test('where it handles SIGUSR2 and listens to a pipe of its own', () => {
    expect(takes([SIGINT, SIGTERM, SIGUSR1, SIGUSR2], itself)).toBe(true);
  });

  test('not where it handles only what Node always does, and what asks it to end', () => {
    expect(takes([SIGINT, SIGTERM, SIGUSR1], itself)).toBe(false);
  });

  test('not where nothing of its handler would come to its event loop, as in programs that are not of libuv', () => {
    expect(takes([SIGUSR2], [{ pid: OTHER, fd: 15 }])).toBe(false);
    expect(takes([SIGUSR2], [])).toBe(false);
  });
});
