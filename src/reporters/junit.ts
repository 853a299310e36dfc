import { escapeText } from '../escape';
import type { Reporter } from '../model';
import type { SiteRecord } from '../records';
import { relativePath } from '../render';
import type { ReporterOptions } from './options';
import type { CountedHazard, Run } from './read';
import { wholeTree } from './whole-tree';

const ENTITY: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text in XML 1.0, which has no way at all to write most control characters or U+FFFE. */
const xml = (text: string): string =>
  escapeText(text)
    .replace(/[\ufffe\uffff]/g, '?')
    .replace(/[&<>"']/g, (character) => ENTITY[character] as string);

function place(site: SiteRecord | string | null, cwd: string): string | undefined {
  if (site === null) return undefined;
  return typeof site === 'string' ? site : `${relativePath(site.file, cwd)}:${site.line}:${site.column}`;
}

function testcase(hazard: CountedHazard, cwd: string): string {
  const lines: [string, string | undefined][] = [
    ['opened', place(hazard.opened, cwd)],
    ['forked', place(hazard.forked, cwd)],
    ['ended', place(hazard.ended ?? null, cwd)],
    ['why', hazard.why],
    ['help', hazard.help],
    ...hazard.proof.map((fact): [string, string] => ['proof', fact]),
    ['docs', hazard.docs],
  ];
  const body = lines
    .flatMap(([label, text]) => (text === undefined ? [] : [`${label.padEnd(8)}${xml(text)}`]))
    .join('\n');
  const inside =
    hazard.severity === 'info'
      ? `<system-out>${body}</system-out>`
      : `<failure message="${xml(hazard.what)}" type="${hazard.severity}">${body}</failure>`;
  return `    <testcase classname="forkguard.${xml(hazard.rule)}" name="${xml(hazard.what)}" time="0">${inside}</testcase>`;
}

/**
 * JUnit XML as CI servers read it: each hazard is a failed test case, `info` ones pass, and a run without
 * hazards is one test case that passes, because many servers take an empty file for a broken one.
 */
export function toJunit(run: Run, cwd: string): string {
  const failures = run.hazards.filter((hazard) => hazard.severity !== 'info').length;
  const cases = run.hazards.map((hazard) => testcase(hazard, cwd));
  if (cases.length === 0) cases.push('    <testcase classname="forkguard" name="no hazards" time="0"/>');
  const counts = `tests="${cases.length}" failures="${failures}" errors="0" time="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="forkguard" ${counts}>`,
    `  <testsuite name="forkguard" ${counts} skipped="0">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

/** Writes a JUnit file when the process ends. */
export default function junit(options: ReporterOptions): Reporter {
  return wholeTree('junit', options, (run) => toJunit(run, options.cwd));
}
