/** The instrumentation scope of everything we emit. */
export const NAME = 'forkguard';
export const VERSION: string = require('forkguard/package.json').version;
