const said = new Set<string>();

/** One line on stderr about forkguard itself, each text once, without secrets and control characters. Never throws. */
export function say(line: string): void {
  if (said.has(line)) return;
  said.add(line);
  try {
    // loaded here: most programs never see a line of this
    const { escapeText } = require('./escape') as typeof import('./escape');
    const { redactText } = require('./redact') as typeof import('./redact');
    const { writeStderr } = require('./stderr') as typeof import('./stderr');
    writeStderr(`forkguard: ${escapeText(redactText(line))}\n`);
  } catch {
    // not all of this package can be read
  }
}

/** The message of whatever was thrown, on one line. Never throws, even where the program has replaced built-ins. */
export function messageOf(error: unknown): string {
  try {
    const message = error instanceof Error ? error.message : String(error);
    return (message.split('\n')[0] as string).slice(0, 500);
  } catch {
    return 'something that has no message';
  }
}
