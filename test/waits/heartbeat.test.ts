import { heartbeat, isIdleHeartbeat, isTimedHeartbeat } from '../../src/waits/heartbeat';

const NTH = [6, 7, 8, 9, 10, 11, 12, 50];

test('a pause tells whether the program has a timer', () => {
  const timer = setTimeout(() => {}, 60_000);
  const timed = NTH.map(heartbeat);
  clearTimeout(timer);
  expect(timed.filter((ms) => isTimedHeartbeat(ms) && !isIdleHeartbeat(ms))).toEqual(timed);
  const resources = jest.spyOn(process, 'getActiveResourcesInfo').mockReturnValue(['TTYWrap']);
  const idle = NTH.map(heartbeat);
  resources.mockRestore();
  expect(idle.filter((ms) => isIdleHeartbeat(ms) && !isTimedHeartbeat(ms))).toEqual(idle);
});

test('other lengths tell nothing', () => {
  for (const ms of [100, 250, 500, 499, 600, 1000, 2000, 5000, 8100, 30_000])
    expect([ms, isIdleHeartbeat(ms), isTimedHeartbeat(ms)]).toEqual([ms, false, false]);
});
