#!/usr/bin/env node
import { type Command, UsageError } from './commands/io';
import { hideAsAsked, readConfig } from './config';
import { workingDirectory } from './directory';
import { messageOf, say } from './say';

/** Loaded when called. */
const COMMANDS: Record<string, () => Command> = {
  run: () => (require('./commands/run') as typeof import('./commands/run')).run,
  inspect: () => (require('./commands/inspect') as typeof import('./commands/inspect')).inspect,
  explain: () => (require('./commands/explain') as typeof import('./commands/explain')).explain,
  report: () => (require('./commands/report') as typeof import('./commands/report')).report,
  doctor: () => (require('./commands/doctor') as typeof import('./commands/doctor')).doctor,
};

const HELP = `forkguard finds what leaks into, or deadlocks with, the children of a Node program.

  forkguard run [options] -- command …   run a command with forkguard in all its Node processes
  forkguard inspect <pid>                what a live process would hand to a child; nothing need be preloaded
  forkguard explain [rule]               what a rule reports, why it harms and what to do instead
  forkguard report <file.ndjson> …       make a page or another format from a recorded report
  forkguard doctor                       what works on this machine, what does not, and why

  forkguard <command> --help             the options of a command
  forkguard --version

Without the command line: node -r forkguard/register app.js
`;

async function main(argv: readonly string[]): Promise<number> {
  // the user's patterns hold for the commands as well, and for what a report of earlier says
  hideAsAsked(readConfig(process.env, workingDirectory()).config);
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(HELP);
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${(require('../../package.json') as { version: string }).version}\n`);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command)
    throw new UsageError(`there is no command \`${name}\`: there are ${Object.keys(COMMANDS).join(', ')}`);
  return command()(rest, {
    out: (text) => process.stdout.write(text),
    error: say,
  });
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const gone = (error as NodeJS.ErrnoException | null)?.syscall === 'uv_cwd';
    say(
      gone ? 'the working directory has been removed: call forkguard in one that there is' : messageOf(error),
    );
    if (error instanceof UsageError) say('see forkguard --help');
    process.exitCode = gone || error instanceof UsageError ? 2 : 1;
  },
);
