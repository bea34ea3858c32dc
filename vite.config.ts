import { svelte } from '@sveltejs/vite-plugin-svelte';
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { sourcesHash } from './scripts/build.js';
import { FIRST_LOAD_BUDGET_KB, firstLoadKb } from './scripts/first-load.js';
import { HEADERS, ISOLATION_HEADERS, headersFile } from './scripts/headers.js';
import { projectPath } from './scripts/root.js';

const { version } = JSON.parse(readFileSync(projectPath('package.json'), 'utf8')) as {
  version: string;
};

/** What static hosts need beside the files. */
const hostFiles: Plugin = {
  name: 'host-files',
  apply: 'build',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: '_headers', source: headersFile() });
  },
};

const firstLoad: Plugin = {
  name: 'first-load',
  apply: 'build',
  writeBundle({ dir }) {
    if (dir === undefined) return;
    const kB = firstLoadKb(dir, '.js');
    if (kB <= FIRST_LOAD_BUDGET_KB) return;
    this.error(
      `first load: expected at most ${FIRST_LOAD_BUDGET_KB} kB of scripts, gzip, got ${kB.toFixed(1)}: bring what a first look does not need by a dynamic import`,
    );
  },
};

export default defineConfig({
  base: './',
  define: {
    __CODE_VERSION__: JSON.stringify(`${version}+${sourcesHash().slice(0, 8)}`),
  },
  plugins: [
    svelte(),
    hostFiles,
    firstLoad,
    VitePWA({
      registerType: 'prompt',
      injectRegister: false, // src/app/offline.ts does it
      manifest: {
        name: 'InstantNet Lab',
        short_name: 'InstantNet',
        description:
          'Train networks that switch their bit-width instantly, map them onto accelerators, and see what every bit costs.',
        display: 'standalone',
        start_url: './',
        scope: './',
        background_color: '#0e1013',
        theme_color: '#0e1013',
        icons: [
          { src: 'icons/icon.svg', sizes: 'any', type: 'image/svg+xml' },
          { src: 'icons/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icons/icon-512.png', sizes: '512x512', type: 'image/png' },
          {
            src: 'icons/icon-maskable-512.png',
            sizes: '512x512',
            type: 'image/png',
            purpose: 'maskable',
          },
        ],
      },
      includeManifestIcons: false, // the patterns below have them
      workbox: {
        globPatterns: ['**/*.{html,js,css,wasm,woff2,svg,png,webmanifest}', 'examples/*'],
        globIgnores: ['lab.html', '**/lab-*.js'],
        maximumFileSizeToCacheInBytes: 64 * 2 ** 20,
        navigateFallback: 'index.html',
        navigateFallbackDenylist: [/\/lab\.html/, /\/embed\.html/],
        clientsClaim: true,
        cleanupOutdatedCaches: true,
        inlineWorkboxRuntime: true,
      },
    }),
  ],
  worker: { format: 'es', rolldownOptions: { checks: { pluginTimings: false } } },
  build: {
    target: 'es2023',
    rolldownOptions: {
      checks: { pluginTimings: false },
      input: {
        index: projectPath('index.html'),
        lab: projectPath('lab.html'),
        embed: projectPath('embed.html'),
      },
    },
  },
  server: { headers: ISOLATION_HEADERS },
  preview: { headers: HEADERS },
});
