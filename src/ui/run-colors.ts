/**
 * @file Colours and shapes of runs that stand side by side. A run always has its shape too, so that
 * colour alone tells nothing. At least 4.5:1 against the panel surface (run-colors.test.ts).
 */

/** As `#rrggbb` on light and on dark surfaces, and as a person calls it. */
export const RUN_PALETTE = [
  { light: '#1d62a8', dark: '#6cb4f5', name: 'blue' },
  { light: '#b23c0b', dark: '#ff9a63', name: 'orange' },
  { light: '#16723b', dark: '#6fd08c', name: 'green' },
  { light: '#7636ad', dark: '#c79bf2', name: 'violet' },
  { light: '#7a5900', dark: '#e3b341', name: 'ochre' },
  { light: '#ad1f66', dark: '#ff8ac0', name: 'pink' },
  { light: '#0c6b64', dark: '#4fd1c5', name: 'teal' },
  { light: '#4b5563', dark: '#b4bdca', name: 'grey' },
] as const;

/** CSS colour of a run by its number. */
export function runColor(color: number): string {
  const { light, dark } = RUN_PALETTE[color % RUN_PALETTE.length] ?? RUN_PALETTE[0];
  return `light-dark(${light}, ${dark})`;
}
