import { html, LitElement } from '../../vendor/lit/index.js';
import { repeat } from '../../vendor/lit-html/directives/repeat.js';
import { onFrames } from '../app/frame-clock.js';
import './record-details.js';
import { recordRow, rowId } from './record-row.js';
import './tail-filter.js';
import { tailStatus } from './tail-status.js';

/** Rows are added at most this often: each time the browser has to lay out the table. */
const FLUSH_MS = 100;

const canHover = matchMedia('(hover: hover)');

/** `<live-tail>`: the newest records of a topic as they come, newest first. */
export class LiveTail extends LitElement {
  static properties = {
    /** @type {import('./topic-feed.js').TopicFeed} */
    feed: { attribute: false },
    /** Partitions and end of the topic, from the overview. */
    topic: { attribute: false },
    /** Changes whenever the state of the stream does. */
    streamState: { attribute: false },
    /** Makes the countdown count. */
    tick: { type: Number },
    held: { state: true },
  };

  #stopFlushing = () => {};

  constructor() {
    super();
    this.held = false;
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#stopFlushing = onFrames(
      () => FLUSH_MS,
      nowMs => this.#flush(nowMs),
    );
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stopFlushing();
  }

  render() {
    const { tail } = this.feed;
    const { paused } = this.feed.subscription;
    const behind = this.feed.behind(this.topic?.end_offset_sum ?? 0);
    return html`
      <section class="card tail-card" aria-labelledby="tail-title">
        <header class="card-head tail-head">
          <h2 id="tail-title">Live tail</h2>
          <tail-filter .partitions=${this.topic?.partitions} @filter-change=${this.#filter}></tail-filter>
          <button type="button" class="button pause-button" aria-pressed=${paused} @click=${this.#togglePause}>
            ${paused ? '▶ Resume' : '❚❚ Pause'}
          </button>
        </header>
        ${tailStatus({ feed: this.feed, behind, held: this.held, onSkip: () => this.feed.skipToNewest() })}
        ${tail.rows.length > 0 ? this.#table(tail.rows) : this.#nothingYet(tail)}
        <record-details></record-details>
      </section>
    `;
  }

  #table(rows) {
    return html`
      <div class="tail-scroll">
        <table class="tail">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col"><abbr title="Partition">P</abbr></th>
              <th scope="col">Offset</th>
              <th scope="col">Key</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            ${repeat(rows, rowId, record => recordRow(record, this.#open))}
          </tbody>
        </table>
      </div>
    `;
  }

  #nothingYet(tail) {
    return tail.received > 0
      ? html`<p class="empty">None of the ${tail.received} records so far matches the filter. New ones are looked at as they come.</p>`
      : html`<p class="empty">
          No record yet. Send one with the button above, or from a terminal: <b>Connect</b> shows how.
        </p>`;
  }

  #flush(nowMs) {
    const { tail } = this.feed;
    const body = this.querySelector('tbody');
    // A row that moves away under the pointer cannot be clicked.
    this.held = Boolean(
      body && ((canHover.matches && body.matches(':hover')) || body.querySelector(':focus-visible')),
    );
    if (!this.held && tail.flush(nowMs)) {
      this.requestUpdate();
    }
  }

  #filter(event) {
    this.feed.tail.filterBy(event.detail);
    this.requestUpdate();
  }

  #togglePause() {
    if (this.feed.subscription.paused) {
      this.feed.resume();
    } else {
      this.feed.pause();
    }
  }

  #open = record => {
    const details = this.querySelector('record-details');
    details.record = record;
    details.open();
  };
}

customElements.define('live-tail', LiveTail);
