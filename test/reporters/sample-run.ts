import type { Fork, ForkRecord } from '../../src/model';
import { forkRecord, gapRecord, hazardRecord, summaryRecord } from '../../src/render';
import { fork, hazards, inherited, sharedLock, waitCycle } from './sample';

const START = Date.UTC(2026, 10, 22, 1, 2, 2);

const at = (
  ms: number,
  id: string,
  pid: number,
  child: number,
  command: string,
  more: Partial<Fork> = {},
): ForkRecord =>
  fork(id, pid, command, {
    time: START + ms,
    child: { pid: child, command },
    args: command.split(' '),
    ...more,
  });

/** What a small service and its helpers leave in `FORKGUARD_OUTPUT` with `FORKGUARD_FORKS=1`. */
export const sampleRun: string = [
  ...[
    at(120, '7040-0-0', 7040, 7039, 'git rev-parse HEAD', { api: 'execFile' }),
    at(1210, '7040-0-1', 7040, 7041, 'curl', { api: 'spawnSync', blocking: true, blockedMs: 1004.2 }),
    at(3080, '7040-0-2', 7040, 7052, 'redis-server'),
    at(3300, '7040-0-3', 7040, 7060, 'node worker.js', { api: 'child_process.fork' }),
    at(3420, '7060-0-1', 7060, 7071, 'sh -c "convert in.png -resize 50% out.webp"', {
      api: 'exec',
      shell: true,
    }),
    at(3900, '7060-0-2', 7060, 7074, 'ffprobe -v error clip.mp4', { blockedMs: 41.3 }),
    at(4700, '7040-0-4', 7040, 7090, 'tar -czf backup.tgz data', { api: 'spawn', detached: true }),
    at(5200, '7060-0-3', 7060, 7095, 'node thumbnails.js', { api: 'child_process.fork' }),
    at(5600, '7095-0-1', 7095, 7101, 'convert a.png b.png', { api: 'execFile' }),
  ].map(forkRecord),
  ...hazards.map(hazardRecord),
  hazardRecord({ ...waitCycle, time: START + 2210 }),
  hazardRecord({
    ...inherited,
    severity: 'warning',
    rule: 'lingering-stdio',
    fingerprint: '00ff',
    what: 'detached child `tar` keeps this process’s stdout, a pipe that `npm` reads',
    opened: 'there before this process began',
    forked: sharedLock.forked,
    why: 'whoever waits for the end of that pipe waits for `tar`; a CI step ends only when `tar` does',
    help: "start it with `stdio: 'ignore'`, or give it a file",
    proof: ['/proc/7090/fd/1 -> pipe:[1893301]', '/proc/7022/fd/19 -> pipe:[1893301]'],
    time: START + 4700,
    fork: '7040-0-4',
    child: { pid: 7090, command: 'tar' },
    docs: 'docs/rules/lingering-stdio.md',
  }),
  hazardRecord({
    ...sharedLock,
    rule: 'unread-output',
    severity: 'error',
    fingerprint: '11ff',
    pid: 7060,
    what: 'child `ffprobe` waits for somebody to read its stderr',
    opened: undefined,
    why: '`ffprobe` waits for this process to read its stderr, a socket pair that is full; it goes on when somebody reads',
    help: "add `child.stderr.resume()`, or start it with `stdio: ['ignore', 'pipe', 'ignore']`",
    proof: [
      '/proc/7074/wchan: sock_alloc_send_pskb',
      'stderr of pid 7074: 212992 bytes queued, nothing read for 1.0 s',
    ],
    time: START + 5000,
    fork: '7060-0-2',
    child: { pid: 7074, command: 'ffprobe' },
    resource: undefined,
    docs: 'docs/rules/unread-output.md',
  }),
  gapRecord({ what: '/proc/7101/fd', why: 'EACCES: permission denied' }),
  gapRecord({ what: '/proc/7101/fd', why: 'EACCES: permission denied' }),
  summaryRecord({ pid: 7040, forks: 5, hazards: { 'wait-cycles': 2, 'shared-locks': 1 }, gaps: 0 }),
  summaryRecord({ pid: 7060, forks: 3, hazards: { 'unread-output': 1 }, gaps: 2 }),
]
  .map((record) => `${JSON.stringify(record)}\n`)
  .join('');
