import { syncBuiltinESMExports } from 'node:module';
import { instrumentAtomics } from './atomics';
import { instrumentChildProcess, instrumentSend } from './child-process';
import { instrumentFs } from './fs';
import { instrumentNet } from './net';
import { unpatch } from './patch';
import { type HiddenEvents, instrumentProcess, type TouchedStdio } from './process';
import type { Sink } from './sink';
import { instrumentWorkerOutput } from './worker-output';
import { instrumentWorkerThreads } from './worker-threads';

/** Installs all instruments. Returns what takes them out again. */
export function instrument(sink: Sink, touched: TouchedStdio, hidden: HiddenEvents): () => void {
  instrumentChildProcess(sink);
  const stopNet = instrumentNet(sink);
  const stopWorkers = instrumentWorkerThreads(sink);
  instrumentFs(sink);
  instrumentProcess(sink, touched, hidden);
  instrumentSend(sink, process);
  instrumentAtomics(sink);
  instrumentWorkerOutput(sink);
  syncBuiltinESMExports(); // or ESM imports would keep the originals
  return () => {
    unpatch();
    stopNet();
    stopWorkers();
    syncBuiltinESMExports();
  };
}
