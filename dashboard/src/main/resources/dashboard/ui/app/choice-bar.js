import { html } from '../../vendor/lit/index.js';

/**
 * A few alternatives side by side, one of them chosen.
 * @template T
 * @param {object} bar
 * @param {string} bar.label for screen readers
 * @param {[T, string][]} bar.choices value and text
 * @param {T} bar.chosen
 * @param {(value: T) => void} bar.onChoose
 */
export const choiceBar = ({ label, choices, chosen, onChoose }) => html`
  <div class="choice-bar" role="group" aria-label=${label}>
    ${choices.map(
      ([value, text]) =>
        html`<button type="button" aria-pressed=${value === chosen} @click=${() => onChoose(value)}>${text}</button>`,
    )}
  </div>
`;
