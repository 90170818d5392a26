import { svg, html } from '../../vendor/lit/index.js';

const PADDLES = Array.from({ length: 8 }, (_, index) => index * 45);

/** The mark of Millrace: a water wheel. Drawn with `currentColor`. */
export const millWheel = () => html`
  <svg class="mill-wheel" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <g fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round">
      <circle cx="16" cy="16" r="9"></circle>
      <circle cx="16" cy="16" r="2.4" fill="currentColor" stroke="none"></circle>
      ${PADDLES.map(angle => svg`<path d="M16 11.5V3" transform="rotate(${angle} 16 16)"></path>`)}
    </g>
  </svg>
`;
