import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { verifyNoHazards } from 'forkguard/testing';

test('the task is started, and ended', async () => {
  await verifyNoHazards(async () => {
    const task = spawn('sleep', ['60'], { stdio: 'ignore' });
    task.kill();
    await once(task, 'exit');
  });
});
