import type { Hazard, Site } from './model';
import { matches } from './wildcard';

/** What the user has looked at and accepts. Without the finer parts, the whole rule. `*` stands for any text. */
export interface Allowance {
  readonly rule: string;
  /** The child's command. */
  readonly command?: string;
  /** What the finding is about: a descriptor's target, an address, a lock's file. */
  readonly target?: string;
  /** File of the opened, forked or ended site. */
  readonly site?: string;
  readonly reason?: string;
}

/** What an allowance looks at. */
type Allowable = Pick<Hazard, 'rule' | 'subject' | 'child' | 'resource' | 'opened' | 'forked' | 'ended'>;

/** Whether the user has accepted that this process lives on, which was made by code of these files. */
export function mayBeLeft(
  command: string,
  files: readonly string[],
  allowances: readonly Allowance[],
): boolean {
  const frames = files.map((file) => ({ file, line: 0, column: 0 }));
  const left = {
    rule: 'orphaned-children',
    subject: command,
    child: { pid: 0, command },
    forked: { frames },
  };
  return isAllowed(left, allowances);
}

/** Whether the user has accepted this hazard. */
export function isAllowed(hazard: Allowable, allowances: readonly Allowance[]): boolean {
  return allowances.some(
    ({ rule, command, target, site }) =>
      matches(rule, hazard.rule) &&
      (command === undefined || matches(command, hazard.child?.command ?? '')) &&
      (target === undefined ||
        matches(target, hazard.subject) ||
        matches(target, hazard.resource?.label ?? '')) &&
      (site === undefined || [hazard.opened, hazard.forked, hazard.ended].some((place) => isAt(place, site))),
  );
}

/** What is to be said of names in the allow list that no rule has: most likely they are mistyped. */
export function unknownRules(allowances: readonly Allowance[], rules: readonly { name: string }[]): string[] {
  return allowances
    .filter(({ rule }) => !rules.some(({ name }) => matches(rule, name)))
    .map(({ rule }) => `"${rule}" is allowed, but there is no such rule: \`forkguard explain\` lists all`);
}

function isAt(place: Site | string | undefined, glob: string): boolean {
  if (typeof place !== 'object') return false;
  return place.frames.some(({ file }) => matches(glob, file) || matches(`*/${glob}`, file));
}
