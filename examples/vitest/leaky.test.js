import { exec } from 'node:child_process';
import { expect, test } from 'vitest';

test('a command that hangs is given up', async () => {
  const error = await new Promise((resolve) => exec('sleep 60; echo done', { timeout: 200 }, resolve));
  expect(error.killed).toBe(true);
});
