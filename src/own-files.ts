import fs from 'node:fs';
import { unpatched } from './originals';

/** By these we read files and keep notes, and Node reads the modules that we load. */
const NAMES = [
  'accessSync',
  'appendFileSync',
  'closeSync',
  'existsSync',
  'fstatSync',
  'lstatSync',
  'mkdirSync',
  'openSync',
  'readFileSync',
  'readSync',
  'readdirSync',
  'readlinkSync',
  'realpathSync',
  'rmSync',
  'statSync',
  'writeFileSync',
  'writeSync',
] as const;

const own = NAMES.map((name) => ({ name, fn: fs[name] }));

/**
 * Acts with these functions of `fs` as they were at the start. Tests put others in their place, which would tell us
 * what is not so, and count our calls as those of the program.
 */
export function withOwnFiles<T>(act: () => T): T {
  if (!own.some(isReplaced)) return act();
  const replaced = own.filter(isReplaced);
  const theirs = replaced.map(({ name, fn }) => ({ name, fn: fs[name], ours: fn }));
  put(replaced);
  try {
    return act();
  } finally {
    // a listener of the program's may have put another there meanwhile
    put(theirs.filter(({ name, ours }) => fs[name] === ours));
  }
}

function isReplaced({ name, fn }: (typeof own)[number]): boolean {
  return fs[name] !== fn && unpatched(fs[name]) !== fn;
}

function put(functions: readonly { readonly name: string; readonly fn: unknown }[]): void {
  // one that cannot be replaced stays
  for (const { name, fn } of functions) Reflect.set(fs, name, fn);
}
