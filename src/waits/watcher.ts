/**
 * Starts the thread that looks when this one is blocked. It is started with the first call that could get stuck,
 * sleeps in between, and is nowhere to be seen for the program.
 */

import { channel } from 'node:diagnostics_channel';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { Config } from '../config';
import { workingDirectory } from '../directory';
import { pause } from '../pause';
import type { Procfs } from '../procfs/procfs';
import { Board, createBoardMemory } from './board';

/** What the thread gets to know at its start. */
export interface WatcherData {
  readonly memory: SharedArrayBuffer;
  readonly config: Config;
  readonly cwd: string;
  readonly pid: number;
  readonly threadId: number;
}

export interface Watcher {
  readonly board: Board;
  /** `process` would emit `worker` for it. */
  readonly worker: Worker;
  stop(): void;
}

/** `failed` is called with what has ended the thread, if anything does. */
export function startWatcher(
  config: Config,
  threadId: number,
  procfs: Pick<Procfs, 'status'>,
  failed: (error: unknown) => void,
): Watcher | undefined {
  if (!hasAlgorithms()) return undefined;
  const workers = require('node:worker_threads') as typeof import('node:worker_threads');
  const memory = createBoardMemory();
  const workerData: WatcherData = {
    memory,
    config,
    cwd: workingDirectory() ?? '/',
    pid: process.pid,
    threadId,
  };
  const { NODE_OPTIONS: _, ...env } = process.env;
  const before = procfs.status('self')?.mappedBytes;
  try {
    const worker = unannounced(
      () =>
        new workers.Worker(join(__dirname, 'watcher-thread.js'), {
          name: 'forkguard',
          workerData,
          env,
          execArgv: [],
          stdin: false,
          // else Node would join them to process.stdout and process.stderr, and make these by doing so
          stdout: true,
          stderr: true,
          trackUnmanagedFds: false,
          resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 48, stackSizeMb: 2 },
        }),
    );
    worker.on('error', failed);
    worker.unref();
    if (before !== undefined) awaitIsolate(before, procfs);
    return { board: new Board(memory), worker, stop: () => void worker.terminate() };
  } catch {
    // no memory or no thread is left: nobody watches then
    return undefined;
  }
}

/** V8 before Node 24 opens a file for each isolate that a child would inherit, and a fork is about to happen. */
const LEAKS_WHILE_STARTING = Number(process.versions.node.split('.')[0]) < 24;

/** More than glibc reserves for the memory of a thread (128 MB), and less than V8 does for its code besides. */
const RESERVED_BYTES = 150 * 2 ** 20;

/** In milliseconds; mostly it takes less than one. */
const LOOK_AGAIN_MS = 0.2;
const MOST_LOOKS = 250;

/**
 * Waits until V8 has reserved room for the code of the new thread's isolate. Just before it looks where there is some, in
 * `/proc/self/maps`, which it opens without close-on-exec (`OS::GetFreeMemoryRangesWithin`).
 */
function awaitIsolate(before: number, procfs: Pick<Procfs, 'status'>): void {
  for (let looks = 0; LEAKS_WHILE_STARTING && looks < MOST_LOOKS; looks++) {
    const { mappedBytes = 0 } = procfs.status('self') ?? {};
    if (mappedBytes - before > RESERVED_BYTES) return;
    pause(LOOK_AGAIN_MS);
  }
}

/**
 * V8 draws random numbers for a new thread from OpenSSL, and aborts where that has no algorithms left: after
 * `crypto.setFips(1)` without a provider for it. This thread's own generator would still give numbers.
 */
function hasAlgorithms(): boolean {
  const loaded = (process as { moduleLoadList?: readonly string[] }).moduleLoadList;
  if (!loaded?.includes('NativeModule crypto')) return true;
  try {
    (require('node:crypto') as typeof import('node:crypto')).createHash('sha256');
    return true;
  } catch {
    return false;
  }
}

/** Node tells of a new worker thread on a channel, at once. The program did not start this one. */
function unannounced(create: () => Worker): Worker {
  const announced = channel('worker_threads') as { publish?: unknown };
  const own = Object.getOwnPropertyDescriptor(announced, 'publish');
  announced.publish = () => {};
  try {
    return create();
  } finally {
    if (own) Object.defineProperty(announced, 'publish', own);
    else Reflect.deleteProperty(announced, 'publish');
  }
}
