import { describe, expect, it } from 'vitest';
import { KEY_HINTS, talkAction, widthOfDigit } from './talk-keys.ts';

/** As the window sees it; no control in focus. */
const key = (name: string, more: Partial<KeyboardEvent> = {}): KeyboardEvent =>
  ({
    key: name,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    target: null,
    ...more,
  }) as KeyboardEvent;

describe('keys of a talk', () => {
  it('step, switch, start and leave', () => {
    const keys = ['ArrowRight', ' ', 'PageDown', 'ArrowLeft', 'T', 'm', 'F', 'Escape', 'x'];
    expect(keys.map((name) => talkAction(key(name)))).toEqual([
      ...['next', 'next', 'next', 'back', 'train', 'map', 'fullscreen', 'leave'],
      null,
    ]);
  });

  it('leave the browser its own', () => {
    expect(talkAction(key('t', { ctrlKey: true }))).toBeNull();
    expect(talkAction(key('f', { metaKey: true }))).toBeNull();
  });

  it('take a digit for the width that it names', () => {
    expect([...'2480'].map((digit) => widthOfDigit(digit, [2, 4, 8, 32]))).toEqual([2, 4, 8, 32]);
    expect(widthOfDigit('3', [2, 4, 8, 32])).toBe(32);
    expect(widthOfDigit('3', [3, 32])).toBe(3);
    expect(widthOfDigit('1', [4, 12, 16])).toBe(12);
    expect(widthOfDigit('5', [4, 8])).toBeNull();
    expect(widthOfDigit('ArrowUp', [4, 8])).toBeNull();
    expect(widthOfDigit('4', [])).toBeNull();
  });

  it('are all told at the foot of the page', () => {
    expect(KEY_HINTS.map(({ key: name }) => name)).toEqual(
      expect.arrayContaining(['← →', 'T', 'M', 'F', 'E', 'P', 'Esc']),
    );
  });
});
