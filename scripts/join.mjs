#!/usr/bin/env node
// Joins what the preload loads together into one file each: dist/start-up.js at start, first-use.js with child_process
// or net, first-fork.js, threads.js with worker threads, redact.js with the first command that is shown,
// first-finding.js with what may be a hazard, watcher.js in the watcher thread, stall.js there with the first call that
// takes its time, session.js in tests that fork. Finding, reading and compiling each module by itself costs more than
// running it.
// The modules' own files become one line each that hands out the joined module, so there is one copy of each.
// Without this step everything works, only slower, and not where a program takes globals away.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, parse, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minifySync } from '@swc/core';
import ts from 'typescript';

const DIST = resolve(dirname(fileURLToPath(import.meta.url)), '../dist');
/** Stays a file of its own, which tells if the others cannot be read. */
const REGISTER = 'register';

/** The modules that a program has loaded, in the order of loading: `register`, `src/guard`, … */
function loadedBy(program) {
  const { NODE_OPTIONS: _, ...rest } = process.env;
  const env = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('FORKGUARD')));
  const script = `${program}console.log(JSON.stringify(Object.keys(require.cache)))`;
  // away from any package.json, so that no settings are read
  const output = execFileSync(process.execPath, ['-r', join(DIST, 'register.js'), '-e', script], {
    cwd: parse(DIST).root,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(output)
    .filter((file) => file.startsWith(DIST + sep))
    .map((file) => relative(DIST, file).replaceAll('\\', '/').replace(/\.js$/, ''))
    .filter((name) => name !== REGISTER);
}

/** The module that `id` means in the module `from`; undefined if it is not one of ours. */
function nameOf(id, from) {
  if (!id.startsWith('.')) return undefined;
  const name = posix.join(posix.dirname(from), id.replace(/\.js$/, ''));
  return existsSync(join(DIST, `${name}.js`)) ? name : `${name}/index`;
}

/** These modules and what loading them loads, without what is `there`. */
function neededBy(names, there) {
  const found = new Set();
  const follow = (name) => {
    if (found.has(name) || there.includes(name)) return;
    found.add(name);
    const text = readFileSync(join(DIST, `${name}.js`), 'utf8');
    // what is loaded later stands within a function
    for (const [, id] of text.matchAll(/^(?:const \w+ = .*)?\brequire\("(\.[^"]+)"\)/gm))
      follow(nameOf(id, name));
  };
  names.forEach(follow);
  return [...found];
}

/** The way from a module that keeps a file of its own to where the joined files lie. */
const wayFrom = (name) => '../'.repeat(name.split('/').length - 1) || './';

/** The text of a module in which joined modules are had from their files; `own`: the file that it stands in itself. */
function resolved(text, name, fileOf, own) {
  const way = own === undefined ? wayFrom(name) : './';
  return text.replace(/\brequire\(["']([^"']+)["']\)/g, (call, id) => {
    const target = nameOf(id, name);
    if (target === undefined) return call;
    const file = fileOf.get(target);
    if (file === undefined) return `require('${way}${target}.js')`;
    return file === own
      ? `joined$(${JSON.stringify(target)})`
      : `require('${way}${file}')(${JSON.stringify(target)})`;
  });
}

function joined(name, fileOf, own) {
  const plain = ts.transpile(readFileSync(join(DIST, `${name}.js`), 'utf8'), {
    removeComments: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.None,
  });
  const body = resolved(plain.replace(/^"use strict";\s*/, ''), name, fileOf, own);
  return `${JSON.stringify(name)}: called$(function (exports, __dirname) {\n${body.trim()}\n}),\n`;
}

const LINE_LENGTH = 160;

/** Where a line may end: where a statement or a member of a class does, else behind a comma between two nodes. */
function breaksOf(code) {
  const source = ts.createSourceFile('joined.js', code, ts.ScriptTarget.ES2022);
  const statements = [];
  const commas = [];
  const visit = (node) => {
    const start = node.getStart(source);
    if (code[start - 1] === ',') commas.push(start);
    ts.forEachChild(node, visit);
    if (ts.isStatement(node) || ts.isClassElement(node)) statements.push(node.end);
  };
  ts.forEachChild(source, visit);
  return [statements, commas];
}

/** Node shows the line that throws: it must not be the whole file. */
function inLines(code) {
  const breaks = breaksOf(code);
  const lines = [];
  let start = 0;
  while (code.length - start > LINE_LENGTH) {
    const fits = (end) => end > start && end <= start + LINE_LENGTH;
    const [statement, comma] = breaks.map((ends) => ends.findLast(fits));
    const end = statement ?? comma ?? Math.min(...breaks.flat().filter((end) => end > start), code.length);
    lines.push(code.slice(start, end));
    start = end;
  }
  return [...lines, code.slice(start)].join('\n');
}

const USES = "require('child_process');require('net');";

/** Needed in children of a Node, such as this one, and in tests: there child_process is in use. */
const IN_CHILDREN = ['src/exits/channel', 'src/exits/parent', 'src/waits/heartbeat', 'src/testing/early'];

const atStart = loadedBy('').filter((name) => !IN_CHILDREN.includes(name));
if (atStart.length < 5) throw new Error('dist is joined already: compile it first');
const atUse = [...new Set([...IN_CHILDREN, ...loadedBy(USES)])].filter((name) => !atStart.includes(name));
const groups = new Map([
  ['start-up.js', atStart],
  ['first-use.js', atUse],
]);
/** Adds a file of what these modules need besides what is in the other files. */
function add(file, names) {
  groups.set(file, neededBy(names, [...groups.values()].flat()));
}
add('watcher.js', ['src/waits/watcher-thread']);
add('first-fork.js', [
  'src/observer',
  'src/waits/stall-watch',
  'src/waits/watcher',
  'src/calls',
  'src/frames',
]);
add('threads.js', ['src/instruments/worker-output', 'src/thread-guard']);
add('redact.js', ['src/redact']);
add('first-finding.js', ['src/redact-finding', 'src/reporters/index', 'src/rules/at-exit', 'src/exit-view']);
add('stall.js', ['src/waits/watch', 'src/reporters/terminal', 'src/reporters/ndjson']);
add('session.js', ['src/testing/session', 'src/testing/run-log']);
const fileOf = new Map([...groups].flatMap(([file, names]) => names.map((name) => [name, file])));

// test code gets copies of its own: runners load them for each test file, and most test files never fork
const TESTS = 'for-tests.js';
const forTests = neededBy(
  ['src/testing/jest', 'src/testing/ask', 'src/testing/matchers', 'src/testing/vitest-hooks', 'src/testing'],
  [],
);
groups.set(TESTS, forTests);
const inTests = new Map([...fileOf, ...forTests.map((name) => [name, TESTS])]);
for (const name of forTests) if (!fileOf.has(name)) fileOf.set(name, TESTS);

// A program may take away or replace what it finds: ours are the globals, and the functions on some, of the start.
const COPIED = ['JSON', 'Math', 'Object', 'Reflect'];
const TAKEN = (
  'Array Atomics BigInt BigInt64Array Buffer Date Int32Array Map Number Promise Proxy RegExp Set SharedArrayBuffer String Symbol URL ' +
  'WeakMap WeakRef clearInterval clearTimeout parseInt process setInterval setTimeout'
).split(' ');
const GLOBALS = [...COPIED, ...TAKEN].join(', ');
// some there are not: V8 has flags that take SharedArrayBuffer and Atomics away
const TAKE = `{ ${COPIED.map((name) => `${name}: copied(${name})`)}, ${TAKEN.map((name) => `${name}: globalThis.${name}`)} };
function copied(object) {
  return Object.defineProperties({}, Object.getOwnPropertyDescriptors(object));
}`;
const globalsOf = (file) =>
  ({ 'start-up.js': TAKE, [TESTS]: 'globalThis' })[file] ?? "require('./start-up.js').globals";

const texts = [...groups].map(([file, names]) => [
  file,
  `'use strict';
const globals = ${globalsOf(file)};
module.exports = (({ ${GLOBALS} }) => {
const { dirname } = require('node:path');
const made = Object.create(null);
function joined$(name) {
  const known = made[name];
  if (known) return known;
  const exports = (made[name] = {});
  modules[name](exports, dirname(__dirname + '/' + name));
  return exports;
}
const modules = {
${names.map((name) => joined(name, file === TESTS ? inTests : fileOf, file)).join('')}};
return joined$;
})(globals);
module.exports.globals = globals;
`,
]);
// short names: reading the text is a good part of what the start costs
for (const [file, text] of texts) {
  // Node reads what is ASCII in a third of the time
  const format = { asciiOnly: true };
  // classes are what Node and `console.log` call our errors and objects by
  const mangle = { keepClassNames: true };
  const { code } = minifySync(text, { compress: false, mangle, module: false, format });
  // a function in brackets is compiled at once by V8, where others are read twice; the minifier would drop them
  writeFileSync(join(DIST, file), inLines(code.replaceAll('called$(', '(')));
}
for (const [name, file] of fileOf) {
  const way = `${wayFrom(name)}${file}`;
  const path = join(DIST, `${name}.js`);
  const found = readFileSync(path, 'utf8').matchAll(
    /^exports\.(\w+) = |^Object.defineProperty\(exports, "(\w+)"/gm,
  );
  const names = new Set([...found].map(([, plain, again]) => plain ?? again));
  names.delete('default'); // every module has it
  const exported = [...names].join(', ');
  writeFileSync(
    path,
    `'use strict';
module.exports = require(${JSON.stringify(way)})(${JSON.stringify(name)});
// never run: it tells \`import\` which names there are
0 && (module.exports = { ${exported} });
`,
  );
}
for (const [file, name] of [
  [`${REGISTER}.js`, REGISTER],
  ['src/testing/vitest.mjs', 'src/testing/vitest'],
]) {
  const path = join(DIST, file);
  writeFileSync(path, resolved(readFileSync(path, 'utf8'), name, fileOf));
}
