const { execSync } = require('node:child_process');

test('adds', () => expect(1 + 1).toBe(2));
test('runs a command', () => expect(execSync('echo hello', { encoding: 'utf8' })).toBe('hello\n'));
