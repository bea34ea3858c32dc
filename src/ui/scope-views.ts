/** @file The microscope's views, in the order of their tabs. */
export const SCOPE_VIEWS = [
  'network',
  'weights',
  'activations',
  'noise',
  'mistakes',
  'teachers',
  'own',
  'lesson',
] as const;
export type ScopeView = (typeof SCOPE_VIEWS)[number];
