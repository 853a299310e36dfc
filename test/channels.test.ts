import { join } from 'node:path';
import { runFile } from './telemetry/run';

const EXAMPLE = join(__dirname, '..', 'examples', 'apm-channels', 'app.js');

test('the example APM hears of forks, hazards and resources, and gives a child a variable', async () => {
  const { stdout, stderr, code } = await runFile(EXAMPLE, [], { FORKGUARD_REPORTERS: 'terminal' });
  expect(code).toBe(0);
  const lines = stdout.replace(/127\.0\.0\.1:[1-9]\d*/g, '127.0.0.1:PORT').split('\n');
  expect(lines.filter((line) => !/descriptors leak|hazard/.test(line))).toEqual([
    'apm  open    listener on 127.0.0.1:0 (listener)',
    'apm  open    connection to 127.0.0.1:PORT (socket)',
    'apm  open    the audit log (file)',
    'apm  ended   sleep: exit code 0',
    'child of 42',
    'apm  ended   echo "child of $APM_PARENT": exit code 0',
    'apm  failed  program: ENOENT',
    'apm  close   the audit log (file)',
    'apm  close   connection to 127.0.0.1:PORT (socket)',
    'apm  close   listener on 127.0.0.1:0 (listener)',
    '',
  ]);
  expect(lines).toContainEqual(expect.stringMatching(/^apm {2}fork {4}sleep: spawn, \d+ descriptors leak/));
  expect(lines).toContainEqual(
    expect.stringContaining('hazard  info shared-connections: child `sleep` shares the connection to'),
  );
  // the place of what the APM has published: forkguard does not see `fs.promises.open`
  expect(stderr).toMatch(/shared-offsets.*\n(?:.*\n)*? {2}opened {2}examples\/apm-channels\/apm\.js/);
});

test('who publishes nonsense or throws nothing of ours breaks, and is told once', async () => {
  const program = join(__dirname, 'telemetry', 'programs', 'nonsense.js');
  const { stdout, stderr, code } = await runFile(program, [], { FORKGUARD_REPORTERS: 'none' });
  expect({ stdout, code }).toEqual({ stdout: 'done\n', code: 0 });
  expect(stderr.match(/is not understood/g)).toHaveLength(1);
});
