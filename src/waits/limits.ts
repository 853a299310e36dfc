/** What limits the wait of a thread: a poll that runs out, a timer of its event loop. */

import { constants } from 'node:os';
import { catchesSignal } from '../procfs/parse-process';
import type { RawDescriptor } from '../procfs/procfs';
import { asks } from './asks';
import type { Deadline } from './graph';
import { isIdleHeartbeat, isTimedHeartbeat } from './heartbeat';
import type { Picture } from './picture';
import type { Scene } from './scene';
import type { Limit } from './syscalls';

/**
 * Node's HTTP agent has a timer of 5 s for each of its connections, and V8 one of 8.1 s to give memory back (in Node 26
 * first one of 30.1 s: `MemoryReducer` in V8's src/heap): in milliseconds, the ranges in which a loop sleeps that has
 * nothing else before it. A timer of the program of 4 to 8 s looks no different; those of 30 s are shorter than V8's.
 */
const OWN_TIMERS_MS = [
  { least: 4000, most: 8200 },
  { least: 30_020, most: 30_110 },
];

/**
 * A timer that came round for so long, with nothing done, does nothing: the timeouts of `fetch` tick twice a second.
 * A timer behind it that is due later cannot be seen from outside, which is why this lasts so long.
 */
export const TICKING_MS = 5000;

/**
 * Whoever has started a blocked process may end the wait with a timer that is unref'd, as `AbortSignal.timeout()` is,
 * of which Node does not tell: so long a pause of its event loop, in milliseconds, shows that none is due soon.
 */
const LONG_PAUSE_MS = 2000;

/** An event loop that sleeps in epoll_wait. */
interface Loop {
  readonly pid: number;
  readonly tid: number;
  readonly limit: Limit;
  readonly set: RawDescriptor | undefined;
}

export function pollDeadline(who: string, name: string, limit: Limit, again: boolean): Deadline {
  const length = typeof limit === 'number' ? `${(limit / 1000).toFixed(1)} s` : 'unknown length';
  if (again) return { who, what: `a limit of its own, if it has one: it wakes from ${name} every ${length}` };
  return { who, what: `the limit of its call of ${name} (${length}), if it does` };
}

/**
 * Timers of an event loop that only limit a wait; every other timer is work to come, and what comes after it cannot be
 * seen before it is gone.
 */
export function loopDeadline(
  scene: Scene,
  who: string,
  { pid, tid, limit, set }: Loop,
): Deadline | undefined {
  const ms = typeof limit === 'number' ? limit : 0;
  const mayBeOwn = OWN_TIMERS_MS.some(({ least, most }) => ms > least && ms <= most) && !isTimedHeartbeat(ms);
  // who has asked, and is not heard, waits for the answer first of all
  if (mayBeOwn && asks(scene, pid, set)) {
    return { who, what: `a timer that is due in ${(ms / 1000).toFixed(0)} s, if it is for this wait` };
  }
  // others of its timers may do anything, and do it at last: only our own is known to do nothing
  const seenIdle = scene.idle?.has(pid) ?? isIdleHeartbeat(ms);
  const idles = pid !== scene.self && pid === tid && seenIdle && (ms > LONG_PAUSE_MS || !isAbove(scene, pid));
  const idled = idledFor(scene, pid, tid) ?? 0;
  if (!idles && (idled < TICKING_MS || !asks(scene, pid, set))) return undefined;
  const times = idles ? '' : `, which came round for ${(idled / 1000).toFixed(1)} s and did nothing`;
  return { who, what: `a timer${times}, if one of its timers is for this wait` };
}

/** Whether the blocked process is below that one. */
function isAbove({ picture, self }: Scene, pid: number): boolean {
  let at = self;
  for (let hops = 0; at !== undefined && at > 1 && hops < 64; hops++) {
    at = picture.process(at)?.stat.ppid;
    if (at === pid) return true;
  }
  return false;
}

/** Only main threads are followed: what they do says nothing about the other threads of their process. */
export function idledFor(scene: Scene, pid: number, tid: number): number | undefined {
  return pid === tid ? scene.idled?.get(pid) : undefined;
}

/**
 * The thread that Node starts first has an event loop for the delayed tasks of V8's pool, and its timers: it runs
 * none of the program (src/node_platform.cc, `DelayedTaskScheduler`).
 */
export function runsDelayedTasks(picture: Picture, pid: number, tid: number): boolean {
  return (
    picture.process(pid)?.threads?.[1]?.tid === tid && picture.procfs.executable(pid) === process.execPath
  );
}

export function isTcp(picture: Picture, pid: number, fd: number | undefined): boolean {
  const inode = fd === undefined ? undefined : picture.descriptor(pid, fd)?.inode;
  return inode !== undefined && picture.sockets.find(inode)?.protocol.startsWith('tcp') === true;
}

/** A timer of a process that is none of an event loop's. `who` is its name. */
export function ownTimer(picture: Picture, pid: number, who: string): Deadline | undefined {
  const timers = picture.procfs.timers(pid);
  if (timers !== 0) return { who, what: 'its own timer (timer_create)' };
  return catchesSignal(picture.procfs.status(pid), constants.signals.SIGALRM)
    ? { who, what: 'its own alarm, if it has set one' }
    : undefined;
}
