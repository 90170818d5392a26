/** Colours of the charts, read from `styles/tokens.css` so that a change of theme reaches the canvas too. */

/** Lines that can be told apart; also the most keys one chart shows. */
export const SERIES_MAX = 8;

/** @returns {{series: string[], accent: string, grid: string, text: string, surface: string}} of the present theme */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const token = name => style.getPropertyValue(name).trim();
  return {
    series: Array.from({ length: SERIES_MAX }, (_, index) => token(`--series-${index + 1}`)),
    accent: token('--accent'),
    grid: token('--chart-grid'),
    text: token('--text-muted'),
    surface: token('--surface'),
  };
}

/**
 * @param {string} hex six digits
 * @param {number} alpha 0 to 1
 */
export function withAlpha(hex, alpha) {
  return hex + Math.round(alpha * 255).toString(16).padStart(2, '0');
}
