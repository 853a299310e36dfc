// execa and cross-spawn.
import { execa, execaSync } from 'execa';
import spawn from 'cross-spawn';

const { stdout } = await execa('echo', ['execa']).pipe('tr', ['a-z', 'A-Z']);
console.log(stdout, execaSync('echo', ['sync']).stdout);
const failed = await execa('sh', ['-c', 'echo problem >&2; exit 2'], { reject: false });
console.log(failed.exitCode, failed.stderr, failed.failed);
for await (const line of execa('printf', ['1\n2\n'])) console.log('line', line);
const ended = await execa('sleep', ['30'], { timeout: 100, reject: false });
console.log(ended.timedOut, ended.signal);
console.log(spawn.sync('echo', ['cross-spawn'], { encoding: 'utf8' }).stdout.trim());
spawn('no-such-program').on('error', ({ code, syscall, path, spawnargs }) => console.log(code, syscall, path, spawnargs));
