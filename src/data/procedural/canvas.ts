/**
 * @file A small float picture and the three things done to it: backdrop, paint, develop.
 *
 * Edges are anti-aliased from signed distances: the share of a pixel that is covered is taken from
 * the distance of its centre to the edge.
 */
import type { Rng } from '../../util/rng.ts';
import type { Colour } from './colour.ts';

/** Where a thing lies: its unit disc has this centre and radius, in pixels, and is turned. */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** cosine and sine of the turn */
  readonly cos: number;
  readonly sin: number;
}

/** How a thing is painted. */
export interface Paint {
  readonly colour: Colour;
  /** 0 to 1 */
  readonly opacity: number;
  /** Width of the soft edge in pixels, 1 is sharp. */
  readonly softness: number;
  /** Second colour, where the pattern is below 0. */
  readonly second?: Colour;
  readonly pattern?: (x: number, y: number) => number;
}

/** How a finished picture is seen. */
export interface Light {
  /** Change of brightness from the middle to the right edge, and to the lower one. */
  readonly x: number;
  readonly y: number;
  /** Share of grey mixed in, 0 to 1. */
  readonly fade: number;
  /** Standard deviation of the noise, 0 to 1. */
  readonly grain: number;
}

export class Canvas {
  readonly width: number;
  readonly height: number;
  /** shape [height, width, 3], 0 to 1 before light and noise */
  readonly data: Float64Array;
  readonly #lattice = new Float64Array(49);

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.data = new Float64Array(width * height * 3);
  }

  /**
   * Fill with a blend of two colours: a gradient along (dx, dy) and cloudy noise.
   *
   * @param clouds 0 is gradient only
   * @param cells  lattice cells across the picture, 2 to 6
   */
  backdrop(
    rng: Rng,
    a: Colour,
    b: Colour,
    options: { dx: number; dy: number; clouds: number; cells: number },
  ): void {
    const { dx, dy, clouds, cells } = options;
    const { width, height, data } = this;
    const side = cells + 1;
    const lattice = this.#lattice;
    for (let i = 0; i < side * side; i++) lattice[i] = rng.uniform(-clouds, clouds);
    let at = 0;
    for (let row = 0; row < height; row++) {
      const gy = ((row + 0.5) / height) * cells;
      const iy = Math.floor(gy);
      const fy = gy - iy;
      const wy = fy * fy * (3 - 2 * fy);
      const upper = iy * side;
      const lower = upper + side;
      const gradientY = 0.5 + dy * ((row + 0.5) / height - 0.5);
      for (let column = 0; column < width; column++) {
        const gx = ((column + 0.5) / width) * cells;
        const ix = Math.floor(gx);
        const fx = gx - ix;
        const wx = fx * fx * (3 - 2 * fx);
        const n0 = lattice[upper + ix] as number;
        const n1 = lattice[upper + ix + 1] as number;
        const n2 = lattice[lower + ix] as number;
        const n3 = lattice[lower + ix + 1] as number;
        const above = n0 + (n1 - n0) * wx;
        const below = n2 + (n3 - n2) * wx;
        const cloud = above + (below - above) * wy;
        const t = gradientY + dx * ((column + 0.5) / width - 0.5) + cloud;
        const blend = t < 0 ? 0 : t > 1 ? 1 : t;
        data[at++] = a[0] + (b[0] - a[0]) * blend;
        data[at++] = a[1] + (b[1] - a[1]) * blend;
        data[at++] = a[2] + (b[2] - a[2]) * blend;
      }
    }
  }

  /** Paint the inside of `distance` (unit disc, x right, y up) at `place`. */
  paint(distance: (x: number, y: number) => number, place: Placement, paint: Paint): void {
    const { width, height, data } = this;
    const { colour, opacity, softness, second, pattern } = paint;
    const reach = place.radius * 1.15 + softness;
    const left = Math.max(0, Math.floor(place.x - reach));
    const right = Math.min(width, Math.ceil(place.x + reach));
    const top = Math.max(0, Math.floor(place.y - reach));
    const bottom = Math.min(height, Math.ceil(place.y + reach));
    const cos = place.cos / place.radius;
    const sin = place.sin / place.radius;
    const sharpness = place.radius / softness;
    for (let row = top; row < bottom; row++) {
      const py = place.y - row - 0.5; // up
      for (let column = left; column < right; column++) {
        const px = column + 0.5 - place.x;
        const u = px * cos + py * sin;
        const v = py * cos - px * sin;
        let cover = 0.5 - distance(u, v) * sharpness;
        if (cover <= 0) continue;
        if (cover > 1) cover = 1;
        cover *= opacity;
        let red = colour[0];
        let green = colour[1];
        let blue = colour[2];
        if (pattern !== undefined && second !== undefined) {
          let share = 0.5 - pattern(u, v) * sharpness;
          share = share < 0 ? 0 : share > 1 ? 1 : share;
          red += (second[0] - red) * share;
          green += (second[1] - green) * share;
          blue += (second[2] - blue) * share;
        }
        const at = (row * width + column) * 3;
        const r = data[at] as number;
        const g = data[at + 1] as number;
        const b = data[at + 2] as number;
        data[at] = r + (red - r) * cover;
        data[at + 1] = g + (green - g) * cover;
        data[at + 2] = b + (blue - b) * cover;
      }
    }
  }

  /**
   * Light the picture from one side, fade it, add sensor noise and round to bytes.
   *
   * @param out   shape [height, width, 3], written from `offset` on
   */
  develop(rng: Rng, light: Light, out: Uint8Array, offset: number): void {
    const { width, height, data } = this;
    // The sum of four uniform bytes is close to normal, with standard deviation 147.8.
    const noiseScale = (light.grain * 255) / 147.8;
    const kept = 1 - light.fade;
    const grey = 127.5 * light.fade + 0.5; // and half a step for rounding
    let at = 0;
    for (let row = 0; row < height; row++) {
      const lightY = 1 + light.y * ((2 * row + 1) / height - 1);
      for (let column = 0; column < width; column++) {
        const shine = 255 * kept * (lightY + light.x * ((2 * column + 1) / width - 1));
        for (let channel = 0; channel < 3; channel++) {
          const bits = rng.uint32();
          const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
          const value = (data[at] as number) * shine + grey + (sum - 510) * noiseScale;
          out[offset + at] = value < 0 ? 0 : value > 255 ? 255 : value;
          at++;
        }
      }
    }
  }
}
