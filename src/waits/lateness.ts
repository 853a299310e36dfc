/** When to look at a child, and when what is seen there has lasted too long. Clock arithmetic only: times come in. */

import { DEFAULTS } from '../config';

/** The first of the two looks comes at this part of `stallMs`, so that the second is not late. */
const EARLY = 0.6;

/**
 * SIGKILL often comes only after a grace period, 5 s in execa and 10 s in Docker, and nobody can see its timer; nor that by
 * which a program ends a pause.
 */
export const GRACE_MS = 12_000;

/** What can be late about a child: its pipes and its channel, its end, or its taking of a handle. */
export type Matter = 'pipes' | 'asked' | 'handles';

/** Since when a child has been as it is, in milliseconds since 1970. */
export interface Since {
  readonly forked: number;
  /** Its exit was reported. */
  readonly exited?: number | undefined;
  /** Neither it nor its pipes have moved. */
  readonly quiet: number;
  /** Something came through its pipes after its exit was reported: who holds them is at work. */
  readonly livelyAfterExit?: boolean | undefined;
  /** It was asked to end. */
  readonly asked?: number | undefined;
  /** It has not acknowledged a handle. */
  readonly handles?: number | undefined;
}

export interface Lateness {
  /** What has lasted long enough to be looked at. */
  readonly due: Readonly<Record<Matter, boolean>>;
  /** What has lasted long enough to be reported, if two looks find it. */
  readonly over: Readonly<Record<Matter, boolean>>;
}

export function latenessOf(since: Since, now: number, stallMs: number): Lateness {
  const lasts = (begin: number | undefined, ms: number) => begin !== undefined && now - begin >= ms;
  const due = (begin: number | undefined) => lasts(begin, EARLY * stallMs);
  const over = (begin: number | undefined) => lasts(begin, stallMs - quickStep(stallMs));
  const grace = graceMs(stallMs);
  const { forked, exited, quiet, livelyAfterExit, asked, handles } = since;
  // two pictures prove it; the time is there so that nobody is blamed for a pause
  const still =
    exited === undefined
      ? lasts(quiet, stallMs / 4) && due(forked)
      : lasts(quiet, (livelyAfterExit ? 2 : EARLY) * stallMs);
  return {
    due: { pipes: still, asked: lasts(asked, EARLY * grace), handles: due(handles) },
    over: {
      pipes: over(exited ?? forked),
      asked: lasts(asked, grace - quickStep(stallMs)),
      handles: over(handles),
    },
  };
}

/** How long a child may live that was asked to end. Who asks for stalls sooner than by default wants to hear of this, too. */
export function graceMs(stallMs: number): number {
  return stallMs < DEFAULTS.stallMs ? stallMs : Math.max(stallMs, GRACE_MS);
}

/** `suspected`: the first look has found something, and only one that can confirm it is worth the reading. */
export function isTimeToLook({ due, over }: Lateness, suspected: boolean): boolean {
  return any(due) && (!suspected || any(over));
}

function any({ pipes, asked, handles }: Lateness['due']): boolean {
  return pipes || asked || handles;
}

/** For how long the child has kept somebody waiting, by what has lasted longest. */
export function waitedMs({ quiet, asked, handles }: Since, now: number): number {
  return now - Math.min(quiet, asked ?? now, handles ?? now);
}

/** Three such steps lie between the beginning of a stall and its report, besides `stallMs`. */
function quickStep(stallMs: number): number {
  return Math.min(80, Math.max(20, stallMs / 8));
}

/** Milliseconds until the children are asked after again, when nothing new has happened for `calmMs`. */
export function stepMs(calmMs: number, stallMs: number): number {
  const quick = quickStep(stallMs);
  if (calmMs < 10 * stallMs) return quick;
  return Math.min(stallMs, calmMs < 60_000 ? 2 * quick : 12 * quick);
}

/** Milliseconds for which a child is left alone after so many looks that found nothing new. */
export function restMs(fruitless: number, stallMs: number): number {
  return stallMs * Math.min(32, 2 ** fruitless) * 0.1;
}
