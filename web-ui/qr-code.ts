/** A text as a QR code, to be drawn as SVG. */
import qrcode from 'qrcode-generator';

/** `path`: of squares of size 1, all that are dark. `size`: with the quiet zone of 4 around (ISO/IEC 18004 §5.3.8). */
export type QrCode = { size: number; path: string };

const QUIET = 4;

/** Throws if the text has more than some 2,300 bytes. */
export function qrCode(text: string): QrCode {
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const count = code.getModuleCount();
  const all = Array.from({ length: count * count }, (_, at) => [Math.floor(at / count), at % count]);
  const path = all
    .filter(([row, column]) => code.isDark(row, column))
    .map(([row, column]) => `M${column + QUIET} ${row + QUIET}h1v1h-1z`)
    .join('');
  return { size: count + 2 * QUIET, path };
}
