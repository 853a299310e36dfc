import { inWorker } from '../thread';
import { instrumentAtomics } from './atomics';
import { instrumentFs } from './fs';
import { unpatch } from './patch';
import { type HiddenEvents, instrumentProcess, type TouchedStdio } from './process';
import type { Sink } from './sink';
import { isLoaded, stopWaiting, whenLoaded } from './when-loaded';
import { instrumentWorkerThreads } from './worker-threads';

/** Installs all instruments, each as soon as there is something for it. Returns what takes them out again. */
export function instrument(sink: Sink, touched: TouchedStdio, hidden: HiddenEvents): () => void {
  let stopNet: (() => void) | undefined;
  // what was imported before us has the originals; until something is, Node 20 and 22 do not load this
  const imported = isLoaded('child_process') && isLoaded('internal/modules/esm/translators');
  const use = (name: string, act: () => void) => whenLoaded(name, () => sink.safely(name, act));
  use('child_process', () => {
    const { instrumentChildProcess } = require('./child-process') as typeof import('./child-process');
    instrumentChildProcess(sink);
  });
  use('net', () => {
    const { instrumentNet } = require('./net') as typeof import('./net');
    stopNet = instrumentNet(sink);
  });
  const stopWorkers = instrumentWorkerThreads(sink);
  instrumentFs(sink);
  instrumentProcess(sink, touched, hidden);
  instrumentAtomics(sink);
  if (process.connected) {
    const { instrumentChannel } = require('./ipc') as typeof import('./ipc');
    instrumentChannel(sink.forks, process);
  }
  if (inWorker) {
    const { instrumentWorkerOutput } = require('./worker-output') as typeof import('./worker-output');
    instrumentWorkerOutput(sink);
  }
  if (imported) syncImports();
  return () => {
    stopWaiting();
    unpatch();
    stopNet?.();
    stopWorkers();
    syncImports();
  };
}

/** Or ECMAScript modules that have imported something before keep what was there. */
function syncImports(): void {
  (require('node:module') as typeof import('node:module')).syncBuiltinESMExports();
}
