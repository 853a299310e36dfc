/**
 * Watches whether a call gets on, proves what is stuck and writes the report by itself: the thread that it is about
 * can do nothing. Loaded in the watcher thread with the first call that takes its time.
 */

import { BroadcastChannel, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Engine } from '../engine';
import type { StalledCall } from '../facts/stall';
import { createProcfs } from '../procfs/procfs';
import { redactAlso } from '../redact';
import { createReporter, DOCUMENT_REPORTERS, LIVE_REPORTERS } from '../reporters';
import { stallRules } from '../rules/at-stall';
import { messageOf, say } from '../say';
import { toldOnce } from '../told';
import type { Board } from './board';
import { breakCall } from './break';
import { CallTimeout } from './call-timeout';
import { lookAtCall, sameFinding } from './calls';
import { forkOf } from './fork-note';
import type { BlockedThread, Told } from './notes';
import { OUTPUT_CHANNEL, type OutputMessage } from './pending-output';
import { Progress } from './progress';
import { type Stalled, StallView } from './stall-view';
import { createPeerReader } from './unix-peers';
import type { WatcherData } from './watcher';

/** Those that write a file at the end, or need the program's own SDK: the blocked thread tells them afterwards. */
const isLater = (name: string) => DOCUMENT_REPORTERS.has(name) || name === 'otel';

const data = workerData as WatcherData;
const { config } = data;
redactAlso(config.redact);
const procfs = createProcfs();
const self = procfs.threadSelf() ?? 0;
const found: Told[] = [];
const peerOf = createPeerReader();
/** What worker threads have said of their output, and when it was heard. They say it ten times a second. */
const told = new Map<number, OutputMessage & { readonly at: number }>();
const RECENT_MS = 500;
// read where it lies, never listened to: this thread has no event loop to speak of
const outputs = new BroadcastChannel(OUTPUT_CHANNEL);

const engine = new Engine({
  rules: () => stallRules,
  allow: config.allow,
  reporters: () =>
    [...(config.reporters ?? ['terminal']), ...config.besides]
      .filter((name) => !isLater(name))
      .flatMap((name) => {
        try {
          const options = { cwd: data.cwd, ...(config.output !== undefined && { output: config.output }) };
          const reporter = createReporter(name, options);
          return LIVE_REPORTERS.has(name) ? toldOnce(reporter) : reporter;
        } catch (error) {
          say(messageOf(error));
          return [];
        }
      }),
  publish: () => {},
  pid: data.pid,
  threadId: data.threadId,
});
// a repeat, too, is an event of the span that is active then
engine.hearer = (hazard) => {
  found.push({ hazard });
  return false;
};

/** The rhythm of looking whether the call gets on, in milliseconds. */
const step = Math.min(80, Math.max(20, config.stallMs / 8));

/** The first of the two looks comes at this part of `stallMs`, so that the second is not late. */
const EARLY = 0.6;

/** Milliseconds between two looks: often about the time when a report would be due, then less and less. */
function paceAt(age: number): number {
  if (age > EARLY * config.stallMs && age < 1.5 * config.stallMs) return step / 2;
  if (age < 3 * config.stallMs) return step;
  return age < 60_000 ? 3 * step : 12 * step;
}

/** Returns when the call has come back, or when all that can be said has been said. */
export function watch(board: Board, note: BlockedThread, sequence: number): void {
  const timeout = new CallTimeout(procfs, note, config.stallMs);
  if ((note.call.timeoutMs ?? Number.POSITIVE_INFINITY) <= config.stallMs) {
    // it ends by itself before anybody would call it late
    while (timeout.rest !== Number.POSITIVE_INFINITY)
      if (board.sleep(sequence, timeout.rest) || isTold(board, note, sequence, timeout)) return;
    return;
  }
  const progress = new Progress(procfs, note);
  const began = note.call.since;
  let suspected: StalledCall | undefined;
  let fruitless = 0;
  let nextLook = 0;
  const pace = () => (suspected ? step / 4 : paceAt(Date.now() - began));
  for (let rest = 0; !board.sleep(sequence, rest); rest = Math.min(pace(), timeout.rest)) {
    if (isTold(board, note, sequence, timeout)) return;
    const moved = progress.look();
    if (moved) suspected = undefined;
    // what could not be proven a moment ago may be now
    if (moved || progress.takeNews()) {
      fruitless = 0;
      nextLook = 0;
    }
    const now = Date.now();
    // two pictures prove it; the time is there so that nobody is blamed for a pause
    const quiet = now - progress.since >= config.stallMs / 2;
    const due = now - began >= (suspected ? config.stallMs - step : EARLY * config.stallMs);
    if (!quiet || !due || now < nextLook || progress.busy) continue;
    const seen = lookAtCall(procfs, note, self, progress, pendingOutput(note), peerOf);
    if (seen && suspected && sameFinding(seen, suspected)) {
      reportCall(board, note, seen, sequence);
      return;
    }
    suspected = seen;
    if (!seen) nextLook = now + config.stallMs * 0.1 * 2 ** Math.min(8, fruitless++);
  }
}

/** Whether the timeout of the call has come and its child lives on, and that has been said. */
function isTold(board: Board, note: BlockedThread, sequence: number, timeout: CallTimeout): boolean {
  const { leaving, ignoring } = timeout.look();
  if (leaving) {
    found.push({ leaving });
    tell(board);
  }
  if (ignoring) report(board, note, { children: [ignoring] }, sequence);
  return ignoring !== undefined;
}

function tell(board: Board): void {
  // else it is told with what is found next
  if (board.tell(found)) found.length = 0;
}

function reportCall(board: Board, note: BlockedThread, call: StalledCall, sequence: number): void {
  const breaks =
    config.break && call.kind === 'sync' && call.verdict !== undefined && call.child !== undefined;
  const broken =
    breaks &&
    `forkguard ends pid ${call.child?.pid} and what it has started, because of \`FORKGUARD_BREAK=1\``;
  const calls = [{ ...call, ...(broken && { broken }) }];
  // the report comes first: with its child gone the process may end at any time
  if (report(board, note, { calls }, sequence) && breaks) breakCall(procfs, note);
}

/** Returns whether the call was still blocked: it may have come back while we looked. */
function report(board: Board, note: BlockedThread, stalled: Stalled, sequence: number): boolean {
  if (board.sequence !== sequence) return false;
  const { threadId, call } = note;
  const time = Date.now();
  const fork = call.fork && { fork: forkOf(call.fork) };
  const moment = { type: 'stall' as const, time, threadId, waitedMs: time - call.since, ...fork };
  engine.run('stall', new StallView(moment, data.pid, stalled));
  for (const gap of procfs.failures()) engine.gap(gap);
  tell(board);
  return true;
}

/** Worker threads that have said, a moment ago, that a write of theirs is not done. */
function pendingOutput(note: BlockedThread): OutputMessage[] {
  for (;;) {
    const received = receiveMessageOnPort(outputs as never) as { message: OutputMessage } | undefined;
    if (!received) break;
    told.set(received.message.threadId, { ...received.message, at: Date.now() });
  }
  const now = Date.now();
  return [...told.values()].filter(({ since, threadId, at }) => {
    return threadId !== note.threadId && now - since >= config.stallMs / 2 && now - at < RECENT_MS;
  });
}
