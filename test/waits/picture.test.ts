import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createProcfs } from '../../src/procfs/procfs';
import { WATCHER_NAME } from '../../src/waits/board';
import { takePicture } from '../../src/waits/picture';

test('the watchers of other threads are not among those who could go on', async () => {
  const worker = new Worker(
    `const { readlinkSync, writeFileSync } = require('node:fs');
     const { parentPort, workerData } = require('node:worker_threads');
     parentPort.once('message', () => {
       writeFileSync('/proc/thread-self/comm', workerData);
       parentPort.postMessage(0);
       setInterval(() => {}, 1000);
     });
     parentPort.postMessage(Number(readlinkSync('/proc/thread-self').split('/').pop()));`,
    { eval: true, workerData: WATCHER_NAME },
  );
  const [tid] = (await once(worker, 'message')) as [number];
  const seen = () =>
    takePicture(createProcfs(), { pid: process.pid, tids: [] })
      .process(process.pid)
      ?.threads?.map((thread) => thread.tid);
  expect(seen()).toContain(tid);
  worker.postMessage(0);
  await once(worker, 'message');
  expect(seen()).not.toContain(tid);
  await worker.terminate();
});
