import { html, LitElement, nothing } from '../../vendor/lit/index.js';
import { connectionBadge } from './connection-badge.js';
import { formatDuration } from './format.js';
import { millWheel } from './mill-wheel.js';

const THEME = {
  auto: ['◐', 'Colours follow the system'],
  light: ['☀', 'Light colours'],
  dark: ['☾', 'Dark colours'],
};

/** The wheel makes one turn in this time at one record per second; each tenfold rate speeds it up by the same step. */
const TURN_MS = 12_000;
const SPEED_PER_DECADE = 1.6;

/** `<page-header>`: which node this is and whether it is there. */
export class PageHeader extends LitElement {
  static properties = {
    overview: { attribute: false },
    nodeState: { attribute: false },
    /** Records per second of the whole node. */
    rate: { type: Number },
    /** Makes the countdown count. */
    tick: { type: Number },
    theme: { state: true },
  };

  #turning = null;

  constructor() {
    super();
    this.theme = window.millraceTheme.chosen;
  }

  createRenderRoot() {
    return this;
  }

  firstUpdated() {
    if (!matchMedia('(prefers-reduced-motion: reduce)').matches) {
      const wheel = this.querySelector('.mill-wheel');
      this.#turning = wheel.animate({ transform: ['rotate(0)', 'rotate(360deg)'] }, { duration: TURN_MS, iterations: Infinity });
    }
  }

  updated() {
    const flowing = this.nodeState.name === 'live' && this.rate > 0;
    this.#turning?.updatePlaybackRate(flowing ? 0.5 + SPEED_PER_DECADE * Math.log10(1 + this.rate) : 0);
  }

  render() {
    const { overview } = this;
    const [icon, meaning] = THEME[this.theme];
    return html`
      <header class="page-head">
        <a class="brand" href="#/">${millWheel()}<span>Millrace</span></a>
        ${overview
          ? html`<p class="node-facts" title="Cluster ${overview.cluster_id}">
              <span>node ${overview.node_id}</span><span>v${overview.version}</span
              ><span class="wide">up ${formatDuration(overview.uptime_ms)}</span>
            </p>`
          : nothing}
        <div class="page-head-end">
          ${connectionBadge(this.nodeState)}
          <button
            type="button"
            class="icon-button"
            title=${meaning}
            aria-label="${meaning}. Change"
            @click=${() => (this.theme = window.millraceTheme.next())}
          >
            ${icon}
          </button>
        </div>
      </header>
    `;
  }
}

customElements.define('page-header', PageHeader);
