/**
 * Makes text of other processes safe to print. Process names, arguments, paths and socket names are chosen by
 * somebody else: printed raw, they could move the cursor, hide text or forge a line of a report.
 */

/** What is longer than this (in UTF-16 units) is cut; a message that long is not read anyway. */
export const TEXT_LIMIT = 4000;

/**
 * By Unicode's properties: controls (C0, DEL, C1), format characters (bidirectional marks, embeddings and
 * isolates, joiners and spaces of no width, tags), line and paragraph separators, surrogates that are not part
 * of a pair, and what else is drawn as nothing; except the selectors that turn a sign into an emoji.
 */
const UNSAFE = '(?!\\p{VS})[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{DI}]|[\\u{e0100}-\\u{e01ef}]';
/** Made when it is needed: to look up the properties takes 2 ms, also of a literal that is only read. */
let unsafe: RegExp | undefined;

/** What nearly all text is. */
const PLAIN = /^[ -~]*$/;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function visible(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) as number;
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

/** Cuts `text` to `limit` UTF-16 units, an ellipsis included, never through a surrogate pair. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = Math.max(0, limit - 1);
  const high = end > 0 && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
  return `${text.slice(0, high ? end - 1 : end)}…`;
}

/**
 * One line of text in which every character shows: `\x1b`, `\n`, `\u202e` stand for what a terminal, a browser
 * or an editor would act on or hide. Cut first, so that a megabyte costs no more than `limit` characters.
 */
export function escapeText(text: string, limit: number = TEXT_LIMIT): string {
  const cut = cutText(text, limit);
  if (PLAIN.test(cut)) return cut;
  unsafe ??= new RegExp(UNSAFE, 'gu');
  return cut.replace(unsafe, visible);
}

/** The first line of the message of whatever was thrown, also by another realm. */
export function reasonOf(error: unknown): string {
  const message = String((error as { message?: unknown } | null)?.message ?? error);
  return escapeText((message.split('\n')[0] as string).trim(), 500);
}
