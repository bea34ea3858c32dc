/**
 * @file Every figure on the page is written here: SI prefixes, three significant digits, a
 * no-break space before the unit, an en dash for what is not known.
 */

const NB = '\u00a0';
export const UNKNOWN = '–';

const SI_PREFIXES = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
  [1e-3, 'm'],
  [1e-6, 'µ'],
  [1e-9, 'n'],
  [1e-12, 'p'],
] as const;

const PJ = 1e-12;

/** Three significant digits without exponent: 1234 → "1,230" never appears, prefixes keep it short. */
function threeDigits(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 99.95) return value.toFixed(0);
  if (magnitude >= 9.995) return value.toFixed(1);
  return value.toFixed(2);
}

/** A value with its SI prefix; zero and non-finite values have none. */
function withPrefix(value: number, unit: string): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  if (value === 0) return `0${NB}${unit}`;
  const magnitude = Math.abs(value);
  let index = SI_PREFIXES.findIndex(([scale]) => magnitude >= scale);
  if (index < 0) index = SI_PREFIXES.length - 1;
  let [scale, prefix] = SI_PREFIXES[index] ?? [1, ''];
  // 999.6 rounds up to the next prefix
  const next = SI_PREFIXES[index - 1];
  if (next && Math.round(magnitude / scale) >= 1000) [scale, prefix] = next;
  return `${threeDigits(value / scale)}${NB}${prefix}${unit}`;
}

/** 3,110,000 pJ → "3.11 µJ". */
export function formatEnergy(energyPj: number): string {
  return withPrefix(energyPj * PJ, 'J');
}

/** 421,000 → "421 k cycles". */
export function formatCycles(cycles: number): string {
  if (!Number.isFinite(cycles)) return UNKNOWN;
  if (cycles < 1000) return `${Math.round(cycles)}${NB}cycles`;
  return withPrefix(cycles, ' cycles'); // may break before its unit in a narrow table
}

/** Energy times latency: pJ·cycles → "1.31 J·cycles" with the prefix on the joule. */
export function formatEdp(edpPjCycles: number): string {
  return withPrefix(edpPjCycles * PJ, 'J·cycles');
}

/** 4,632,000 → "4.63 M". */
export function formatAmount(value: number): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  if (Math.abs(value) < 1000) return String(Math.round(value));
  return withPrefix(value, '').trimEnd();
}

/** Multiply-accumulates: "4.63 M MACs". */
export function formatMacs(macs: number): string {
  return `${formatAmount(macs)}${NB}MACs`;
}

/** A whole number with thousands separators: 6,000. Without Intl, whose first use costs 30 ms. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  return String(BigInt(Math.round(value))).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** 0 to 1 → "81.3 %". */
export function formatPercent(ratio: number, digits = 1): string {
  return Number.isFinite(ratio) ? `${(ratio * 100).toFixed(digits)}${NB}%` : UNKNOWN;
}

/** Difference of two shares in percentage points, with its sign: "−1.2 pts". */
export function formatPoints(difference: number): string {
  if (!Number.isFinite(difference)) return UNKNOWN;
  const points = Math.abs(difference * 100).toFixed(1);
  const sign = points === '0.0' ? '±' : difference < 0 ? '−' : '+';
  return `${sign}${points}${NB}pts`;
}

/** A ratio as a change with its sign: 0.66 → "−34 %", 1.05 → "+5.0 %", 1 → "±0 %". */
export function formatChange(ratio: number): string {
  if (!Number.isFinite(ratio)) return UNKNOWN;
  const percent = (ratio - 1) * 100;
  const size =
    Math.abs(percent) < 9.95 ? Math.abs(percent).toFixed(1) : Math.abs(percent).toFixed(0);
  const sign = Number(size) === 0 ? '±' : percent < 0 ? '−' : '+';
  return `${sign}${Number(size) === 0 ? '0' : size}${NB}%`;
}

/** @returns e.g. "34.7", "1,250": frames a second, without the unit */
export function formatFps(framesPerSecond: number): string {
  return framesPerSecond.toLocaleString('en', {
    maximumSignificantDigits: framesPerSecond < 1000 ? 3 : 4,
  });
}

/** How many times: "0.31×", "12.4×". */
export function formatRatio(ratio: number): string {
  return Number.isFinite(ratio) ? `${threeDigits(ratio)}×` : UNKNOWN;
}

/** Loss: three decimals. */
export function formatLoss(loss: number): string {
  return Number.isFinite(loss) ? loss.toFixed(3) : UNKNOWN;
}

/** Bytes in powers of ten: "18.4 MB". */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return UNKNOWN;
  if (bytes < 1000) return `${Math.round(bytes)}${NB}B`;
  return withPrefix(bytes, 'B');
}

/** "45 s", "3 min 05 s", "2 h 10 min". */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return UNKNOWN;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${NB}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}${NB}min ${String(whole % 60).padStart(2, '0')}${NB}s`;
  return `${Math.floor(minutes / 60)}${NB}h ${String(minutes % 60).padStart(2, '0')}${NB}min`;
}

/** "8-bit"; 32 is full precision. */
export function formatBits(bits: number): string {
  return `${bits}-bit`;
}

/** "612 images/s". */
export function formatRate(perSecond: number, what: string): string {
  if (!Number.isFinite(perSecond)) return UNKNOWN;
  const value = perSecond < 10 ? perSecond.toFixed(1) : formatAmount(perSecond);
  return `${value}${NB}${what}/s`;
}

/** A round value on an axis: "5.00 µJ" → "5 µJ". */
export function formatTick(format: (value: number) => string): (value: number) => string {
  return (value) =>
    format(value).replace(/\.(\d*?)0+(?!\d)/, (_, kept: string) => (kept ? `.${kept}` : ''));
}

/** "21 Nov, 14:05", in the reader's own time zone. */
export function formatWhen(time: number): string {
  return new Date(time).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Ten to the power of a logarithm from 0 up, as in "10¹¹" or "10¹¹·⁵". */
export function formatPower(log10: number): string {
  const exponent = Number(log10.toFixed(1)).toString().replace('.', '·');
  return `10${exponent.replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)] ?? '')}`;
}

/** Decibels: "31.2 dB"; without any noise "exact". */
export function formatDb(decibels: number): string {
  if (decibels === Infinity) return 'exact';
  return Number.isFinite(decibels) ? `${decibels.toFixed(1).replace('-', '−')}${NB}dB` : UNKNOWN;
}
