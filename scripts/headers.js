/**
 * @file The response headers of the lab, in one place: the server of `npm start`, Vite's preview and
 * the `_headers` file that static hosts read all take them from here.
 *
 * What they promise: nothing is loaded from or sent to another origin, no inline script and no text
 * runs as code (but WebAssembly), and the page is cross-origin isolated (shared memory between workers).
 */

const POLICIES = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  // ours for addresses of workers, and the one in which Svelte makes its templates
  'trusted-types default svelte-trusted-html',
];
/** Of every page but embed.html: only this site may show it in a frame. */
const FRAME_POLICY = "frame-ancestors 'self'";

/** Without these a worker gets no shared memory; the development server sends only these. */
export const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** The one page that any site may frame: chosen panels, nothing stored or deleted (docs/decisions/0011). */
const EMBED_PAGE = /^\/?embed(\.html)?$/;
/** As addresses of static hosts name the others, with and without their ending. */
const OWN_PAGES = ['/', '/index', '/index.html', '/lab', '/lab.html'];

/** Of everything but embed.html. */
export const HEADERS = {
  'Content-Security-Policy': [...POLICIES, FRAME_POLICY].join('; '),
  ...ISOLATION_HEADERS,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(self), geolocation=(), microphone=(), payment=(), usb=()',
};

/** @param {string} path of a request or a file, below the root of the site */
export function headersOf(path) {
  return EMBED_PAGE.test(path)
    ? { ...HEADERS, 'Content-Security-Policy': POLICIES.join('; ') }
    : HEADERS;
}

/** Files under assets/ carry a hash of their content in their name. */
export const CACHE_FOREVER = 'public, max-age=31536000, immutable';
export const CACHE_ASK = 'no-cache';

/** @param {string} path of a request or a file, below the root of the site */
export function cacheControl(path) {
  return /^\/?assets\//.test(path) ? CACHE_FOREVER : CACHE_ASK;
}

/** The `_headers` file, as Netlify and Cloudflare Pages read it. */
export function headersFile() {
  const everywhere = Object.entries(headersOf('/embed.html'));
  return [
    '/*',
    ...everywhere.map(([name, value]) => `  ${name}: ${value}`),
    // hosts join headers of one name: a second policy, which holds beside the first
    ...OWN_PAGES.flatMap((page) => [page, `  Content-Security-Policy: ${FRAME_POLICY}`]),
    '/assets/*',
    `  Cache-Control: ${CACHE_FOREVER}`,
    '',
  ].join('\n');
}
