import { runNode } from './preload';

test('truncated-output tells how much is lost of many writes', () => {
  const script = `let written = 0;
    for (let line = 0; line < 60000; line++) {
      const text = 'line ' + line + '.'.repeat(60) + '\\n';
      written += text.length;
      process.stdout.write(text);
    }
    require('fs').writeSync(2, 'written: ' + written + '\\n');
    process.exit();`;
  const { stdout, stderr } = runNode(['-e', script]);
  const written = Number(/written: (\d+)/.exec(stderr)?.[1]);
  const lost = Number(/(\d+) bytes written to stdout are lost/.exec(stderr)?.[1]);
  expect(stdout.length).toBeLessThan(written);
  expect(stdout.length + lost).toBe(written);
});
