/**
 * @file The ten things the built-in images show, each as a signed distance.
 *
 * A thing lies in the unit disc: `distance(x, y)` is below 0 inside, above 0 outside, and near the
 * edge about the distance to it (x to the right, y up). A thing that is known by its texture gives
 * `pattern`, the same for its second colour. What makes a class is its form alone: where, how large,
 * how turned and in which colours it appears is drawn elsewhere, the same way for all.
 *
 * @source star, heart: Inigo Quilez, "2D distance functions" (iquilezles.org/articles/distfunctions2d)
 */
import type { Rng } from '../../util/rng.ts';
import { angleTurns, cosTurns, sinTurns } from './angle.ts';

/** One drawn instance of a class. */
export interface Shape {
  /** Distance to the outline, below 0 inside. */
  readonly distance: (x: number, y: number) => number;
  /** Distance to the edge of the second colour, below 0 in it; none: one colour. */
  readonly pattern?: (x: number, y: number) => number;
}

/** A class: its name for people and how one instance of it is made. */
export interface ShapeClass {
  readonly name: string;
  readonly make: (rng: Rng) => Shape;
  /** How far from upright it may be turned, in turns: 0.5 is any way round. */
  readonly tilt: number;
  /** Whether it is still itself when only its outline is drawn. */
  readonly outlined: boolean;
}

/** @returns distance to a box of half sizes (w, h) round the origin; x and y must not be negative */
function boxDistance(x: number, y: number, w: number, h: number): number {
  const dx = x - w;
  const dy = y - h;
  if (dx <= 0 || dy <= 0) return Math.max(dx, dy);
  return Math.sqrt(dx * dx + dy * dy);
}

/** @returns how far `t` is from the nearest whole number, 0 to 0.5 */
function toNearest(t: number): number {
  return Math.abs(t - Math.round(t));
}

function ring(rng: Rng): Shape {
  const radius = rng.uniform(0.68, 0.8);
  const half = rng.uniform(0.12, 0.24);
  const squeeze = rng.uniform(1, 1.25);
  return {
    distance: (x, y) => {
      const v = y * squeeze;
      return Math.abs(Math.sqrt(x * x + v * v) - radius) - half;
    },
  };
}

function star(rng: Rng): Shape {
  const depth = rng.uniform(0.4, 0.58);
  const c = 0.809016994375; // cos and sin of 36°
  const s = 0.587785252292;
  const edgeX = depth * s;
  const edgeY = depth * c - 1;
  const edge2 = edgeX * edgeX + edgeY * edgeY;
  return {
    distance: (x, y) => {
      let u = Math.abs(x);
      let v = y;
      let fold = 2 * Math.max(c * u - s * v, 0);
      u -= fold * c;
      v += fold * s;
      fold = 2 * Math.max(-c * u - s * v, 0);
      u = Math.abs(u + fold * c);
      v += fold * s - 1;
      const along = Math.max(0, Math.min(1, (u * edgeX + v * edgeY) / edge2));
      const ru = u - edgeX * along;
      const rv = v - edgeY * along;
      const reach = Math.sqrt(ru * ru + rv * rv);
      return v * edgeX - u * edgeY > 0 ? reach : -reach;
    },
  };
}

function heart(rng: Rng): Shape {
  const scale = 0.66;
  const wide = rng.uniform(0.88, 1.12);
  return {
    distance: (x, y) => {
      const u = Math.abs(x) * scale * wide;
      const v = y * scale + 0.55;
      let d: number;
      if (u + v > 1) {
        d = Math.sqrt((u - 0.25) * (u - 0.25) + (v - 0.75) * (v - 0.75)) - Math.SQRT2 / 4;
      } else {
        const t = 0.5 * Math.max(u + v, 0);
        const top = u * u + (v - 1) * (v - 1);
        const side = (u - t) * (u - t) + (v - t) * (v - t);
        d = Math.sqrt(Math.min(top, side));
        if (u < v) d = -d;
      }
      return d / scale;
    },
  };
}

function arrow(rng: Rng): Shape {
  const shaft = rng.uniform(0.13, 0.24);
  const neck = rng.uniform(-0.05, 0.25);
  const barb = rng.uniform(0.55, 0.78);
  const slope = Math.sqrt(barb * barb + (1 - neck) * (1 - neck));
  const nx = barb / slope;
  const ny = (1 - neck) / slope;
  const middle = (neck - 0.95) / 2;
  const half = (neck + 0.95) / 2 + 0.05;
  return {
    distance: (x, y) => {
      const v = Math.abs(y);
      const head = Math.max(neck - x, (x - 1) * nx + v * ny);
      return Math.min(head, boxDistance(Math.abs(x - middle), v, half, shaft));
    },
  };
}

