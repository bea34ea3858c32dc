import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { nodeFlags } from './scripts/node-flags.js';

export default defineConfig({
  plugins: [svelte()],
  test: {
    environment: 'node',
    include: ['src/**/*.test.ts', 'workers/**/*.test.ts', 'scripts/**/*.test.ts'],
    testTimeout: 30_000,
    execArgv: nodeFlags(),
    setupFiles: ['src/testing/property-seed.ts'],
  },
});
