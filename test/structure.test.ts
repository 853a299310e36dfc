import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

// Who may import whom. A rule must stay a pure function of its snapshot, a reporter must see nothing but
// hazards: whoever breaks that finds out here, and not when the parts can no longer be taken apart.

const root = join(__dirname, '..');
const src = join(root, 'src');

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''));

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, `${file}.ts`), 'utf8');
  const found = [...text.matchAll(/(?:^(?:import|export)[^;]*?from |require\(|^import )'([^']+)'/gms)];
  return found.map(([, name]) => {
    const target = name as string;
    if (!target.startsWith('.')) return target;
    const path = relative(src, resolve(dirname(join(src, file)), target));
    return files.includes(path) ? path : `${path}/index`;
  });
}

const allowed: [pattern: RegExp, may: RegExp][] = [
  [/^(model|originals)$/, /^$/],
  [/^rules\/(?!index$|at-)/, /^(model|facts\/.*|rules\/(rule|words)|waits\/graph)$/],
  [/^facts\//, /^(model|facts\/.*|waits\/graph)$/],
  [
    /^reporters\//,
    /^(model|render|records|escape|redact|source|wrap|tracing|stderr|pause|telemetry\/.*|reporters\/.*|node:.*|chalk|@opentelemetry\/.*)$/,
  ],
  [/^instruments\//, /^(model|originals|site|clock|thread|redact|channels|instruments\/.*|node:.*)$/],
  [/^procfs\//, /^(model|originals|escape|procfs\/.*|node:.*)$/],
  [/^waits\/graph$/, /^model$/],
  [/^(waits|exits)\//, /^(?!guard$|start$|observer$|commands\/|telemetry\/|testing)/],
  [
    /^telemetry\//,
    /^(model|records|render|escape|channels|say|tracing|clock|directory|telemetry\/.*|node:.*|@opentelemetry\/.*|forkguard\/package.json)$/,
  ],
  [/^commands\//, /^(?!guard$|start$|observer$|instruments\/|testing)/],
  [/^testing(\/|$)/, /^(?!guard$|start$|observer$)/],
  [/^(?!cli$|commands\/)/, /^(?!commands\/)/],
];

test.each(files)('src/%s imports only what its layer may', (file) => {
  for (const [pattern, may] of allowed) {
    if (!pattern.test(file)) continue;
    const forbidden = importsOf(file).filter((name) => !may.test(name));
    expect(forbidden).toEqual([]);
  }
});

test('the polyfill of diagnostics_channel is used in one place', () => {
  expect(files.filter((file) => importsOf(file).includes('dc-polyfill'))).toEqual(['channels']);
});

test('every rule is in the list, and its page says what its comment says', () => {
  const lists = importsOf('rules/index').filter((name) => name !== 'rules/rule');
  const listed = lists.flatMap(importsOf).filter((name) => name !== 'rules/rule');
  const there = files.filter((file) => /^rules\/(?!index$|at-|rule$|words$)/.test(file));
  expect(listed.sort()).toEqual(there.sort());
});
