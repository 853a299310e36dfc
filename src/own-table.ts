import { now } from './clock';
import type { Gap } from './model';
import type { Procfs } from './procfs/procfs';

/** A table of no more descriptors is looked through at every fork, if only quickly. */
const SMALL_TABLE = 48;
/** Shares of the time spent in forks, and of all time, that searches may cost. */
const FORK_SHARE = 0.01;
const TIME_SHARE = 0.005;
/** Milliseconds that searches may cost at first, which is some 2,000 descriptors, and that can be saved up. */
const FIRST_CREDIT = 20;
const MOST_CREDIT = 50;
/** How many of the descriptors that were found to have close-on-exec are asked again in a quick search. */
const ASKED_AGAIN = 2;

/**
 * Searches this process's own descriptors for those without close-on-exec. The kernel tells one at a time, in some
 * 8 µs, so a search goes as far as the time earned by forks and by waiting goes, and the next one goes on where it
 * has stopped. Without such time, numbers of a small table that were there at the last search count as unchanged, but
 * for a few that are asked in turn.
 */
export class OwnTable {
  #closed = new Set<number>();
  /** Numbers that the search under way has still to ask, the next one last. */
  #rest: number[] = [];
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
    if (this.#credit > 0) {
      const found = this.#search(procfs, begin + this.#credit);
      this.#credit -= now() - begin;
      if (this.#rest.length > 0) gap(UNSEARCHED);
      return found;
    }
    const count = procfs.openCount('self');
    if (count !== undefined && count <= SMALL_TABLE) return this.#searchQuickly(procfs);
    gap(UNSEARCHED);
    return [];
  }

  #search(procfs: Procfs, end: number): number[] {
    if (this.#rest.length === 0) {
      this.#rest = tableOf(procfs).reverse();
      this.#closed = new Set();
    }
    const found: number[] = [];
    do {
      const fd = this.#rest.pop();
      if (fd === undefined) break;
      if (procfs.closeOnExec(fd) === false) found.push(fd);
      else this.#closed.add(fd);
    } while (this.#rest.length <= SMALL_TABLE || now() < end);
    return found;
  }

  #searchQuickly(procfs: Procfs): number[] {
    const open = tableOf(procfs);
    const again = this.#turn;
    this.#turn = open.length === 0 ? 0 : (again + ASKED_AGAIN) % open.length;
    const closed = new Set<number>();
    const found = open.filter((fd, index) => {
      const turn = (index - again + open.length) % open.length < ASKED_AGAIN;
      if ((turn || !this.#closed.has(fd)) && procfs.closeOnExec(fd) === false) return true;
      closed.add(fd);
      return false;
    });
    this.#closed = closed;
    return found;
  }
}

const UNSEARCHED: Gap = {
  what: 'descriptors that leaked into some children',
  why: 'this process has many open descriptors, and the children had ended before their own could be listed; searching for each would cost more than 1 % of the time spent in forks',
};

function tableOf(procfs: Procfs): number[] {
  return (procfs.fds('self') ?? []).filter((fd) => fd > 2);
}
