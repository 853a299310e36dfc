/**
 * The words forkguard thinks in. Types only: this file imports nothing.
 *
 * sources (instruments, procfs) → snapshot → rules → hazards → reporters
 */

/** One call in a stack: where it was written, and the npm package when the file lies in `node_modules`. */
export interface Frame {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly function?: string;
  readonly package?: string;
}

/** A place in the program. `frames[0]` is the innermost frame that is neither Node's nor forkguard's. */
export interface Site {
  readonly frames: readonly Frame[];
}

export type ResourceKind = 'file' | 'socket' | 'listener' | 'pipe' | 'process' | 'thread';

/** Something the program opened or started; known from an instrument or from the `forkguard:resource:open` channel. */
export interface Resource {
  readonly id: number;
  readonly kind: ResourceKind;
  readonly label: string;
  readonly fd?: number;
  readonly threadId: number;
  readonly opened?: Site;
  /** The OpenTelemetry span context that was active when it was opened, if an SDK is registered. */
  readonly span?: unknown;
}

export type DescriptorKind = 'file' | 'directory' | 'device' | 'pty' | 'pipe' | 'socket' | 'anonymous';

/** A lock line of `/proc/<pid>/fdinfo/<fd>` or `/proc/locks`. flock and OFD locks cross a fork, POSIX ones do not. */
export interface Lock {
  readonly type: 'FLOCK' | 'OFDLCK' | 'POSIX' | 'LEASE' | 'DELEG';
  readonly access: 'READ' | 'WRITE' | 'UNLCK';
  /** The process that took the lock; -1 for OFD locks, whose owner is the open file description. */
  readonly pid: number;
  readonly inode: number;
  /** True for a `->` line: the process waits for the lock above it. */
  readonly waiting?: boolean;
}

/** A socket's addresses, from `/proc/net/{tcp,tcp6,udp,udp6,unix}`. */
export interface SocketFacts {
  readonly inode: number;
  readonly protocol: 'tcp' | 'tcp6' | 'udp' | 'udp6' | 'unix';
  /** `listen`, `established`, … in lower case. */
  readonly state: string;
  /** `127.0.0.1:5432`, `[::1]:80` or a UNIX path; empty if unbound. */
  readonly local: string;
  readonly remote: string;
  /** TCP: bytes queued to be read; for a listener the number of connections not yet accepted. */
  readonly receiveQueue?: number;
  readonly sendQueue?: number;
}

/** One row of a process's descriptor table, as the kernel tells it. */
export interface Descriptor {
  readonly fd: number;
  readonly kind: DescriptorKind;
  /** What `/proc/<pid>/fd/<fd>` links to: a path, `socket:[123]`, `pipe:[123]`, `anon_inode:[eventpoll]`. */
  readonly target: string;
  readonly inode?: number;
  readonly closeOnExec: boolean;
  readonly nonblocking: boolean;
  /** O_APPEND: each write goes to the end, whatever the offset. */
  readonly append: boolean;
  readonly access: 'read' | 'write' | 'both';
  readonly position: number;
  readonly locks: readonly Lock[];
  readonly socket?: SocketFacts | undefined;
  /** `inherited`: there before forkguard; `program`: an instrument saw it opened; `unknown`: nobody saw it. */
  readonly origin: 'program' | 'inherited' | 'unknown';
  readonly resource?: Resource;
  /** Native code that must have opened it: told by the target and by the packages that are loaded. */
  readonly owner?: string | undefined;
}

/** A descriptor that the child of a fork gets. */
export interface Crossing {
  readonly childFd: number;
  /** `stdio`: passed on purpose; `leak`: not in `stdio`, but without close-on-exec. */
  readonly via: 'stdio' | 'leak';
  readonly descriptor: Descriptor;
  /** An earlier child got it in `stdio`, too. */
  readonly again?: boolean;
  /** How we know that the child has it. */
  readonly proof: readonly string[];
}

export interface StdioEntry {
  /** The number in the child. */
  readonly fd: number;
  readonly type: 'pipe' | 'ignore' | 'inherit' | 'fd' | 'ipc';
  /** The number in this process, where an existing descriptor is passed. */
  readonly parentFd?: number;
}

/** What the child of a fork is. `command` is for people: a shell's command line, else the program's base name. */
export interface ChildFacts {
  readonly pid: number;
  readonly command: string;
}

export type ForkApi =
  | 'spawn'
  | 'exec'
  | 'execFile'
  | 'child_process.fork'
  | 'cluster.fork'
  | 'spawnSync'
  | 'execSync'
  | 'execFileSync'
  | 'process.execve'
  | 'native';

/** What is where a child is to start; `other`: a file, say. */
export type DirectoryState = 'directory' | 'other' | 'nothing';

/** The moment at which a child is made. */
export interface Fork {
  readonly type: 'fork';
  readonly id: string;
  readonly time: number;
  readonly threadId: number;
  readonly api: ForkApi;
  /** For people: `curl`, or the shell's command line. Redacted. */
  readonly command: string;
  readonly file: string;
  /** Redacted. */
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  readonly stdio: readonly StdioEntry[];
  readonly detached: boolean;
  readonly shell: boolean;
  /** True for the `*Sync` functions: the calling thread waited until the child ended. */
  readonly blocking: boolean;
  readonly primitive: 'fork' | 'posix_spawn' | 'execve' | 'native';
  readonly forked?: Site | undefined;
  readonly child?: ChildFacts | undefined;
  /** Milliseconds for which making the child blocked this thread; undefined where it was not measured. */
  readonly blockedMs?: number | undefined;
  /** The system error the call ended with, as libuv names it. */
  readonly error?: string | undefined;
}

