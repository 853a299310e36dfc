/** @type {import('jest').Config} */
module.exports = {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } }] },
  // Node's own tests and other releases of Node, which compat and test:nodes fetch, hold broken packages on purpose
  modulePathIgnorePatterns: ['<rootDir>/.cache/', '<rootDir>/.nodes/'],
  reporters: ['default', '<rootDir>/test/retried.js'],
  testTimeout: 60_000,
  maxWorkers: 2,
};
