import boundaries from 'eslint-plugin-boundaries';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/**
 * The layers of `src/` (docs/architecture.md): which layers each may import values from, and which
 * outside libraries. Types may be imported from anywhere.
 */
const LAYERS = {
  util: { layers: [], libraries: [] },
  spec: { layers: ['util'], libraries: ['valibot'] },
  data: { layers: ['util', 'spec'], libraries: ['fflate'] },
  hw: { layers: ['util', 'spec'], libraries: [] },
  mapper: { layers: ['util', 'hw'], libraries: [] },
  engine: { layers: ['util'], libraries: ['@tensorflow/*'] },
  quant: { layers: ['util', 'engine'], libraries: ['@tensorflow/*'] },
  nn: { layers: ['util', 'spec', 'engine', 'quant'], libraries: ['@tensorflow/*'] },
  train: {
    layers: ['util', 'spec', 'data', 'engine', 'quant', 'nn'],
    libraries: ['@tensorflow/*'],
  },
  search: { layers: ['util', 'spec', 'hw'], libraries: [] },
  nas: {
    layers: ['util', 'spec', 'data', 'engine', 'quant', 'nn', 'train', 'hw', 'search'],
    libraries: ['@tensorflow/*'],
  },
  project: { layers: ['util', 'spec', 'data'], libraries: ['fflate', 'valibot'] },
  store: { layers: ['util', 'spec'], libraries: ['idb'] },
  rpc: { layers: ['util', 'spec'], libraries: ['comlink'] },
  state: {
    layers: ['util', 'spec', 'rpc', 'store', 'hw', 'search', 'project'],
    libraries: ['svelte', 'svelte/*', 'comlink'],
  },
  ui: {
    layers: ['util', 'spec', 'state', 'hw'],
    libraries: ['svelte', 'svelte/*', 'd3-*', 'bits-ui', 'katex'],
  },
  app: {
    layers: ['util', 'spec', 'state', 'ui', 'store', 'rpc', 'project'],
    libraries: ['svelte', 'svelte/*', 'virtual:*'],
  },
  workers: {
    layers: [
      'util',
      'spec',
      'data',
      'hw',
      'mapper',
      'engine',
      'quant',
      'nn',
      'train',
      'search',
      'nas',
      'project',
      'store',
      'rpc',
    ],
    libraries: ['comlink', '@tensorflow/*'],
  },
};

const layerNames = Object.keys(LAYERS);
const domainFiles = [
  'util',
  'spec',
  'data',
  'hw',
  'mapper',
  'engine',
  'quant',
  'nn',
  'train',
  'search',
  'nas',
].map((layer) => `src/${layer}/**/*.ts`);

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'build/',
      'coverage/',
      'node_modules/',
      'src/engine/simd/assembly/',
      'test-results/',
      'playwright-report/',
    ],
  },
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  ...svelte.configs.recommended,
  ...svelte.configs.prettier,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.worker } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports' },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      'no-console': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.svelte'], svelteConfig },
    },
  },
  {
    files: domainFiles,
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Use the seeded Rng.' },
        { object: 'Date', property: 'now', message: 'Same seed, same result: no clock here.' },
      ],
    },
  },
  {
    files: ['src/**/*.{ts,svelte}', 'workers/**/*.ts'],
    ignores: ['**/*.test.ts', 'src/testing/**'],
    plugins: { boundaries },
    settings: {
      'import/resolver': { node: { extensions: ['.ts', '.js', '.svelte'] } },
      'boundaries/elements': [
        { type: 'workers', pattern: 'workers' },
        ...layerNames
          .filter((name) => name !== 'workers')
          .map((name) => ({ type: name, pattern: `src/${name}` })),
      ],
    },
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'boundaries/no-unknown-files': 'error',
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          checkAllOrigins: true,
          policies: [
            ...layerNames.map((name) => ({
              from: { element: { type: name } },
              allow: { to: { element: { type: [name, ...LAYERS[name].layers] } } },
            })),
            ...layerNames
              .filter((name) => LAYERS[name].libraries.length > 0)
              .map((name) => ({
                from: { element: { type: name } },
                allow: { to: { module: { origin: 'external', source: LAYERS[name].libraries } } },
              })),
            { allow: { dependency: { kind: 'type' } } },
          ],
        },
      ],
    },
  },
  {
    files: ['scripts/**', 'bench/**', 'e2e/**', '*.config.{ts,js}', '**/*.test.ts'],
    languageOptions: { globals: globals.node },
  },
  {
    files: ['**/*.config.{ts,js}'],
    rules: { 'no-restricted-exports': 'off' },
  },
);
