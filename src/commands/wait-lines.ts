import { escapeText } from '../escape';
import type { Wait } from '../model';
import { inWords } from '../waits/graph';
import type { InspectedWaits, StuckWaits } from '../waits/inspect';

/** So that a busy server does not fill the screen; `--json` has them all. */
const MOST = 20;

export interface Section {
  readonly title: string;
  readonly rows: readonly string[];
}

/** Who waits on what, for people: one line a wait, with its proof below it where somebody is stuck. */
export function waitSections({ stuck, waits, goesOn }: InspectedWaits): Section[] {
  if (stuck.length > 0) return stuck.map(stuckSection);
  const reasons = goesOn.map(({ label, why }) => `${escapeText(label)}: ${escapeText(why)}`);
  return [
    { title: 'who waits on what', rows: shortened(waits.map(sentence)) },
    ...(waits.length > 0 ? [{ title: 'not called stuck, because', rows: shortened(reasons) }] : []),
  ];
}

function stuckSection({ grade, cycle, waits, deadlines }: StuckWaits): Section {
  const rows = waits.flatMap((wait) => [
    sentence(wait),
    ...wait.proof.map((fact) => `    ${escapeText(fact)}`),
  ]);
  if (grade === 'limited') {
    const ends = deadlines.map(inWords);
    return { title: `stuck until ${escapeText([...new Set(ends)].join(' or '))}`, rows };
  }
  return {
    title: cycle ? 'stuck: they wait for each other' : 'stuck: nobody is left to end this wait',
    rows,
  };
}

const sentence = ({ waiter, on, until }: Wait) =>
  `${escapeText(waiter.label)} waits for ${escapeText(on.label)} ${escapeText(until)}`;

function shortened(rows: readonly string[]): string[] {
  return rows.length <= MOST ? [...rows] : [...rows.slice(0, MOST), `and ${rows.length - MOST} more`];
}
