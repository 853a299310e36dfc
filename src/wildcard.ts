/** Whether `text` is what `glob` says, in which `*` is any run of characters. Linear in the text: no regular expression. */
export function matches(glob: string, text: string): boolean {
  const parts = glob.split('*');
  const first = parts[0] as string;
  if (parts.length === 1) return first === text;
  const last = parts[parts.length - 1] as string;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}
