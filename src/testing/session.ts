import { type Allowance, mayBeLeft } from '../allow';
import type { Exits } from '../exits/exits';
import type { ForkCall } from '../instruments/fork-call';
import type { LiveChild } from '../instruments/sink';
import type { Ledger } from '../ledger';
import type { ChildFacts, Hazard, Site } from '../model';
import type { Procfs } from '../procfs/procfs';
import { setTimer } from '../timers';
import { translateStacksWith } from '../translate';
import { Leftovers } from './leftovers';
import type { Judgement, Left, Mark, Request } from './protocol';
import { RunLog } from './run-log';

/** So many hazards are kept for marks that have not been judged yet. */
const MOST = 2000;

/** Rules that speak of who is left; the second where a worker thread ends before its child. */
const OF_THE_LEFT = ['orphaned-children', 'zombie-children'];

export interface SessionOptions {
  readonly procfs: Procfs;
  readonly ledger: Ledger;
  readonly exits: Exits;
  /** What the settings allow. */
  readonly allow: readonly Allowance[];
  /** Judges what forks of the last moments have led to. */
  readonly settle: () => void;
}

/** Answers the test code of one thread. */
export class Session {
  readonly #options: SessionOptions;
  readonly #leftovers: Leftovers;
  readonly #hazards: Hazard[] = [];
  #dropped = 0;
  readonly #pauses = new Set<{ readonly since: Mark; readonly end: () => void }>();
  #diverting = 0;
  /** Those that a test has asked for itself: only there can it say that it wanted them. */
  readonly #given = new WeakSet<Hazard>();
  #judging = false;
  /** Processes of which a test has been told. */
  readonly told = new Set<number>();
  /** Those that may live on. */
  readonly #accepted = new Set<number>();
  #test: { readonly name: string; readonly file: string } | undefined;
  readonly #log = RunLog.here();

  constructor(options: SessionOptions) {
    this.#options = options;
    const { procfs, ledger, exits } = options;
    this.#leftovers = new Leftovers({ procfs, ledger, exits, hazards: (since) => this.#since(since) });
  }

  /** A runner speaks for what is found: a test has been announced. */
  get spoken(): boolean {
    return this.#test !== undefined;
  }

  /** Takes over from `EarlyAnswers`. */
  hear(announced: readonly Request[]): void {
    for (const request of announced) this.answer(request);
  }

  answer(request: Request): void {
    switch (request.type) {
      case 'mark':
        request.answer = {
          ...this.#leftovers.mark(),
          hazards: this.#dropped + this.#hazards.length,
        };
        if (request.divert) this.#diverting++;
        return;
      case 'left': {
        const left = this.#left(request.since);
        request.answer = request.untold ? left.filter(({ pid }) => !this.told.has(pid)) : left;
        return;
      }
      case 'serves':
        request.answer = this.#leftovers.serves(request.pid);
        return;
      case 'judge':
        request.answer = this.#judge(request);
        return;
      case 'rules':
        request.answer = (require('../rules') as typeof import('../rules')).rules;
        return;
      case 'render': {
        const { PLAIN, renderHazard } = require('../render') as typeof import('../render');
        request.answer = request.hazards
          .map((hazard) => renderHazard(hazard, { cwd: process.cwd(), style: PLAIN, width: 100 }))
          .join('\n\n');
        return;
      }
      case 'pause':
        request.answer = this.#pause(request.milliseconds, request.since);
        return;
      case 'run':
        this.#options.exits.leaveToRun(request.said);
        request.answer = this.#options.allow;
        return;
      case 'accept':
        for (const { rule, child, forked } of request.hazards)
          if (child && OF_THE_LEFT.includes(rule)) this.#accept(child, forked);
        request.answer = true;
        return;
      case 'test':
        this.#test = { name: request.name, file: request.file };
        if (request.name === '' && request.file !== '') this.#beginFile();
        if (request.prepare) translateStacksWith(request.prepare);
        request.answer = true;
    }
  }

  /** What the last file's forks and hazards hold of its tests may go: only whom they were about is still asked. */
  #beginFile(): void {
    this.#leftovers.beginFile();
    for (const [at, { opened, forked, ended, child, ...rest }] of this.#hazards.entries())
      this.#hazards[at] = { ...rest, ...(child && { child: { pid: child.pid, command: child.command } }) };
  }

  /** Takes part in the engine: true where the hazard is for the asker alone. */
  found(hazard: Hazard): boolean {
    this.#hazards.push(hazard);
    if (this.#hazards.length > MOST) {
      this.#hazards.shift();
      this.#dropped++;
    }
    // the runner's main process finds it again
    this.#noteLeft(hazard);
    return this.#diverting > 0;
  }

