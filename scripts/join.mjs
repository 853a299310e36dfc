#!/usr/bin/env node
// Joins what the preload loads at start into one file, dist/start-up.js. Finding, reading and compiling each module
// by itself makes start-up cost twice as much. The modules' own files become one line each that hands out
// the joined module, so there is one copy of each. Without this step everything works, only slower.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, parse, posix, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const DIST = resolve(dirname(fileURLToPath(import.meta.url)), '../dist');
const REGISTER = join(DIST, 'register.js');

/** The modules that are loaded at start, such as `src/guard`. */
function loadedAtStart() {
  const { NODE_OPTIONS: _, ...rest } = process.env;
  const env = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('FORKGUARD')));
  const print = 'console.log(JSON.stringify(Object.keys(require.cache)))';
  const files = JSON.parse(
    execFileSync(process.execPath, ['-r', REGISTER, '-e', print], {
      cwd: parse(DIST).root,
      env,
      encoding: 'utf8',
    }),
  );
  return files
    .filter((file) => file === REGISTER || file.startsWith(join(DIST, 'src')))
    .map((file) => relative(DIST, file).replaceAll('\\', '/').replace(/\.js$/, ''));
}

/** The module that `id` means in the module `from`; undefined if it is not one of ours. */
function nameOf(id, from) {
  if (!id.startsWith('.')) return undefined;
  const name = posix.join(posix.dirname(from), id);
  return existsSync(join(DIST, `${name}.js`)) ? name : `${name}/index`;
}

function joined(name, names) {
  const plain = ts.transpile(readFileSync(join(DIST, `${name}.js`), 'utf8'), {
    removeComments: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.None,
  });
  const body = plain.replace(/\brequire\(["']([^"']+)["']\)/g, (call, id) => {
    const target = nameOf(id, name);
    if (target === undefined) return call;
    return names.includes(target)
      ? `load(${JSON.stringify(target)})`
      : `require(${JSON.stringify(`./${target}.js`)})`;
  });
  const text = body.replace(/^"use strict";\s*/, '').trim();
  return `${JSON.stringify(name)}(exports, __dirname) {\n${text}\n},\n`;
}

const names = loadedAtStart();
if (names.length < 5) throw new Error('dist is joined already: compile it first');
writeFileSync(
  join(DIST, 'start-up.js'),
  `'use strict';
const { dirname } = require('node:path');
const made = Object.create(null);
function load(name) {
  const known = made[name];
  if (known) return known;
  const exports = (made[name] = {});
  modules[name](exports, dirname(__dirname + '/' + name));
  return exports;
}
const modules = {
${names.map((name) => joined(name, names)).join('')}};
module.exports = load;
`,
);
for (const name of names) {
  const way = `${'../'.repeat(name.split('/').length - 1) || './'}start-up.js`;
  writeFileSync(
    join(DIST, `${name}.js`),
    `'use strict';\nmodule.exports = require(${JSON.stringify(way)})(${JSON.stringify(name)});\n`,
  );
}
