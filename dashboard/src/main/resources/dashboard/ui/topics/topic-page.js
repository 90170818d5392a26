import { html, LitElement, nothing } from '../../vendor/lit/index.js';
import { fetchTopic } from '../api/client.js';
import { choiceBar } from '../app/choice-bar.js';
import { formatBytes, formatDuration, plural } from '../app/format.js';
import '../charts/field-chart.js';
import '../charts/rate-chart.js';
import '../stream/live-tail.js';
import { TopicFeed } from '../stream/topic-feed.js';
import './connect-panel.js';
import './send-record.js';

const WINDOWS = [
  [60_000, '1 min'],
  [120_000, '2 min'],
  [300_000, '5 min'],
];

/** `<topic-page>`: one topic: its charts and its live tail. Owns the stream of the topic. */
export class TopicPage extends LitElement {
  static properties = {
    /** Entry of the topic in the overview. */
    topic: { attribute: false },
    rates: { attribute: false },
    reading: { type: Number },
    nodeState: { attribute: false },
    overview: { attribute: false },
    now: { attribute: false },
    tick: { type: Number },
    windowMs: { state: true },
    details: { state: true },
    streamState: { state: true },
  };

  /** @type {TopicFeed} */
  feed = null;

  constructor() {
    super();
    this.windowMs = 120_000;
  }

  createRenderRoot() {
    return this;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.feed?.close();
    this.feed = null;
  }

  willUpdate(changed) {
    if (this.feed?.topic !== this.topic.name) {
      this.#follow(this.topic);
    }
    if (changed.has('nodeState') && this.nodeState.name === 'live') {
      this.feed.millrace.retryNow();
    }
  }

  render() {
    return html`
      <header class="topic-head">
        <div>
          <h1>${this.topic.name}</h1>
          <p class="muted">${this.#facts().join(' · ')}</p>
        </div>
        <div class="actions">
          ${choiceBar({
            label: 'Time that the charts show',
            choices: WINDOWS,
            chosen: this.windowMs,
            onChoose: value => (this.windowMs = value),
          })}
          <button type="button" class="button" @click=${() => this.querySelector('connect-panel').open()}>Connect</button>
          <button type="button" class="button primary" @click=${() => this.querySelector('send-record').open()}>
            Send a record
          </button>
        </div>
      </header>
      <div class="charts">
        <rate-chart
          .series=${this.rates.topics.get(this.topic.name)}
          .reading=${this.reading}
          .windowMs=${this.windowMs}
          .now=${this.now}
        ></rate-chart>
        <field-chart
          .store=${this.feed.fields}
          .reading=${this.reading}
          .windowMs=${this.windowMs}
          .now=${this.now}
        ></field-chart>
      </div>
      <live-tail .feed=${this.feed} .topic=${this.topic} .streamState=${this.streamState} .tick=${this.tick}></live-tail>
      <send-record .topic=${this.topic.name} .feed=${this.feed}></send-record>
      <connect-panel .topic=${this.topic.name} .overview=${this.overview} .feed=${this.feed}></connect-panel>
    `;
  }

  #follow(topic) {
    this.feed?.close();
    const feed = new TopicFeed(topic, () => {
      if (feed === this.feed) {
        this.streamState = feed.state;
      }
    });
    this.feed = feed;
    this.details = null;
    fetchTopic(topic.name).then(
      details => feed === this.feed && (this.details = details),
      // The line of facts is shorter without it; the overview goes on telling how the node is.
      () => {},
    );
  }

  #facts() {
    const { partitions, records, bytes } = this.topic;
    const facts = [plural(partitions, 'partition'), plural(records, 'record'), formatBytes(bytes)];
    const retentionMs = Number(this.details?.effective_config?.['retention.ms']);
    if (retentionMs > 0) {
      facts.push(`kept for ${formatDuration(retentionMs)}`);
    } else if (retentionMs === -1) {
      facts.push('kept for ever');
    }
    if (this.details?.effective_config?.['cleanup.policy']?.includes('compact')) {
      facts.push('compacted');
    }
    return facts;
  }
}

customElements.define('topic-page', TopicPage);
