import { html, LitElement, nothing } from '../../vendor/lit/index.js';
import { repeat } from '../../vendor/lit-html/directives/repeat.js';
import { formatBytes, formatCount, formatRate, plural } from '../app/format.js';
import { topicHash } from '../app/routes.js';
import '../charts/spark-line.js';

/** With more topics than this a search box helps. */
const SEARCH_FROM = 8;

/** `<topic-list>`: every topic with its rate; the way to choose one. */
export class TopicList extends LitElement {
  static properties = {
    /** Topics of the overview. */
    topics: { attribute: false },
    /** @type {import('../api/rates.js').RateTracker} */
    rates: { attribute: false },
    reading: { type: Number },
    chosen: {},
    search: { state: true },
  };

  constructor() {
    super();
    this.search = '';
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const wanted = this.search.trim().toLowerCase();
    const shown = this.topics.filter(topic => topic.name.toLowerCase().includes(wanted));
    return html`
      <nav class="topics" aria-label="Topics">
        <header class="topics-head">
          <h2>Topics <span class="muted">${this.topics.length}</span></h2>
          <button type="button" class="button small" @click=${() => this.dispatchEvent(new Event('create-topic'))}>
            + New
          </button>
        </header>
        ${this.topics.length >= SEARCH_FROM
          ? html`<input
              type="search"
              placeholder="Find a topic"
              aria-label="Find a topic"
              .value=${this.search}
              @input=${event => (this.search = event.target.value)}
            />`
          : nothing}
        <ul>
          ${repeat(
            shown,
            topic => topic.name,
            topic => this.#card(topic),
          )}
        </ul>
        ${shown.length === 0 ? html`<p class="empty">No topic is called “${this.search}”.</p>` : nothing}
      </nav>
    `;
  }

  #card(topic) {
    const series = this.rates.topics.get(topic.name);
    const rate = series?.records ?? null;
    return html`
      <li>
        <a
          class="topic-card"
          href=${topicHash(topic.name)}
          aria-current=${topic.name === this.chosen ? 'page' : 'false'}
          data-topic=${topic.name}
          data-rate=${rate ?? ''}
        >
          <span class="topic-name">${topic.name}</span>
          <spark-line .values=${(series?.samples ?? []).map(sample => sample.records)}></spark-line>
          <span class="topic-rate"><b>${formatRate(rate)}</b>/s · ${formatBytes(series?.bytes ?? null)}/s</span>
          <span class="topic-total muted">${formatCount(topic.records)} · ${plural(topic.partitions, 'partition')}</span>
        </a>
      </li>
    `;
  }
}

customElements.define('topic-list', TopicList);
