/**
 * The test suites of packages that live on child processes: where each is had, and how one file of it is run.
 * npm tarballs seldom hold tests; Debian's source packages hold a package's whole repository.
 *
 * `debian`: suite and source package. `npm`: the published package, laid over it (its build) or alone.
 * `needs`: what the tests import. `files`: settings. `tests`: their files. `run`: the arguments of Node for one of them.
 */

const tap = (loader) => (file) => ['--no-warnings', ...loader, file];
const TSX = ['--import=tsx'];

export const SUITES = [
  {
    name: 'execa',
    debian: ['trixie', 'node-execa'],
    npm: 'execa@8.0.1',
    needs: ['ava@5', 'get-node@14', 'is-running@2', 'p-event@6', 'path-key@4', 'tempfile@5'],
    tests: /^test\/[^/]+\.js$/,
    run: (file) => ['node_modules/ava/entrypoints/cli.mjs', '--tap', '--serial', '--timeout=60s', file],
  },
  {
    name: 'signal-exit',
    debian: ['trixie', 'node-signal-exit'],
    npm: 'signal-exit@4.1.0',
    needs: ['tap@16', 'tsx@4'],
    tests: /^test\/[^/]+\.[jt]s$/,
    run: tap(TSX),
  },
  {
    name: 'piscina',
    npm: 'piscina@5.3.2',
    needs: ['tsx@4', 'abort-controller@3', 'concat-stream@2'],
    tests: /^test\/[^/]+\.test\.ts$/,
    run: (file) => [...TSX, '--test', '--test-reporter=tap', file],
  },
  {
    name: 'jest-worker',
    debian: ['trixie', 'node-jest'],
    inside: 'packages/jest-worker',
    needs: [
      'jest@29',
      '@babel/preset-typescript@7',
      '@babel/plugin-transform-modules-commonjs@7',
      'get-stream@6',
      'worker-farm@1',
      'jest-leak-detector@29',
    ],
    tests: /^src\/.*\.test\.ts$/,
    // the repository's own settings name plugins of the repository
    files: {
      'babel.config.js':
        "module.exports = { presets: ['@babel/typescript'], plugins: ['@babel/transform-modules-commonjs'] };",
      'compat.json': '{}',
    },
    run: (file) => ['node_modules/jest/bin/jest.js', '--config=compat.json', '--json', '--runInBand', file],
  },
  {
    name: 'node-pty',
    debian: ['trixie', 'node-node-pty'], // for its fixtures
    npm: 'node-pty@1.1.0',
    builds: true,
    needs: ['mocha@10', 'ps-list@6'],
    tests: /^lib\/(?!windows)[^/]+\.test\.js$/,
    run: (file) => ['node_modules/mocha/bin/mocha.js', '--reporter=tap', '--exit', '--timeout=20000', file],
  },
];

/** Suites that cannot be had: their npm tarballs hold no tests, and no Debian mirror at hand holds their sources. */
export const ABSENT = ['cross-spawn', 'tree-kill'];