  #noteLeft(hazard: Hazard): void {
    const { rule, forked, child } = hazard;
    if (!this.#judging || !OF_THE_LEFT.includes(rule) || !child || this.told.has(child.pid)) return;
    this.#options.exits.reported(hazard);
    this.#tellOf(child, forked);
  }

  /** The runner's main process is not to tell of it again. */
  #tellOf(child: ChildFacts, forked: Site | undefined): void {
    this.told.add(child.pid);
    const { threadId } = this.#options.ledger;
    const log = this.#log ?? (threadId === 0 ? RunLog.ofProcess(process.pid) : undefined);
    log?.add({ child, forked }, threadId, this.#test, true);
  }

  #accept(child: ChildFacts, forked: Site | undefined): void {
    this.#accepted.add(child.pid);
    if (!this.told.has(child.pid)) this.#tellOf(child, forked);
  }

  /** Who is left, and may be by the settings: it is waited for once. */
  #acceptBySettings(since: Mark): void {
    const { allow } = this.#options;
    if (allow.length === 0) return;
    const live = this.#leftovers.live(since).map(({ fork: { child, forked } }) => ({ child, forked }));
    for (const { child, forked } of [...live, ...this.#leftovers.orphans(since)]) {
      const files = forked?.frames.map(({ file }) => file) ?? [];
      if (child && mayBeLeft(child.command, files, allow)) this.#accept(child, forked);
    }
  }

  /** Whoever waits for orphans alone is not woken: each pause would be over with the next exit of anybody. */
  #pause(milliseconds: number, since: Mark): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        // the event loop need not go on for it
        clearTimeout(timer);
        this.#pauses.delete(pause);
        resolve();
      };
      const timer = setTimer(end, milliseconds);
      const pause = { since, end };
      if (this.#leftovers.children(since).length > 0) this.#pauses.add(pause);
    });
  }

  forked(call: ForkCall): void {
    this.#leftovers.forked(call);
    this.#log?.add(call, call.threadId, this.#test);
  }

  exited({ process: { pid } }: LiveChild): void {
    this.#leftovers.exited(pid);
    if (pid !== undefined) this.#log?.ended(pid);
    for (const { since, end } of this.#pauses) if (this.#leftovers.children(since).length === 0) end();
  }

  /** The process or thread ends. */
  end(): void {
    if (this.told.size > 0 && this.#options.ledger.threadId === 0) RunLog.ofProcess(process.pid).remove();
  }

  #left(since: Mark): readonly Left[] {
    if (this.#leftovers.isQuiet(since)) return [];
    const orphans = this.#leftovers.orphans(since).map(({ child }) => child);
    return [...this.#leftovers.children(since), ...orphans].filter(({ pid }) => !this.#accepted.has(pid));
  }

  #judge({
    since,
    diverted,
    asked = diverted,
    file = false,
  }: Extract<Request, { type: 'judge' }>): Judgement {
    const { ledger, exits, settle } = this.#options;
    settle();
    this.#judging = true;
    if (!this.#leftovers.isQuiet(since)) {
      this.#acceptBySettings(since);
      const isOpen = (child: ChildFacts | undefined) => !child || !this.#accepted.has(child.pid);
      const live = this.#leftovers.live(since).filter(({ fork }) => isOpen(fork.child));
      const orphans = this.#leftovers.orphans(since).filter(({ child }) => isOpen(child));
      exits.test(live, orphans, file);
    }
    if (diverted) this.#diverting--;
    const hazards = this.#since(since).filter((hazard) => !this.#given.has(hazard));
    if (asked) for (const hazard of hazards) this.#given.add(hazard);
    // those that were found earlier, while nobody judged, are told now as well
    for (const hazard of hazards) this.#noteLeft(hazard);
    this.#judging = false;
    // threads of a runner are ended without having waited for those that are just ending
    if (ledger.threadId !== 0) for (const { fork } of ledger.children.values()) exits.reported(fork);
    return { hazards };
  }

  #since(mark: Mark): readonly Hazard[] {
    // a fork of another test that is found to be stuck only now is none of this one's
    return this.#hazards
      .slice(Math.max(0, mark.hazards - this.#dropped))
      .filter(({ fork }) => !fork || !this.#isOwn(fork) || numberOf(fork) > mark.lastFork);
  }

  #isOwn(fork: string): boolean {
    return fork.startsWith(`${process.pid}.${this.#options.ledger.threadId}.`);
  }
}

/** The last part of a fork's id: its number in this thread. */
function numberOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('.') + 1));
}
