import type { RawDescriptor } from '../../src/procfs/procfs';
import { loopDeadline } from '../../src/waits/limits';
import type { Picture } from '../../src/waits/picture';
import type { Scene } from '../../src/waits/scene';

const PID = 42;
const OTHER = 7;

describe('the timer of an event loop', () => {
  const inode = 500;
  const rows = [
    { protocol: 'tcp', inode, state: 'established', local: '127.0.0.1:40000', remote: '127.0.0.1:80' },
    { protocol: 'tcp', inode: 0, state: 'established', local: '127.0.0.1:80', remote: '127.0.0.1:40000' },
  ];
  const sockets = { rows: () => rows, find: (one: number) => rows.find((row) => row.inode === one) };
  const picture = { descriptor: () => ({ inode }), sockets, process: () => undefined } as unknown as Picture;
  const scene: Scene = { picture, self: OTHER, blocked: [] };
  const deadline = (limit: number, idle?: ReadonlySet<number>) =>
    loopDeadline({ ...scene, ...(idle && { idle }) }, 'node', { pid: PID, tid: PID, limit, set: undefined });

  test.each([600, 4990, 6500, 8100, 15_000, 30_000])('of %d ms may be work to come', (ms) => {
    expect(deadline(ms)).toBeUndefined();
    expect(deadline(ms, new Set())).toBeUndefined();
  });

  const asking = { epoll: [{ fd: 20, events: 1 }] } as unknown as RawDescriptor;
  test.each([
    [4990, '5'],
    [8100, '8'],
    [30_093, '30'],
  ])('of %d ms may be one of Node or V8, where a request of the loop is not accepted', (limit, seconds) => {
    const loop = { pid: PID, tid: PID, limit, set: asking };
    const what = `a timer that is due in ${seconds} s, if it is for this wait`;
    expect(loopDeadline(scene, 'node', loop)).toEqual({ who: 'node', what });
    const accepted = { ...sockets, rows: () => [rows[0]!, { ...rows[1]!, inode: 501 }] };
    const holders = { of: () => [] };
    const heard = { ...scene, picture: { ...picture, sockets: accepted, holders } as unknown as Picture };
    expect(loopDeadline(heard, 'node', loop)).toBeUndefined();
  });

  test.each([600, 4063, 8161, 15_000, 29_999, 30_000, 30_200])(
    'of %d ms is work to come, whatever it has asked',
    (limit) => {
      expect(loopDeadline(scene, 'node', { pid: PID, tid: PID, limit, set: asking })).toBeUndefined();
    },
  );

  test('is no work where forkguard in that process says that it has no other', () => {
    const limit = { who: 'node', what: 'a timer, if one of its timers is for this wait' };
    expect([deadline(257), deadline(8191)]).toEqual([limit, limit]);
    expect(deadline(8100, new Set([PID]))).toEqual(limit);
  });

  test("in a process above the blocked one only a long pause says so: it may have a timer that is unref'd", () => {
    const below = { ...picture, process: () => ({ stat: { ppid: PID } }) } as unknown as Picture;
    const above = (limit: number) =>
      loopDeadline({ ...scene, picture: below }, 'node', { pid: PID, tid: PID, limit, set: undefined });
    expect([above(257), above(1021)]).toEqual([undefined, undefined]);
    expect(above(2039)).toBeDefined();
  });
});
