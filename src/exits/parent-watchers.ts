/**
 * Children that may watch this process and end after it, although no pipe tells them. What they do then cannot be
 * seen; that they were told of their parent can.
 */

/** `getppid`, `$PPID`, `process.ppid`, `setpriv --pdeathsig`, `bwrap --die-with-parent`, `unshare --kill-child`. */
const PARENT = /ppid|pdeathsig|die-with-parent|kill-child/i;

/** `PARENT_PID`, `clientProcessId`. */
const NAMES = /pid|parent|processid/i;

export interface Started {
  /** The program and its arguments. */
  readonly words: readonly string[];
  /** `NAME=value` */
  readonly environment: readonly string[];
}

/** Whether a child was told the pid of its parent, or was started so that it asks for it. */
export function knowsParent(parent: number, { words, environment }: Started): boolean {
  // `1234`, `--parent=1234`, `kill -0 1234`, `/proc/1234`, but not `/tmp/log-1234`
  const own = new RegExp(`(?:^|[\\s=:"']|\\s-\\w|/proc/)${parent}(?![\\w.-])`);
  if (words.some((word) => PARENT.test(word) || own.test(word))) return true;
  return environment.some((entry) => {
    const at = entry.indexOf('=');
    return entry.slice(at + 1) === String(parent) && NAMES.test(entry.slice(0, at));
  });
}
