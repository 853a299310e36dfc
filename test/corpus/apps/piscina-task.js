const { execFile, execFileSync } = require('node:child_process');
const { promisify } = require('node:util');

module.exports = async (number) => {
  const { stdout } = await promisify(execFile)('echo', [String(number)]);
  return Number(stdout) + Number(execFileSync('echo', ['10']));
};
