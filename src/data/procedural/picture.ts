/**
 * @file One picture: a thing of one class somewhere on a backdrop, amid clutter, in some light.
 *
 * Everything but the form of the thing is drawn from the same distributions for every class, so
 * that colour, place, size and brightness tell nothing about the label.
 */
import type { Rng } from '../../util/rng.ts';
import { cosTurns, sinTurns } from './angle.ts';
import type { Canvas, Placement } from './canvas.ts';
import { anyColour, ANY_TONE, colourAgainst, contrast, DARK_TONE, LIGHT_TONE } from './colour.ts';
import type { Colour, Tone } from './colour.ts';
import type { ShapeClass } from './shapes.ts';

/**
 * How strong each disturbance is: the hardness of the set, tuned by measurement (docs/data.md).
 * Lengths are shares of the picture's shorter side.
 */
export const DISTURBANCE = {
  /** Radius of the thing. */
  radius: [0.28, 0.42],
  /** How far its centre may be from the middle, along each axis. */
  shift: 0.1,
  /** Unequal scaling of its axes, up to. */
  stretch: 1.2,
  /** Share of pictures with a light thing on a dark backdrop; the others are the other way round. */
  lightShare: 0.8,
  /** Least contrast between the thing and its backdrop. */
  contrast: 0.3,
  /** Share of things drawn as outline only, where the class allows. */
  outlineShare: 0.1,
  /** Strokes, blobs and wedges behind the thing, at most. */
  clutter: 3,
  /** Share of pictures in which something lies over the thing: plain to see, and hard. */
  occlusionShare: [0.12, 0.7],
  /** Noise, standard deviation (0 to 1): plain to see, and hard. */
  grain: [0.01, 0.13],
  /** How far a hard picture is faded to grey, 0 to 1. */
  fade: 0.5,
  /** Change of brightness towards an edge, at most. */
  lighting: 0.25,
} as const;

const blob = (x: number, y: number): number => Math.sqrt(x * x + y * y) - 1;
const wedge = (x: number, y: number): number =>
  Math.max(-y - 0.5, Math.abs(x) * 0.866 + y * 0.5 - 0.5);
const bar = (x: number, y: number): number => Math.max(Math.abs(x) - 1, Math.abs(y) - 0.14);
const arc = (x: number, y: number): number =>
  Math.max(Math.abs(Math.sqrt(x * x + y * y) - 0.85) - 0.12, -y - 0.2);
const SCRAPS = [blob, wedge, bar, bar, arc] as const;

function place(x: number, y: number, radius: number, turns: number): Placement {
  return { x, y, radius, cos: cosTurns(turns), sin: sinTurns(turns) };
}

function between(range: readonly [number, number], share: number): number {
  return range[0] + (range[1] - range[0]) * share;
}

function paintScrap(rng: Rng, canvas: Canvas, side: number, where: Placement | null): void {
  const distance = rng.pick(SCRAPS);
  const radius = side * rng.uniform(0.07, distance === bar ? 0.4 : 0.2);
  const reach = where === null ? 0 : where.radius;
  const x = where === null ? rng.uniform(0, canvas.width) : where.x + rng.uniform(-reach, reach);
  const y = where === null ? rng.uniform(0, canvas.height) : where.y + rng.uniform(-reach, reach);
  canvas.paint(distance, place(x, y, radius, rng.float()), {
    colour: anyColour(rng, ANY_TONE),
    opacity: rng.uniform(0.45, 1),
    softness: rng.uniform(1, 1.6),
  });
}

function paintThing(
  rng: Rng,
  canvas: Canvas,
  shapeClass: ShapeClass,
  where: Placement,
  backdrop: readonly Colour[],
  tone: Tone,
): void {
  const { contrast: least, outlineShare, stretch } = DISTURBANCE;
  const shape = shapeClass.make(rng);
  const squeeze = rng.uniform(1, stretch);
  const outline = rng.float() < outlineShare && shapeClass.outlined ? rng.uniform(0.07, 0.13) : 0;
  const distance = (x: number, y: number): number => {
    const d = shape.distance(x, y * squeeze);
    return outline > 0 ? Math.abs(d + outline) - outline : d;
  };
  const colour = colourAgainst(rng, tone, backdrop, least);
  const second = colourAgainst(rng, ANY_TONE, [colour], least * 1.2);
  const softness = rng.uniform(1, 1.5);
  if (rng.float() < 0.5) {
    const drop = where.radius * 0.12;
    canvas.paint(
      distance,
      { ...where, x: where.x + drop, y: where.y + drop },
      { colour: [0, 0, 0], opacity: 0.3, softness: softness * 2 },
    );
  }
  const texture = shape.pattern;
  // A plain thing is shaded from one colour to a near one, as a textured one is not.
  const shade: Colour = [colour[0] * 0.75, colour[1] * 0.75, colour[2] * 0.75];
  canvas.paint(distance, where, {
    colour,
    opacity: 1,
    softness,
    second: texture === undefined ? shade : second,
    pattern: texture === undefined ? (_x, y) => y * 0.3 : (x, y) => texture(x, y * squeeze),
  });
}

/**
 * Draw one picture of `shapeClass` into `out`.
 *
 * @param canvas scratch of the picture's size
 * @param out    shape [height, width, 3] from `offset` on
 */
export function drawPicture(
  rng: Rng,
  canvas: Canvas,
  shapeClass: ShapeClass,
  out: Uint8Array,
  offset: number,
): void {
  const { radius, shift, clutter, occlusionShare, grain, fade, lightShare, lighting } = DISTURBANCE;
  const u = rng.float();
  const hard = u * u * u; // most pictures are plain to see, one in five is halfway to hard
  const side = Math.min(canvas.width, canvas.height);
  const light = rng.float() < lightShare;
  const [tone, behind] = light ? [LIGHT_TONE, DARK_TONE] : [DARK_TONE, LIGHT_TONE];
  const first = anyColour(rng, behind);
  let second = anyColour(rng, behind);
  for (let attempt = 0; attempt < 4 && contrast(first, second) > 0.3; attempt++)
    second = anyColour(rng, behind);
  canvas.backdrop(rng, first, second, {
    dx: rng.uniform(-1, 1),
    dy: rng.uniform(-1, 1),
    clouds: rng.uniform(0, 0.6),
    cells: 2 + rng.int(5),
  });
  for (let scraps = rng.int(clutter + 1); scraps > 0; scraps--) paintScrap(rng, canvas, side, null);
  const where = place(
    canvas.width / 2 + side * rng.uniform(-shift, shift),
    canvas.height / 2 + side * rng.uniform(-shift, shift),
    side * rng.uniform(radius[0], radius[1]),
    rng.uniform(-shapeClass.tilt, shapeClass.tilt),
  );
  paintThing(rng, canvas, shapeClass, where, [first, second], tone);
  if (rng.float() < between(occlusionShare, hard)) paintScrap(rng, canvas, side, where);
  const glow = { x: rng.uniform(-lighting, lighting), y: rng.uniform(-lighting, lighting) };
  canvas.develop(rng, { ...glow, fade: fade * hard, grain: between(grain, hard) }, out, offset);
}
