/** @file The lab, handed down the component tree. */
import { getContext, setContext } from 'svelte';
import type { Lab } from './lab.svelte.ts';

const KEY = Symbol('lab');

export function provideLab(lab: Lab): void {
  setContext(KEY, lab);
}

/** @throws outside the shell */
export function useLab(): Lab {
  const lab = getContext<Lab | undefined>(KEY);
  if (!lab) throw new Error('internal: useLab outside provideLab');
  return lab;
}
