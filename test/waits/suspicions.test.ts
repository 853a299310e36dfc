import type { StalledChild } from '../../src/facts/stall';
import type { Fork } from '../../src/model';
import { Suspicions } from '../../src/waits/suspicions';

const OVER = { pipes: true, asked: true, handles: true };
const CHILD = { pid: 7, command: 'cat' };

function found(part: Partial<StalledChild>): StalledChild {
  return { fork: {} as Fork, child: CHILD, heldBy: [], unread: [], ...part };
}

const held = (pid: number) => found({ heldBy: [{ pid, command: 'sleep', pipes: ['stdout'], proof: [] }] });
const asked = found({ asked: { signal: 'SIGTERM', ms: 900, disposition: 'ignored', proof: [] } });
const unread = (reading: 'paused' | 'left') =>
  found({ unread: [{ stream: 'stdout', reading, process: CHILD, stuck: 'stuck', proof: [] }] });

test('a finding is reported when a second look finds the same, and never again', () => {
  const suspicions = new Suspicions();
  expect(suspicions.note(held(1), OVER)).toBe('new');
  expect(suspicions.any).toBe(true);
  expect(suspicions.note(held(1), OVER)).toBe('sure');
  expect(suspicions.note(held(1), OVER)).toBe('nothing');
  expect(suspicions.any).toBe(false);
});

test('another holder, and another state of the stream, is another finding', () => {
  const suspicions = new Suspicions();
  suspicions.note(held(1), OVER);
  expect(suspicions.note(held(2), OVER)).toBe('new');
  expect(suspicions.note(unread('paused'), OVER)).toBe('new');
  expect(suspicions.note(unread('left'), OVER)).toBe('new');
  expect(suspicions.note(unread('left'), OVER)).toBe('sure');
});

test('a finding waits for its own clock', () => {
  const suspicions = new Suspicions();
  suspicions.note(asked, OVER);
  expect(suspicions.note(asked, { ...OVER, asked: false })).toBe('new');
  expect(suspicions.note(asked, { pipes: false, asked: true, handles: false })).toBe('sure');
});

test('a look that finds nothing clears the child', () => {
  const suspicions = new Suspicions();
  suspicions.note(asked, OVER);
  expect(suspicions.note(undefined, OVER)).toBe('nothing');
  expect(suspicions.note(asked, OVER)).toBe('new');
});

test('what is only true of a child that does nothing is found anew once it has moved', () => {
  const suspicions = new Suspicions();
  suspicions.note({ ...asked, heldBy: held(1).heldBy }, OVER);
  suspicions.moved();
  expect(suspicions.any).toBe(true);
  expect(suspicions.note(held(1), OVER)).toBe('new');
  suspicions.note(asked, OVER);
  suspicions.moved();
  expect(suspicions.note(asked, OVER)).toBe('sure');
});
