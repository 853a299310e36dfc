import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rules } from '../rules';
import { type Io, UsageError } from './io';

/** The pages are generated from the rules' doc comments: see `npm run docs`. */
const PAGES = join(__dirname, '..', '..', '..', 'docs', 'rules');

export function explain(argv: readonly string[], io: Io): number {
  const [name, ...rest] = argv;
  if (name === '--help' || name === '-h') {
    io.out('forkguard explain          list all rules\nforkguard explain <rule>   one rule in full\n');
    return 0;
  }
  if (name === undefined) {
    const width = Math.max(...rules.map((rule) => rule.name.length));
    for (const rule of rules) io.out(`${rule.name.padEnd(width)}  ${rule.summary}\n`);
    return 0;
  }
  if (rest.length > 0) throw new UsageError(`explain takes one rule, not \`${argv.join(' ')}\``);
  if (!rules.some((rule) => rule.name === name))
    throw new UsageError(`there is no rule \`${name}\`${suggestion(name)}`);
  io.out(readFileSync(join(PAGES, `${name}.md`), 'utf8').replace(/^<!--.*-->\n/, ''));
  return 0;
}

function suggestion(name: string): string {
  const near = rules.find((rule) =>
    rule.name.split('-').some((word) => word.length > 3 && name.includes(word)),
  );
  return near ? `: is it ${near.name}? \`forkguard explain\` lists all` : ': `forkguard explain` lists all';
}
