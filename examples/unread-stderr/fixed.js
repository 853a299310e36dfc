// What nobody wants to read is thrown away: 'ignore', or tool.stderr.resume().
const { spawn } = require('node:child_process');

const tool = spawn('sh', ['-c', 'seq 1 200000 >&2; echo result'], { stdio: ['ignore', 'pipe', 'ignore'] });
let result = '';
tool.stdout.on('data', (chunk) => {
  result += chunk;
});
tool.on('close', () => console.log(`result: ${result.trim() || 'none'}`));
