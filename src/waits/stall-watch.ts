/** Looks after the stalls of one thread: its late children with timers, its blocked calls with a watcher thread. */

import type { ChildProcess } from 'node:child_process';
import type { Config } from '../config';
import type { ForkCall } from '../instruments/fork-call';
import type { Hazard } from '../model';
import type { Procfs } from '../procfs/procfs';
import type { StalledChild, StallSnapshot } from '../rules/rule';
import { LateChildren } from './late-children';

export interface StallContext {
  readonly procfs: Procfs;
  readonly config: Config;
  readonly threadId: number;
  /** Runs the stall rules on a snapshot. */
  judge(snapshot: StallSnapshot): void;
  /** Hazards that the watcher thread has already reported. */
  reported(hazards: readonly Hazard[]): void;
  gap(gap: { what: string; why: string }): void;
}

export class StallWatch {
  readonly #context: StallContext;
  readonly #children: LateChildren;

  constructor(context: StallContext) {
    this.#context = context;
    this.#children = new LateChildren({
      procfs: context.procfs,
      stallMs: context.config.stallMs,
      report: (children, waitedMs, fork) => this.#report(children, waitedMs, fork),
    });
  }

  /** A child was made and lives. */
  forked(fork: ForkCall, process: ChildProcess): void {
    if (global.process.platform === 'linux') this.#children.add(fork, process);
  }

  exited(process: ChildProcess): void {
    this.#children.exited(process);
  }

  asked(process: ChildProcess, signal: unknown): void {
    this.#children.asked(process, signal);
  }

  sent(target: object): void {
    this.#children.sent(target);
  }

  stop(): void {
    this.#children.stop();
  }

  #report(children: readonly StalledChild[], waitedMs: number, fork: ForkCall): void {
    const { StallView } = require('./stall-view') as typeof import('./stall-view');
    const { threadId } = this.#context;
    const moment = { type: 'stall' as const, time: Date.now(), threadId, waitedMs, fork };
    this.#context.judge(new StallView(moment, process.pid, { children }, this.#context.gap));
  }
}
