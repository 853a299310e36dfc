import { spawn } from 'node:child_process';
import { afterEach, beforeEach, test } from 'node:test';
import { verifyEachTest } from 'forkguard/testing';

verifyEachTest({ beforeEach, afterEach });

test('the task is started', () => {
  spawn('sleep', ['60'], { stdio: 'ignore' }).unref();
});
