import fc from 'fast-check';
import { cutText, escapeText } from '../src/escape';

const hostile = fc.string({
  unit: fc.oneof(
    fc.nat(0xffff).map((n) => String.fromCharCode(n)),
    fc.constantFrom('\x1b[2J', '\u202e', '\r\n', '\u{e0041}', 'a', '😀'),
  ),
});

describe('escapeText', () => {
  it.each([
    ['\x1b[31mred', '\\x1b[31mred'],
    ['a\r\nb\tc', 'a\\r\\nb\\tc'],
    ['\x9b2J\x7f', '\\x9b2J\\x7f'],
    ['txt.\u202eexe', 'txt.\\u202eexe'],
    ['a\u200bb\ufeff', 'a\\u200bb\\ufeff'],
    ['\ud800x\udc00', '\\ud800x\\udc00'],
    ['\u2028', '\\u2028'],
    ['tag\u{e0041}', 'tag\\u{e0041}'],
    ['x\u{e0100}\u3164', 'x\\u{e0100}\\u3164'],
    ['❤\ufe0f', '❤\ufe0f'],
    ['Grüße 漢字 😀', 'Grüße 漢字 😀'],
  ])('shows %j as %j', (text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });

  it('leaves nothing that acts on a terminal or hides', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = escapeText(text);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(shown).not.toMatch(/\p{Cs}/u);
        expect(escapeText(shown, Number.POSITIVE_INFINITY)).toBe(shown);
      }),
    );
  });

  it('cuts before it works, and never through a pair', () => {
    expect(escapeText('x'.repeat(5_000_000)).length).toBe(4000);
    expect(cutText('ab😀cd', 4)).toBe('ab…');
    expect(cutText('ab😀cd', 5)).toBe('ab😀…');
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 40 }), (text, limit) => {
        const well = text.replace(/\p{Cs}/gu, '?');
        const cut = cutText(well, limit);
        expect(cut.length).toBeLessThanOrEqual(limit);
        expect(cut).not.toMatch(/\p{Cs}/u);
      }),
    );
  });
});
