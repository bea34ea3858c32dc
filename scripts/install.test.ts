import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { projectPath } from './root.js';

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>
  >;
}

describe('package-lock.json', () => {
  // `npm ci` refuses a lock file without them, and other systems would miss their binaries
  it('locks every optional dependency, those of other systems too', () => {
    const { packages } = JSON.parse(readFileSync(projectPath('package-lock.json'), 'utf8')) as Lock;
    const folders = Object.keys(packages);
    const missing = Object.values(packages)
      .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
      .filter((name) => !folders.some((folder) => folder.endsWith(`node_modules/${name}`)));
    expect(missing).toEqual([]);
  });
});
