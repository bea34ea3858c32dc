import { expect, it } from 'vitest';
import { SpecError } from './errors.ts';

it('a SpecError is one line, whatever a stranger’s text in it holds', () => {
  expect(new SpecError('a\r\nb\u2028c\0: expected 1, got 2').message).toBe(
    'a??b?c?: expected 1, got 2',
  );
});