function cross(rng: Rng): Shape {
  const arm = rng.uniform(0.16, 0.3);
  const length = rng.uniform(0.82, 0.98);
  return {
    distance: (x, y) => {
      const u = Math.abs(x);
      const v = Math.abs(y);
      return u > v ? boxDistance(u, v, length, arm) : boxDistance(v, u, length, arm);
    },
  };
}

function spiral(rng: Rng): Shape {
  const turns = rng.uniform(1.6, 2.1);
  const pitch = 0.88 / turns;
  const half = pitch * rng.uniform(0.2, 0.27);
  const hand = rng.float() < 0.5 ? 1 : -1;
  const endX = cosTurns(turns) * turns * pitch;
  const endY = sinTurns(turns) * turns * pitch;
  return {
    distance: (x, y) => {
      const radius = Math.sqrt(x * x + y * y);
      const angle = angleTurns(y * hand, x);
      const at = Math.round(radius / pitch - angle) + angle; // turns along the arm
      let d = Math.min(radius, Math.abs(radius - at * pitch)); // it begins at the origin
      // Past an end, the nearest is that end or the lap next to it.
      if (at < 0) d = Math.min(radius, Math.abs(radius - (at + 1) * pitch));
      if (at > turns) {
        const last = at - Math.ceil(at - turns);
        const ex = x - endX;
        const ey = y * hand - endY;
        d = Math.min(Math.sqrt(ex * ex + ey * ey), Math.abs(radius - last * pitch));
      }
      return d - half;
    },
  };
}

function moon(rng: Rng): Shape {
  const bite = rng.uniform(0.74, 0.88);
  const off = rng.uniform(0.42, 0.62);
  const shift = 0.12;
  return {
    distance: (x, y) => {
      const u = x - shift;
      const outer = Math.sqrt(u * u + y * y) - 0.95;
      const inner = bite - Math.sqrt((u - off) * (u - off) + y * y);
      return Math.max(outer, inner);
    },
  };
}

/** The outline that textures are cut from: a disc, a box or something between. */
function patch(rng: Rng): (x: number, y: number) => number {
  const corner = rng.pick([0.9, 0.45, 0.2]);
  const w = rng.uniform(0.72, 0.9) - corner;
  const h = rng.uniform(0.72, 0.9) - corner;
  return (x, y) => boxDistance(Math.abs(x), Math.abs(y), Math.max(w, 0), Math.max(h, 0)) - corner;
}

function stripes(rng: Rng): Shape {
  const period = rng.uniform(0.42, 0.62);
  const phase = rng.float();
  const share = rng.uniform(0.2, 0.3);
  return {
    distance: patch(rng),
    pattern: (_x, y) => (toNearest(y / period + phase) - share) * period,
  };
}

function checker(rng: Rng): Shape {
  const cell = rng.uniform(0.36, 0.5);
  const phaseX = rng.float();
  const phaseY = rng.float();
  return {
    distance: patch(rng),
    pattern: (x, y) => {
      const u = x / cell + phaseX;
      const v = y / cell + phaseY;
      const odd = (Math.floor(u) + Math.floor(v)) & 1;
      const d = Math.min(toNearest(u), toNearest(v)) * cell;
      return odd === 1 ? d : -d;
    },
  };
}

function dots(rng: Rng): Shape {
  const step = rng.uniform(0.52, 0.7);
  const radius = step * rng.uniform(0.24, 0.32);
  const phaseX = rng.float();
  const phaseY = rng.float();
  return {
    distance: patch(rng),
    pattern: (x, y) => {
      const v = y / step + phaseY;
      const row = Math.round(v);
      const u = x / step + phaseX + (row & 1) * 0.5;
      const du = (u - Math.round(u)) * step;
      const dv = (v - row) * step;
      return Math.sqrt(du * du + dv * dv) - radius;
    },
  };
}

/** The classes in label order. */
export const SHAPE_CLASSES: readonly ShapeClass[] = [
  { name: 'ring', make: ring, tilt: 0.5, outlined: false },
  { name: 'star', make: star, tilt: 0.1, outlined: true },
  { name: 'heart', make: heart, tilt: 0.12, outlined: true },
  { name: 'arrow', make: arrow, tilt: 0.5, outlined: true },
  { name: 'cross', make: cross, tilt: 0.125, outlined: true },
  { name: 'spiral', make: spiral, tilt: 0.5, outlined: false },
  { name: 'moon', make: moon, tilt: 0.3, outlined: true },
  { name: 'stripes', make: stripes, tilt: 0.5, outlined: false },
  { name: 'checker', make: checker, tilt: 0.5, outlined: false },
  { name: 'dots', make: dots, tilt: 0.5, outlined: false },
];
