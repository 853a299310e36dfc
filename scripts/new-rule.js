'use strict';
// Makes the files of a new rule: npm run new-rule lost-wakeups
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const name = process.argv[2];
if (!/^[a-z]+(-[a-z]+)+$/.test(name ?? '')) {
  console.error(
    'usage: npm run new-rule NAME   NAME is plural, in kebab case, and names the bad thing: lost-wakeups',
  );
  process.exit(2);
}
const rulePath = join(root, 'src', 'rules', `${name}.ts`);
if (existsSync(rulePath)) {
  console.error(`there is a rule ${name} already: ${rulePath}`);
  process.exit(2);
}
const id = name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());

writeFileSync(
  rulePath,
  `import type { Rule } from './rule';
import { childOf } from './words';

/**
 * ### What it reports
 * One sentence: the thing, and under which condition.
 *
 * ### Why
 * The mechanism, then what the user will see.
 *
 * ### Certain because
 * The facts that make a finding true. What is only likely is \`info\`; what cannot be read is a gap.
 *
 * ### Example
 * \`\`\`js
 * spawn('true');
 * \`\`\`
 *
 * ### Instead
 * What to do, the least change first.
 */
export const ${id}: Rule = {
  name: '${name}',
  severity: 'warning',
  summary: 'one sentence for the list of rules',
  *fork(snapshot) {
    const { moment } = snapshot;
    if (moment.command !== '${name}') return; // the condition: replace it
    yield {
      what: \`\${childOf(moment)} does what ${name} names\`,
      forked: moment.forked,
      why: 'the mechanism, then what the user will see',
      help: 'what to do, the least change first',
      proof: ['a fact that a person can check by hand'],
      subject: moment.command,
      fork: moment.id,
      child: moment.child,
    };
  },
};
`,
);

const listPath = join(root, 'src', 'rules', 'at-fork.ts');
const line = `import { ${id} } from './${name}';`;
const lines = readFileSync(listPath, 'utf8').split('\n');
// among the others in the order of their files, as the formatter wants it
const after = lines.findLastIndex((other) => other.startsWith('import') && fileOf(other) < `./${name}`);
lines.splice(after + 1, 0, line);
writeFileSync(listPath, lines.join('\n').replace(/\n\];\n$/, `\n  ${id},\n];\n`));

function fileOf(statement) {
  return /from '(.*)';$/.exec(statement)?.[1] ?? '';
}

const programs = join(root, 'test', 'programs', name);
mkdirSync(programs, { recursive: true });
writeFileSync(
  join(programs, 'hazard.js'),
  `// The hazard, as small as it can be. Mark the lines that the report must name.
//# reports: ${name} warning
'use strict';
const { spawn } = require('node:child_process');

spawn('true'); //~ forked
`,
);
writeFileSync(
  join(programs, 'clean.js'),
  `// The nearest innocent twin: it looks alike and must stay silent.
'use strict';
const { spawn } = require('node:child_process');

spawn('true');
`,
);

console.log(`made src/rules/${name}.ts, a line in src/rules/at-fork.ts and test/programs/${name}/
next: write the condition and the two programs, then
  npm run docs                                  its page
  npm run build && npm run bless -- ${name}     its expected report: read it
  npm test`);
