import { html, LitElement } from '../../vendor/lit/index.js';
import { NO_FILTER } from './record-filter.js';

/** `<tail-filter>`: asks what to show and fires `filter-change` with the {@link FilterSettings} as detail. */
export class TailFilter extends LitElement {
  static properties = {
    /** Partitions of the topic. */
    partitions: { type: Number },
    settings: { state: true },
  };

  constructor() {
    super();
    this.settings = NO_FILTER;
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return html`
      <div class="filter" role="search" aria-label="Filter of the live tail">
        <input
          type="search"
          placeholder="Filter text"
          aria-label="Text in key or value"
          .value=${this.settings.text}
          @input=${event => this.#set({ text: event.target.value })}
        />
        <input
          type="search"
          placeholder="Key"
          aria-label="Part of the key"
          .value=${this.settings.key}
          @input=${event => this.#set({ key: event.target.value })}
        />
        <select
          aria-label="Partition"
          @change=${event => this.#set({ partition: event.target.value === '' ? null : Number(event.target.value) })}
        >
          <option value="">All partitions</option>
          ${Array.from({ length: this.partitions ?? 0 }, (_, index) => html`<option value=${index}>Partition ${index}</option>`)}
        </select>
      </div>
    `;
  }

  #set(change) {
    this.settings = { ...this.settings, ...change };
    this.dispatchEvent(new CustomEvent('filter-change', { detail: this.settings }));
  }
}

customElements.define('tail-filter', TailFilter);
