import { runNode } from '../preload';

const APP = `
const { execFileSync, spawn } = require('node:child_process');
const http = require('node:http');
const earlier = spawn('sleep', ['60'], { stdio: 'ignore' });
const server = http.createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1', () => {
  try {
    execFileSync('curl', ['-s', 'http://127.0.0.1:' + server.address().port]);
  } catch (error) {
    console.log('curl was ended by', error.signal);
  }
  server.close();
  setTimeout(() => {
    console.log('the child of before', earlier.exitCode ?? earlier.signalCode ?? 'lives');
    earlier.kill();
  }, 300);
});`;

test('FORKGUARD_BREAK ends the child of the cycle, says so, and touches nobody else', () => {
  const { stdout, stderr } = runNode(['-e', APP], {
    env: { FORKGUARD_BREAK: '1', FORKGUARD_STALL_MS: '500' },
  });
  expect(stdout).toBe('curl was ended by SIGTERM\nthe child of before lives\n');
  expect(stderr).toContain('[wait-cycles]');
  expect(stderr.replace(/\s+/g, ' ')).toMatch(/forkguard ends pid \d+ and what it has started, because of/);
});
