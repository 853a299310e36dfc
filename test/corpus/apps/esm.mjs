// An ESM app: promises, AbortSignal, util.promisify, top-level await.
import { exec, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

console.log((await promisify(exec)('echo promised')).stdout.trim());
console.log((await promisify(execFile)('echo', ['file'])).stdout.trim());
try {
  await promisify(exec)('exit 3');
} catch ({ code, killed, cmd }) {
  console.log(code, killed, cmd);
}
const control = new AbortController();
const child = spawn('sleep', ['30'], { signal: control.signal });
child.on('error', ({ name, code }) => console.log(name, code));
control.abort();
console.log(await once(child, 'close'));
const timed = spawn('sleep', ['30'], { timeout: 100 });
console.log(await once(timed, 'exit'));
console.log(exec.length, exec.name, Object.keys(exec).length, exec[promisify.custom].length, String(spawn).slice(0, 15));
