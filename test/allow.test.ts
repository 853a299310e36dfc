import { isAllowed } from '../src/allow';
import type { Hazard } from '../src/model';

const hazard: Hazard = {
  rule: 'shared-locks',
  severity: 'warning',
  what: 'child `sleep` shares the lock on /run/app.lock',
  opened: 'before the program began',
  forked: { frames: [{ file: '/app/src/jobs.js', line: 3, column: 1 }] },
  why: '',
  help: '',
  proof: ['x'],
  subject: '/run/app.lock',
  child: { pid: 2, command: 'sleep 60' },
  docs: '',
  fingerprint: '',
  time: 0,
  pid: 1,
  threadId: 0,
};

test.each([
  [{ rule: 'shared-locks' }, true],
  [{ rule: 'shared-*' }, true],
  [{ rule: 'slow-forks' }, false],
  [{ rule: 'shared-locks', command: 'sleep *' }, true],
  [{ rule: 'shared-locks', command: 'sleep' }, false],
  [{ rule: 'shared-locks', target: '/run/*.lock' }, true],
  [{ rule: 'shared-locks', target: '/var/*' }, false],
  [{ rule: 'shared-locks', site: 'src/jobs.js' }, true],
  [{ rule: 'shared-locks', site: '/app/*' }, true],
  [{ rule: 'shared-locks', site: 'src/other.js' }, false],
  [{ rule: 'shared-locks', command: 'sleep *', site: 'src/other.js' }, false],
  [{ rule: 'shared-locks', command: 'sleep 6*60' }, false],
])('%j: %s', (allowance, expected) => {
  expect(isAllowed(hazard, [allowance])).toBe(expected);
});