/** A JavaScript-side fact of this process that the kernel does not know. Read lazily. */
export interface ProgramFacts {
  /** True when this process reads its stdin (flowing, or a `readable` listener). False when never touched. */
  readonly readsStdin: boolean;
  /** Bytes queued in `process.stdout`/`process.stderr`; 0 when never touched. */
  readonly pendingStdout: number;
  readonly pendingStderr: number;
  /** Host and port of this process's open inspector. */
  readonly inspector?: { readonly host: string; readonly port: number } | undefined;
  readonly cwd: string;
  readonly exitListeners: number;
}

export type PartyKind = 'thread' | 'process' | 'exit' | 'channel' | 'lock' | 'call';

/** A node of the wait-for graph. */
export interface Party {
  readonly id: string;
  readonly kind: PartyKind;
  /** For people: "the main thread", "child `curl`". */
  readonly label: string;
  readonly pid?: number;
  readonly tid?: number;
}

/** An edge of the wait-for graph: `waiter` goes on when `on` does something. */
export interface Wait {
  readonly waiter: Party;
  readonly on: Party;
  /** What ends the wait: "to exit", "to accept its connection to 127.0.0.1:80". */
  readonly until: string;
  readonly site?: Site;
  readonly resource?: Resource;
  readonly proof: readonly string[];
}

/** The moment at which somebody has waited for `stallMs`. The waits package adds its own facts in `detail`. */
export interface Stall {
  readonly type: 'stall';
  readonly time: number;
  readonly threadId: number;
  readonly waitedMs: number;
  readonly fork?: Fork;
}

/** The moment at which something ends: this process, this worker thread, a test, a child, or this process's parent. */
export interface Exit {
  readonly type: 'exit';
  readonly time: number;
  readonly threadId: number;
  readonly of: 'process' | 'thread' | 'test' | 'child' | 'parent';
  /** Of tests: all of a file have ended, and its hooks. */
  readonly file?: boolean;
  readonly code?: number;
  /** The line of the program under which a process or thread ends, such as that of a call of `process.exit`. */
  readonly site?: Site;
}

/** The moment at which `listen` failed because the address is in use. */
export interface Conflict {
  readonly type: 'conflict';
  readonly time: number;
  readonly threadId: number;
  readonly address: string;
  readonly port?: number;
  readonly listened?: Site;
}

export type Moment = Fork | Stall | Exit | Conflict;

/** Something that could not be read. Said once, never guessed. */
export interface Gap {
  readonly what: string;
  readonly why: string;
}

/** What a rule found: the evidence and the words, without the rule's name on it. */
export interface Finding {
  /** One clause, lower case, no full stop; names child and thing, never the fix. */
  readonly what: string;
  readonly opened?: Site | string | undefined;
  readonly forked?: Site | undefined;
  /** The line under which this process was made to end, where that is what does harm. */
  readonly ended?: Site | undefined;
  /** The mechanism in one sentence, then what the user will see. */
  readonly why: string;
  /** Imperative, least change first, code in backticks. */
  readonly help: string;
  /** Facts that a person can check by hand, one a line. Never empty. */
  readonly proof: readonly string[];
  /** What makes two findings of one rule the same, besides the sites. */
  readonly subject: string;
  /** The same for every fork of the process: the sites do not tell one from another. */
  readonly once?: boolean;
  /** True of every program under this launcher: it is recorded, but nobody at a terminal is bothered with it. */
  readonly background?: boolean;
  /** The edges of the wait-for graph that the finding is about, in the order of the explanation. */
  readonly waits?: readonly Wait[];
  readonly severity?: Severity;
  readonly fork?: string | undefined;
  readonly child?: ChildFacts | undefined;
  readonly resource?: Resource | undefined;
}

export type Severity = 'error' | 'warning' | 'info';

/** A finding with its rule's name on it. Reporters see nothing else. */
export interface Hazard extends Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly docs: string;
  readonly fingerprint: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly pid: number;
  readonly threadId: number;
}

/** One fork, for `FORKGUARD_FORKS=1` and for reporters that draw a time line. */
export interface ForkRecord {
  readonly fork: Fork;
  readonly pid: number;
  readonly descriptors: { readonly open?: number; readonly inheritable: number };
  readonly threads: number;
}

export interface Summary {
  readonly pid: number;
  readonly forks: number;
  /** How often each rule reported, repeats included. */
  readonly hazards: Readonly<Record<string, number>>;
  readonly gaps: number;
}

/** Calls are synchronous: the next statement of the program may block for ever. */
export interface Reporter {
  hazard(hazard: Hazard): void;
  fork?(record: ForkRecord): void;
  /** A fork is about to happen; called while the program traces itself. */
  forking?(fork: Fork): void;
  /** Each fork before it is judged, for what only counts them; called while the program traces itself. */
  forked?(fork: Fork): void;
  gap?(gap: Gap): void;
  /** A known hazard again; `count` includes the first, `again` is what was found this time. */
  repeat?(hazard: Hazard, count: number, again?: Hazard): void;
  end?(summary: Summary): void;
}
