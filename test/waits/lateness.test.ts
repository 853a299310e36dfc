import { isTimeToLook, latenessOf, restMs, stepMs, waitedMs } from '../../src/waits/lateness';

const STALL = 1000;
const NOTHING = { pipes: false, asked: false, handles: false };

/** A child that was forked at 0 and has done nothing since. */
const IDLE = { forked: 0, quiet: 0 };

describe('pipes of a child that lives', () => {
  test('are due when it has been quiet for a quarter, and alive for most, of the time', () => {
    expect(latenessOf(IDLE, 599, STALL).due).toEqual(NOTHING);
    expect(latenessOf(IDLE, 600, STALL).due).toEqual({ ...NOTHING, pipes: true });
    expect(latenessOf({ forked: 0, quiet: 5000 }, 5249, STALL).due.pipes).toBe(false);
    expect(latenessOf({ forked: 0, quiet: 5000 }, 5250, STALL).due.pipes).toBe(true);
  });

  test('are over one quick step before the time, counted from the fork: the second look comes by then', () => {
    expect(latenessOf(IDLE, 919, STALL).over).toEqual(NOTHING);
    expect(latenessOf(IDLE, 920, STALL).over).toEqual({ ...NOTHING, pipes: true });
    expect(latenessOf({ forked: 0, quiet: 900 }, 920, STALL).over.pipes).toBe(true);
  });
});

describe('pipes of a child that has ended', () => {
  const ended = { forked: 0, exited: 10_000, quiet: 10_000 };

  test('are counted from its exit', () => {
    expect(latenessOf(ended, 10_599, STALL).due.pipes).toBe(false);
    expect(latenessOf(ended, 10_600, STALL)).toEqual({
      due: { ...NOTHING, pipes: true },
      over: NOTHING,
    });
    expect(latenessOf(ended, 10_920, STALL).over.pipes).toBe(true);
  });

  test('are due only after twice the time of quiet where something has come through them since', () => {
    const lively = { ...ended, quiet: 11_000, livelyAfterExit: true };
    expect(latenessOf(lively, 12_999, STALL).due.pipes).toBe(false);
    expect(latenessOf(lively, 13_000, STALL).due.pipes).toBe(true);
  });
});

test('handles have a clock of their own, whatever the child does', () => {
  const busy = { forked: 0, quiet: 10_000, handles: 9400 };
  expect(latenessOf(busy, 9999, STALL).due.handles).toBe(false);
  expect(latenessOf(busy, 10_000, STALL).due).toEqual({ ...NOTHING, handles: true });
  expect(latenessOf(busy, 10_319, STALL).over.handles).toBe(false);
  expect(latenessOf(busy, 10_320, STALL).over).toEqual({ pipes: true, asked: false, handles: true });
});

describe('a child that was asked to end', () => {
  const asked = { forked: 0, quiet: 0, asked: 10_000 };
  const whenOver = (stallMs: number) => {
    let ms = 0;
    while (!latenessOf(asked, 10_000 + ms, stallMs).over.asked) ms += 10;
    return ms;
  };

  test('may live for longer than the usual grace periods', () => {
    expect([1000, 5000].map(whenOver)).toEqual([11_920, 11_920]);
    expect(latenessOf(asked, 17_199, STALL).due.asked).toBe(false);
    expect(latenessOf(asked, 17_200, STALL).due.asked).toBe(true);
  });

  test('is looked at sooner or later where that was chosen', () => {
    expect([100, 500, 60_000].map(whenOver)).toEqual([80, 440, 59_920]);
  });
});

test('the first look comes when something is due, the second when something is over', () => {
  const due = { ...NOTHING, asked: true };
  expect(isTimeToLook({ due: NOTHING, over: { ...NOTHING, pipes: true } }, false)).toBe(false);
  expect(isTimeToLook({ due, over: NOTHING }, false)).toBe(true);
  expect(isTimeToLook({ due, over: NOTHING }, true)).toBe(false);
  expect(isTimeToLook({ due, over: { ...NOTHING, pipes: true } }, true)).toBe(true);
});

test('who waits has waited since the earliest of what is late', () => {
  expect(waitedMs({ forked: 0, quiet: 700 }, 1000)).toBe(300);
  expect(waitedMs({ forked: 0, quiet: 900, asked: 400, handles: 600 }, 1000)).toBe(600);
  expect(waitedMs({ forked: 0, quiet: 900, asked: 800, handles: 100 }, 1000)).toBe(900);
});

test('the children are asked after often at first, and then ever less', () => {
  expect([0, 9999, 10_000, 59_999, 60_000].map((calmMs) => stepMs(calmMs, STALL))).toEqual([
    80, 80, 160, 160, 960,
  ]);
  // however short or long the time is that was chosen, a step is 20 to 80 ms, and never longer than that time
  expect([0, 500, 60_000].map((calmMs) => stepMs(calmMs, 50))).toEqual([20, 40, 50]);
  expect([0, 600_000].map((calmMs) => stepMs(calmMs, 60_000))).toEqual([80, 960]);
});

test('a child about which nothing is found is left alone twice as long each time, up to a limit', () => {
  expect([1, 2, 3, 5, 6, 100].map((looks) => restMs(looks, STALL))).toEqual([
    200, 400, 800, 3200, 3200, 3200,
  ]);
});
