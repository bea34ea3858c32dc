/**
 * @file Angles in turns, from additions and multiplications alone.
 *
 * `Math.sin`, `cos` and `atan2` may differ in the last bit from one JavaScript engine to the next;
 * these do not, so that a seed draws the same bytes in every browser.
 */

/** @returns sin(2π·turns), off by at most 4e-6 */
export function sinTurns(turns: number): number {
  let t = turns - Math.floor(turns); // [0, 1)
  let sign = 1;
  if (t >= 0.5) {
    t -= 0.5;
    sign = -1;
  }
  if (t > 0.25) t = 0.5 - t;
  const x = t * (2 * Math.PI); // [0, π/2]: the Taylor series to x⁹
  const x2 = x * x;
  return sign * x * (1 - (x2 / 6) * (1 - (x2 / 20) * (1 - (x2 / 42) * (1 - x2 / 72))));
}

/** @returns cos(2π·turns), off by at most 4e-6 */
export function cosTurns(turns: number): number {
  return sinTurns(turns + 0.25);
}

/**
 * @returns the angle of (x, y) in turns, in [-0.5, 0.5]; 0 at the origin; off by at most 2e-6
 * @source Abramowitz & Stegun, Handbook of Mathematical Functions, 4.4.49 (fewer terms: |error| ≤ 1e-5 rad)
 */
export function angleTurns(y: number, x: number): number {
  const ax = Math.abs(x);
  const ay = Math.abs(y);
  const high = Math.max(ax, ay);
  if (high === 0) return 0;
  const a = Math.min(ax, ay) / high;
  const s = a * a;
  let r = a * (0.999866 + s * (-0.3302995 + s * (0.180141 + s * (-0.085133 + s * 0.0208351))));
  if (ay > ax) r = Math.PI / 2 - r;
  if (x < 0) r = Math.PI - r;
  return (y < 0 ? -r : r) / (2 * Math.PI);
}
