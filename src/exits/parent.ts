import fs from 'node:fs';
import { basename } from 'node:path';
import type { TouchedStdio } from '../instruments/process';
import type { Orphan } from '../rules/rule';
import { setTimer } from '../timers';
import { heartbeat } from '../waits/heartbeat';

/** Milliseconds in which a process that is about to end, too, does so. */
const GRACE_MS = 1000;
/** The same for one that has been asked to, and may have much to finish, or that looks after its parent now and then. */
const ENDING_MS = 30_000;

const { readlinkSync, readFileSync } = fs;

/**
 * Notices in a Node child that its Node parent has died without ending it: killed, or out of memory, so that
 * nobody in the parent could look. One unref'd timer, rarer the longer the process lives, and only where the
 * parent runs the same Node as this process; or its parent does, because a shell lies between, whose end says
 * nothing: then the timer is there only to be seen by who is blocked above, as `waits/heartbeat` tells.
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
    if ((this.#watches || isNode(statOf(this.#parent)[PARENT])) && isMainThread()) this.#wait(heartbeat(0));
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

/** Asked only where the parent is a Node: most programs need not load that module. */
function isMainThread(): boolean {
  return (require('node:worker_threads') as typeof import('node:worker_threads')).isMainThread;
}

function isNode(pid: number | undefined): boolean {
  try {
    return pid !== undefined && pid > 1 && readlinkSync(`/proc/${pid}/exe`) === process.execPath;
  } catch {
    return false;
  }
}

/** `node server.js` */
function ownCommand(): string {
  const { escapeText } = require('../escape') as typeof import('../escape');
  return ['node', ...process.argv.slice(1, 2).map((path) => escapeText(basename(path)))].join(' ');
}

/** `detached` makes a child the leader of a session of its own, so that it can live on. */
function leadsSession(): boolean {
  return [process.pid, undefined].includes(statOf('self')[SESSION]);
}

/** Where they stand behind the state in `/proc/<pid>/stat`. */
const PARENT = 1;
const SESSION = 3;

/** The numbers of `/proc/<pid>/stat` from the state on, whose own place is no number; none where it cannot be read. */
function statOf(pid: number | 'self'): number[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
  } catch {
    return [];
  }
}
