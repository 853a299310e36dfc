import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';

test('a command that hangs is given up', async () => {
  const error = await new Promise((resolve) => execFile('sleep', ['60'], { timeout: 200 }, resolve));
  expect(error.killed).toBe(true);
});
