import { basename } from 'node:path';
import type { Orphan } from '../facts/exit';
import type { TouchedStdio } from '../instruments/process';
import { setTimer } from '../timers';
import { heartbeat } from '../waits/heartbeat';
import { isNode, statOf } from './ancestors';

/** Milliseconds in which a process that is about to end, too, does so. */
const GRACE_MS = 1000;
/** The same for one that has been asked to, and may have much to finish, or that looks after its parent now and then. */
const ENDING_MS = 30_000;

/**
 * Notices in a Node child that its Node parent has died without ending it: killed, or out of memory, so that
 * nobody in the parent could look. One unref'd timer, rarer the longer the process lives. Where a shell lies between
 * it and the Node above, whose end says nothing, the timer is there only to be seen by who is blocked above, as
 * `waits/heartbeat` tells.
 */
export class ParentWatch {
  readonly #parent = process.ppid;
  readonly #found: (orphan: Orphan) => void;
  readonly #touched: TouchedStdio;
  /** This process has been asked to end. */
  ending = false;
  /** The program looks after the parent itself. */
  #watched = false;
  /** Whether the parent is a Node. */
  readonly #watches: boolean;
  #looks = 0;
  #changed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(touched: TouchedStdio, found: (orphan: Orphan) => void) {
    this.#touched = touched;
    this.#found = found;
    this.#watches = isNode(this.#parent);
    this.#wait(heartbeat(0));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** `process.kill()` was called, with signal 0 perhaps to see whether a process is there. */
  signalled(pid: number): void {
    if (pid === this.#parent) this.#watched = true;
  }

  #wait(ms: number): void {
    this.#timer = setTimer(() => this.#look(), ms).unref();
  }

  #look(): void {
    const now = process.ppid;
    if (now === this.#parent || !this.#watches) {
      this.#wait(heartbeat(++this.#looks));
    } else if (!this.#changed) {
      // it may be about to end, too: only who is here a while later lives on
      this.#changed = true;
      const input = this.#touched.get(0) as NodeJS.ReadStream | undefined;
      const ends = this.ending || input?.readableEnded || this.#watched || this.#wasTold();
      this.#wait(ends ? ENDING_MS : GRACE_MS);
    } else if (!leadsSession()) {
      this.#found({
        child: { pid: process.pid, command: ownCommand() },
        after: 'self',
        parent: { pid: this.#parent, command: 'node' },
        proof: [`process.ppid was ${this.#parent} and is ${now}`, 'it is no session leader: not `detached`'],
      });
    }
  }

  /** The pid of the parent stands in the arguments or the environment. */
  #wasTold(): boolean {
    const { knowsParent } = require('./parent-watchers') as typeof import('./parent-watchers');
    const environment = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
    return knowsParent(this.#parent, { words: process.argv, environment });
  }
}

/** `node server.js` */
function ownCommand(): string {
  const { escapeText } = require('../escape') as typeof import('../escape');
  return ['node', ...process.argv.slice(1, 2).map((path) => escapeText(basename(path)))].join(' ');
}

/** `detached` makes a child the leader of a session of its own, so that it can live on. */
function leadsSession(): boolean {
  return [process.pid, undefined].includes(statOf('self').session);
}
