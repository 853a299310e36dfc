module.exports = {
  testMatch: ['<rootDir>/*.test.js'],
  setupFilesAfterEnv: ['forkguard/jest'],
  reporters: ['default', 'forkguard/jest-reporter'],
};
