export default {
  test: {
    include: ['*.test.js'],
    setupFiles: ['forkguard/vitest'],
    globalSetup: ['forkguard/global-setup'],
  },
};
