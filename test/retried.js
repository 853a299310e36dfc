'use strict';
// A reporter of jest's: says at the end, where nobody overlooks it, which tests passed only when they were tried again.

module.exports = class Retried {
  /** @type {string[]} */
  #retried = [];

  onTestResult(_test, { testFilePath, testResults }) {
    for (const { status, invocations = 1, fullName } of testResults)
      if (status === 'passed' && invocations > 1) this.#retried.push(`${testFilePath}: ${fullName}`);
  }

  onRunComplete() {
    if (this.#retried.length === 0) return;
    const lines = this.#retried.map((name) => `  ${name}\n`);
    process.stderr.write(`\nPASSED ONLY AT THE SECOND TRY (${lines.length}):\n${lines.join('')}`);
  }
};
