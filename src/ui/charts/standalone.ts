/**
 * @file A chart of the page as a file that stands alone: every style written into the marks, on a
 * light ground, with its title, axis title and a key of the bit-widths.
 *
 * Styles become presentation attributes: a `style` attribute is what the page's policy forbids.
 */
const SVG = 'http://www.w3.org/2000/svg';

/** What charts of the lab are styled by. */
const PROPERTIES = [
  'fill-opacity',
  'stroke-opacity',
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'opacity',
  'paint-order',
  'font-size',
  'font-weight',
  'text-anchor',
] as const;
const FONT = 'Inter, system-ui, Helvetica, Arial, sans-serif';
const GROUND = '#ffffff';
const INK = '#15171b';
const INK_2 = '#464a52';
/** Pixels of a PNG for one of the page. */
const PNG_SCALE = 2;
/** Small pictures grow to this, so that their title has room. */
const LEAST_WIDTH = 480;
const MARGIN = 16;
const TITLE_HEIGHT = 34;
const NOTE_HEIGHT = 22;

export interface ChartWords {
  readonly title: string;
  /** What the vertical axis shows, with its unit; for a picture, what it is. */
  readonly yTitle: string;
  /** Under the chart: what the horizontal axis shows, where the chart itself does not say. */
  readonly note?: string;
}

/** @param svg as it is shown, or one of our own, with a viewBox @returns the text of an SVG file */
export function standaloneSvg(svg: SVGSVGElement, words: ChartWords): string {
  const drawn = svg.viewBox.baseVal;
  const scale = Math.max(1, LEAST_WIDTH / drawn.width);
  const [width, height] = [drawn.width * scale, drawn.height * scale];
  const copy = svg.isConnected ? withStyles(svg) : svg;
  copy.setAttribute('x', String(MARGIN));
  copy.setAttribute('y', String(MARGIN + TITLE_HEIGHT));
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  const size = {
    width: width + 2 * MARGIN,
    height: height + 2 * MARGIN + TITLE_HEIGHT + (words.note === undefined ? 0 : NOTE_HEIGHT),
  };
  const root = element('svg', {
    viewBox: `0 0 ${size.width} ${size.height}`,
    width: size.width,
    height: size.height,
    'font-family': FONT,
  });
  const title = element('title', {});
  title.textContent = words.title;
  root.append(
    title,
    element('rect', { width: size.width, height: size.height, fill: GROUND }),
    text(words.title, MARGIN, MARGIN + 12, { 'font-size': 16, 'font-weight': 620, fill: INK }),
    text(words.yTitle, MARGIN, MARGIN + 29, { 'font-size': 12, fill: INK_2 }),
    copy,
  );
  if (words.note !== undefined) {
    const y = size.height - MARGIN + 4;
    const right = { 'font-size': 12, fill: INK_2, 'text-anchor': 'end' };
    root.append(text(words.note, size.width - MARGIN, y, right));
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(root)}\n`;
}

/** @returns a PNG of the same, twice the size */
export async function standalonePng(svg: SVGSVGElement, words: ChartWords): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([standaloneSvg(svg, words)], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * PNG_SCALE;
    canvas.height = image.naturalHeight * PNG_SCALE;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => {
        if (blob) resolve(blob);
        else reject(new Error('The browser could not draw this chart as a PNG.'));
      }, 'image/png');
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * Drawings of the page in one row, each under its name: one file for small multiples.
 * @param drawn as they are shown, each with a viewBox
 */
export function sideBySide(
  drawn: readonly { readonly svg: SVGSVGElement; readonly name: string }[],
): SVGSVGElement {
  const sizes = drawn.map(({ svg }) => svg.viewBox.baseVal);
  const width = sizes.reduce((sum, size) => sum + size.width + MARGIN, -MARGIN);
  const height = Math.max(0, ...sizes.map((size) => size.height)) + NOTE_HEIGHT;
  const row = element('svg', { viewBox: `0 0 ${width} ${height}` }) as SVGSVGElement;
  let left = 0;
  drawn.forEach(({ svg, name }, i) => {
    const size = sizes[i] ?? svg.viewBox.baseVal;
    const copy = withStyles(svg);
    copy.setAttribute('x', String(left));
    copy.setAttribute('y', String(NOTE_HEIGHT));
    copy.setAttribute('width', String(size.width));
    copy.setAttribute('height', String(size.height));
    row.append(text(name, left, 12, { 'font-size': 12, 'font-weight': 620, fill: INK }), copy);
    left += size.width + MARGIN;
  });
  return row;
}

/** A copy with the computed styles of the light theme; only for the moment of reading is it set. */
function withStyles(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const scheme = svg.style.colorScheme;
  svg.style.colorScheme = 'light';
  try {
    const from = [svg, ...svg.querySelectorAll('*')];
    const to = [copy, ...copy.querySelectorAll('*')];
    to.forEach((target, i) => {
      const source = from[i];
      if (source) inline(source, target);
    });
  } finally {
    svg.style.colorScheme = scheme;
  }
  for (const name of ['style', 'class', 'role', 'aria-label', 'aria-hidden']) {
    copy.removeAttribute(name);
  }
  return copy;
}

function inline(source: Element, target: Element): void {
  const style = getComputedStyle(source);
  for (const property of PROPERTIES) {
    const value = style.getPropertyValue(property);
    // a pattern's address holds the page's; the attribute that is there is right already
    if (value === '' || value.includes('url(')) continue;
    const paint = property === 'fill' || property === 'stroke' ? plainPaint(value) : null;
    target.setAttribute(property, paint?.color ?? value);
    if (paint !== null && paint.alpha < 1) {
      target.setAttribute(`${property}-opacity`, paint.alpha.toFixed(3));
    }
  }
  target.removeAttribute('class');
  target.removeAttribute('style');
}

/** Mixed colours come as `oklab(…)` or `color(…)`, which many programs cannot read. */
function plainPaint(value: string): { readonly color: string; readonly alpha: number } | null {
  if (!/^(oklab|oklch|color|lab|lch)\(/.test(value)) return null;
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return null;
  context.fillStyle = value;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 255] = context.getImageData(0, 0, 1, 1).data;
  return { color: `rgb(${red}, ${green}, ${blue})`, alpha: alpha / 255 };
}

function element(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function text(
  words: string,
  x: number,
  y: number,
  attributes: Readonly<Record<string, string | number>>,
): SVGElement {
  const made = element('text', { x, y, ...attributes });
  made.textContent = words;
  return made;
}
