import type { ChildProcess } from 'node:child_process';
import type { Server, Socket } from 'node:net';
import type { Worker } from 'node:worker_threads';
import type { Ending, ForkCall, ForkRequest } from './fork-call';

/** A child that this thread made and has not yet seen the exit of. */
export interface LiveChild {
  readonly fork: ForkCall;
  readonly process: ChildProcess;
}

/**
 * What is told of forks. Every method is called on the program's own stack: the one who implements it must be quick
 * and must not throw.
 */
export interface ForkSink {
  /** Whether a `*Sync` call is one more of many that were judged: then only its failure is told. */
  passes(request: ForkRequest): boolean;
  /** A call that `passes` has let through has failed. */
  failed(call: ForkCall): void;
  /** A child is about to be made. For `*Sync` calls the thread is about to block until the child has ended. */
  forking(call: ForkCall): void;
  /** The call came back. Throws only in the mode `throw`, and then what the program shall see. */
  forked(call: ForkCall, process?: ChildProcess): void;
  /** The kernel has reported the child's exit; the program's own listeners have not run yet. */
  exited(child: LiveChild, ending: Ending): void;
  /** The program has said that it will not wait for the child. */
  unreferenced(process: ChildProcess): void;
  /** A socket or server was sent over an IPC channel. */
  sent(target: object, handle: object): void;
  /** An IPC channel is about to be closed, by this end of it. */
  disconnecting(target: object): void;
}

/** What is told of the worker threads that a thread starts, within `safely`: it may throw. */
export interface ThreadSink {
  /** `stack` is not formatted: see `CapturedSite`. */
  started(worker: Worker, stack: Error | undefined): void;
  /** `terminate()` was called on a worker thread, which runs no code from now on. */
  terminating(worker: Worker): void;
  /** A worker thread has ended; the program's `exit` listeners have run. */
  ended(worker: Worker, exitCode: number): void;
}

/** What else is told of a thread, under the same rules. */
export interface Sink {
  /** Runs code of ours, of which no error may reach the program. Undefined where it failed. */
  safely<T>(where: string, act: () => T): T | undefined;
  /** Made when it is first asked for: most processes never fork. */
  readonly forks: ForkSink;
  /** Made with the first worker thread. */
  readonly threads: ThreadSink;
  /** `process.execve()` was called with `args`. */
  replacing(args: readonly unknown[]): void;
  /** A signal is about to be sent, by `process.kill()` or `kill()` of a child; a negative pid is a process group. */
  signalling(pid: number, signal: unknown): void;
  /** `listen()` was called with `args`. */
  listening(server: Server, stack: Error | undefined, args: readonly unknown[]): void;
  /** `listen()` failed. */
  refused(server: Server, error: NodeJS.ErrnoException): void;
  /** A client socket connects. `stack` is not formatted: see `CapturedSite`. */
  connecting(socket: Socket, stack: Error | undefined, args: readonly unknown[]): void;
  /** A file was opened for writing. */
  openedFile(fd: number, path: string, stack: Error | undefined): void;
  /** The thread's event loop or process ends; the program's own `exit` listeners have run. */
  exiting(code: number): void;
  /** This process handles a signal that asks it to end, or the end of its IPC channel. */
  askedToEnd(event: string): void;
  /** An exception that nobody caught is about to end the process. */
  uncaught(error: unknown): void;
  /** `Atomics.wait` is about to block. Returns whether `waited` shall be called. */
  waiting(stack: () => Error | undefined, timeoutMs: number): boolean;
  waited(): void;
  /** A worker thread writes, and wants to know when that is done. The result is called then. */
  writing(name: 'stdout' | 'stderr'): () => void;
}
