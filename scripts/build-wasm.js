/**
 * @file Compile the kernels in src/engine/simd/assembly into build/simd/{relaxed,plain}.wasm.
 *
 * Two modules from one source: `relaxed` may fuse multiply-add (relaxed SIMD), `plain` runs wherever
 * WebAssembly SIMD does. Skips the work when neither the sources nor the compiler changed
 * (`--force` compiles anyway). `--text` writes the .wat files beside them, for reading.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { FunctionDeclaration, Node } from 'assemblyscript';
import { Transform } from 'assemblyscript/transform';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCES = 'src/engine/simd/assembly';
const OUTPUT = join(ROOT, 'build/simd');
const STAMP = join(OUTPUT, 'sources.sha256');

/** 64 KiB pages; 65536 of them are 4 GiB, the most that 32-bit addresses reach. */
const MAX_PAGES = 65536;

const VARIANTS = [
  { name: 'plain', features: ['simd'] },
  { name: 'relaxed', features: ['simd', 'relaxed-simd'] },
];

/**
 * Inlines every function whose doc comment ends in `@inline`. AssemblyScript's own decorator is no
 * TypeScript, so that no formatter or editor could read the sources.
 */
class InlineTagged extends Transform {
  /**
   * @override
   * @param {import('assemblyscript').Parser} parser
   */
  afterParse(parser) {
    for (const source of parser.sources) {
      if (source.isLibrary) continue;
      for (const statement of source.statements) {
        if (!(statement instanceof FunctionDeclaration)) continue;
        const { range } = statement;
        const before = source.text.slice(0, range.start).replace(/\bexport\s*$/, '');
        if (!/@inline\s*\*\/\s*$/.test(before)) continue;
        const name = Node.createIdentifierExpression('inline', range);
        statement.decorators = [
          ...(statement.decorators ?? []),
          Node.createDecorator(name, null, range),
        ];
      }
    }
  }
}

function hashSources() {
  const hash = createHash('sha256');
  const files = readdirSync(join(ROOT, SOURCES)).sort();
  for (const file of files) hash.update(file).update(readFileSync(join(ROOT, SOURCES, file)));
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  hash.update(readFileSync(join(ROOT, 'node_modules/assemblyscript/package.json')));
  return hash.digest('hex');
}

/**
 * @param {{ name: string, features: string[] }} variant
 * @param {boolean} text whether to write the text format too
 */
async function compile({ name, features }, text) {
  const file = join('build/simd', `${name}.wasm`);
  const { error, stderr } = await asc.main(
    [
      join(SOURCES, 'index.ts'),
      '--outFile',
      file,
      ...(text ? ['--textFile', file.replace('.wasm', '.wat')] : []),
      '--optimizeLevel',
      '3',
      '--noAssert',
      '--runtime',
      'stub',
      '--use',
      'abort=',
      '--maximumMemory',
      String(MAX_PAGES),
      ...features.flatMap((feature) => ['--enable', feature]),
    ],
    { transforms: [new InlineTagged()] },
  );
  if (error !== null) {
    process.stderr.write(`${stderr.toString()}\n`);
    throw new Error(`build-wasm: cannot compile ${file}: ${error.message}`);
  }
}

const options = process.argv.slice(2);
const hash = hashSources();
const fresh =
  existsSync(STAMP) &&
  readFileSync(STAMP, 'utf8') === hash &&
  VARIANTS.every(({ name }) => existsSync(join(OUTPUT, `${name}.wasm`)));
if (!fresh || options.includes('--force') || options.includes('--text')) {
  mkdirSync(OUTPUT, { recursive: true });
  process.chdir(ROOT);
  for (const variant of VARIANTS) await compile(variant, options.includes('--text'));
  writeFileSync(STAMP, hash);
}
