import { wallClock } from '../clock';
import type { ExitContext } from '../exit-view';
import { ExitView } from '../exit-view';
import type { LiveChild } from '../instruments/sink';
import type { Ledger } from '../ledger';
import type { Exit, Hazard, Site } from '../model';
import type { Procfs } from '../procfs/procfs';
import type { ExitSnapshot, Orphan, Survivor } from '../rules/rule';
import type { SnapshotContext } from '../snapshot';
import { Departures } from './departures';
import { Keepers } from './keepers';
import { survivorOf } from './survivor';
import { watchUnread } from './thrown-away';

export interface ExitsOptions {
  readonly procfs: Procfs;
  readonly ledger: Ledger;
  readonly context: () => SnapshotContext;
  readonly judge: (snapshot: ExitSnapshot) => Hazard[];
  readonly stallMs: number;
  /** The tests of the killed process have already been told of what it has left. */
  readonly told: (orphan: Orphan) => boolean;
}

/** Looks at what is left wherever something ends. */
export class Exits {
  readonly departures: Departures;
  readonly #keepers: Keepers;
  readonly #options: ExitsOptions;

  constructor(options: ExitsOptions) {
    this.#options = options;
    this.departures = new Departures({
      procfs: options.procfs,
      children: () => options.ledger.children,
      found: (all, zombies) => {
        const orphans = all.filter((orphan) => !options.told(orphan));
        if (orphans.length + zombies.length === 0) return;
        this.#late('child', { orphans: () => orphans, zombies: () => zombies });
      },
    });
    this.#keepers = new Keepers({
      pauseMs: options.stallMs,
      children: () => options.ledger.children.values(),
      found: (keepers) => this.#late('child', {}, { keepers }),
    });
  }

  /** The kernel has reported the exit of a child. */
  exited(child: LiveChild): void {
    this.departures.exited(child);
    watchUnread(child, (one) => this.#late('child', {}, { thrownAway: [one] }));
  }

  /** `unref()` was called on a detached child. */
  released(child: LiveChild): void {
    this.#keepers.released(child);
  }

  /** This process, or this worker thread, ends. */
  here(code: number, site: Site): Hazard[] {
    const of = this.#options.ledger.threadId === 0 ? 'process' : 'thread';
    const place = site.frames.length > 0 ? { site } : {};
    return this.#look({ ...this.#moment(of), code, ...place }, {});
  }

  /** A test has ended, and these of its children are left. */
  test(candidates: readonly LiveChild[], orphans: readonly Orphan[]): Hazard[] {
    const { departures: all } = this;
    const departures = { ...NOTHING, orphans: () => orphans, signals: (pid: number) => all.signals(pid) };
    return this.#look(this.#moment('test'), { candidates, departures });
  }

  /** Those of the children that live and that no signal is ending. */
  alive(children: readonly LiveChild[]): Survivor[] {
    return children.flatMap((child) => survivorOf(child, this.#options.context(), this.departures) ?? []);
  }

  /** The parent of this process has died. */
  parent(orphan: Orphan): void {
    this.#late('parent', { orphans: () => [orphan] });
  }

  #late(
    of: Exit['of'],
    departures: Partial<ExitContext['departures']>,
    part: Pick<ExitContext, 'thrownAway' | 'keepers'> = {},
  ): void {
    const context = { candidates: [], departures: { ...NOTHING, ...departures }, strangers: () => [] };
    this.#look(this.#moment(of), { ...context, ...part });
  }

  #look(moment: Exit, part: Partial<ExitContext>): Hazard[] {
    const candidates = [...this.#options.ledger.children.values()];
    const context = { ...this.#options.context(), departures: this.departures, candidates, ...part };
    return this.#options.judge(new ExitView(moment, context));
  }

  #moment(of: Exit['of']): Exit {
    return { type: 'exit', time: wallClock(), threadId: this.#options.ledger.threadId, of };
  }
}

const NOTHING = {
  orphans: () => [],
  zombies: () => [],
  crash: () => undefined,
  signals: (_pid: number): ReadonlySet<number> => new Set(),
};
