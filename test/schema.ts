import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';

/** The published schema of ndjson records. */
export const schema = JSON.parse(
  readFileSync(join(__dirname, '../docs/schema/record.schema.json'), 'utf8'),
) as object;

const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats(ajv);
const validate = ajv.compile(schema);

/** What is wrong with a record; nothing where it fits. */
export function misfits(record: unknown): unknown[] {
  return validate(record) ? [] : (validate.errors ?? []);
}
