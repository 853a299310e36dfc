import { now } from './clock';
import type { Gap } from './model';
import type { Procfs } from './procfs/procfs';

/** Above this a table is not even listed unless there is time for it. */
const SMALL_TABLE = 48;
/** Shares of the time spent in forks, and of all time, that complete searches may cost. */
const FORK_SHARE = 0.02;
const TIME_SHARE = 0.01;
/** Milliseconds that searches may cost at first, and that can be saved up. */
const FIRST_CREDIT = 5;
const MOST_CREDIT = 50;
/** How many of the descriptors that were found to have close-on-exec are asked again in a quick search. */
const ASKED_AGAIN = 2;

/**
 * Searches this process's own descriptors for those without close-on-exec. The kernel tells one at a time, in
 * some 8 µs, so complete searches are made as far as the time earned by forks and by waiting goes. In
 * between, numbers that were there at the last search count as unchanged, but for a few that are asked in turn.
 */
export class OwnTable {
  #closed = new Set<number>();
  #turn = 0;
  #credit = FIRST_CREDIT;
  #since = now();

  /** `milliseconds` were spent in a fork. */
  earn(milliseconds: number): void {
    this.#credit = Math.min(this.#credit + milliseconds * FORK_SHARE, MOST_CREDIT);
  }

  /** Descriptors above 2 that every child gets. */
  inheritable(procfs: Procfs, gap: (gap: Gap) => void): number[] {
    const begin = now();
    this.#credit = Math.min(this.#credit + (begin - this.#since) * TIME_SHARE, MOST_CREDIT);
    this.#since = begin;
    const complete = this.#credit > 0;
    const count = complete ? 0 : procfs.openCount('self');
    if (count === undefined || count > SMALL_TABLE) {
      gap({
        what: 'descriptors that leaked into some children',
        why: 'this process has many open descriptors, and the children had ended before their own could be listed; searching for each would cost more than 2 % of the time spent in forks',
      });
      return [];
    }
    const found = this.#search(procfs, complete);
    if (complete) this.#credit -= now() - begin;
    return found;
  }

  #search(procfs: Procfs, complete: boolean): number[] {
    const open = procfs.fds('self') ?? [];
    const again = this.#turn;
    this.#turn = open.length === 0 ? 0 : (again + ASKED_AGAIN) % open.length;
    const closed = new Set<number>();
    const found: number[] = [];
    for (const [index, fd] of open.entries()) {
      if (fd < 3) continue;
      const turn = (index - again + open.length) % open.length < ASKED_AGAIN;
      const closeOnExec = !complete && !turn && this.#closed.has(fd) ? true : procfs.closeOnExec(fd);
      if (closeOnExec === false) found.push(fd);
      else closed.add(fd);
    }
    this.#closed = closed;
    return found;
  }
}
