import { loopDeadline } from '../../src/waits/limits';
import type { Picture } from '../../src/waits/picture';
import type { Scene } from '../../src/waits/scene';

const PID = 42;
const OTHER = 7;

describe('the timer of an event loop', () => {
  const picture = { descriptor: () => undefined } as unknown as Picture;
  const scene: Scene = { picture, self: OTHER, blocked: [] };
  const deadline = (limit: number, idle?: ReadonlySet<number>) =>
    loopDeadline({ ...scene, ...(idle && { idle }) }, 'node', { pid: PID, tid: PID, limit, set: undefined });

  test.each([600, 4990, 6500, 8100, 15_000, 30_000])('of %d ms may be work to come', (ms) => {
    expect(deadline(ms)).toBeUndefined();
    expect(deadline(ms, new Set())).toBeUndefined();
  });

  test('is no work where forkguard in that process says that it has no other', () => {
    const limit = { who: 'node', what: 'a timer, if one of its timers is for this wait' };
    expect([deadline(257), deadline(8191)]).toEqual([limit, limit]);
    expect(deadline(8100, new Set([PID]))).toEqual(limit);
  });
});
