import { resolve } from 'node:path';
import { escapeText, reasonOf } from '../escape';
import { redactText } from '../redact';
import type { ReporterOptions } from './options';

export type DocumentFormat = 'html' | 'sarif' | 'junit';

const ENDING: Readonly<Record<DocumentFormat | 'ndjson', string>> = {
  html: '.html',
  sarif: '.sarif',
  junit: '.xml',
  ndjson: '.ndjson',
};

/**
 * `FORKGUARD_OUTPUT` names one file, but several reporters may write: each puts its own ending in place of a
 * known one. ndjson alone keeps any other name.
 */
export function outputPath(options: ReporterOptions, format: DocumentFormat | 'ndjson'): string {
  const output = options.output ?? 'forkguard-report';
  const known = /\.(?:html?|sarif(?:\.json)?|xml|ndjson|jsonl)$/i.exec(output);
  const fits = known && new RegExp(`^\\${ENDING[format]}`, 'i').test(known[0]);
  const named =
    format === 'ndjson' && options.output !== undefined && !/\.(?:html?|sarif(?:\.json)?|xml)$/i.test(output);
  const name = fits || named ? output : output.slice(0, known?.index ?? output.length) + ENDING[format];
  return resolve(options.cwd, name);
}

/** What a person is told when the report cannot be written. */
export function cannotWrite(path: string, error: unknown): string {
  return `forkguard: cannot write the report ${escapeText(redactText(path), 500)}: ${redactText(reasonOf(error))}`;
}
