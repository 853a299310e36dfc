/** Text in lines of a given width. */

/** Columns that a terminal uses, near enough: combining marks none, East Asian wide characters and emoji two. */
export function columns(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let count = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    count +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return count;
}

/** Breaks at spaces only; a word wider than the room gets its own line and stays whole, so it can be copied. */
export function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  let used = 0;
  for (const word of text.split(' ')) {
    const size = columns(word);
    if (line !== undefined && used + 1 + size <= room) {
      line = `${line} ${word}`;
      used += 1 + size;
    } else {
      if (line !== undefined) lines.push(line);
      line = word;
      used = size;
    }
  }
  lines.push(line ?? '');
  return lines;
}

/** Decorates what stands in backticks, also where the line breaks in it; text with a lone backtick stays plain. */
export function decorate(
  lines: readonly string[],
  code: (text: string) => string,
  rest: (text: string) => string,
): string[] {
  if ((lines.join('').split('`').length - 1) % 2 === 1) return lines.map(rest);
  let inside = false;
  return lines.map((line) => {
    let out = '';
    let piece = '';
    for (const part of line.split(/(`)/)) {
      if (part !== '`') piece += part;
      else if (inside) {
        out += code(`${piece}\``);
        piece = '';
        inside = false;
      } else {
        if (piece !== '') out += rest(piece);
        piece = '`';
        inside = true;
      }
    }
    return piece === '' ? out : out + (inside ? code(piece) : rest(piece));
  });
}
