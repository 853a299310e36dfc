// A chatty tool: its result goes to stdout, its progress to stderr. Only one of them is read.
const { spawn } = require('node:child_process');

const tool = spawn('sh', ['-c', 'seq 1 200000 >&2; echo result']);
let result = '';
tool.stdout.on('data', (chunk) => {
  result += chunk;
});
tool.on('close', () => console.log(`result: ${result.trim() || 'none'}`));

// so that this example ends
const limit = setTimeout(() => tool.kill('SIGKILL'), 4000);
tool.on('exit', (_code, signal) => {
  clearTimeout(limit);
  if (signal) console.log(`the tool did not get on and was ended by ${signal}`);
  tool.stderr.destroy();
});
