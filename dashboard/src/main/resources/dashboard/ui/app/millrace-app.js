import { html, LitElement, nothing } from '../../vendor/lit/index.js';
import { OverviewPoller } from '../api/overview-poller.js';
import { RateTracker } from '../api/rates.js';
import { nodeCards } from '../cluster/node-cards.js';
import '../topics/create-topic.js';
import { connecting, noTopicsYet, unknownTopic } from '../topics/empty-states.js';
import { ownTopics } from '../topics/own-topics.js';
import '../topics/topic-list.js';
import '../topics/topic-page.js';
import { errorNotice } from './error-notice.js';
import './page-header.js';
import { topicFromHash, topicHash } from './routes.js';
import { summaryTiles } from './summary-tiles.js';

/** Countdowns change once a second. */
const TICK_MS = 1_000;

/** `<millrace-app>`: the page. Holds what the node said last and hands it down. */
export class MillraceApp extends LitElement {
  static properties = {
    overview: { state: true },
    nodeState: { state: true },
    /** Counts the readings of the overview. */
    reading: { state: true },
    tick: { state: true },
    hash: { state: true },
  };

  #rates = new RateTracker();
  /** Clock of the node minus the clock of this computer. */
  #clockAheadMs = 0;
  #now = () => Date.now() + this.#clockAheadMs;

  constructor() {
    super();
    this.reading = 0;
    this.tick = 0;
    this.hash = location.hash;
    const poller = new OverviewPoller({
      onOverview: overview => {
        this.#rates.update(overview);
        this.#clockAheadMs = overview.time_ms - Date.now();
        this.overview = overview;
        this.reading++;
      },
      onState: state => (this.nodeState = state),
    });
    this.nodeState = poller.state;
    this.poller = poller;
  }

  updated() {
    // Numbers of a node that is away are the last known ones: the style sheet shows them faded.
    this.classList.toggle('stale', this.nodeState.name !== 'live');
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener('hashchange', () => (this.hash = location.hash));
    setInterval(() => this.tick++, TICK_MS);
    this.poller.start();
  }

  willUpdate() {
    const own = ownTopics(this.overview?.topics ?? []);
    if (own.length > 0 && topicFromHash(this.hash) === null) {
      this.#chooseBusiest(own);
    }
  }

  render() {
    return html`
      <a class="skip-link" href="#main" @click=${this.#skipToMain}>Skip to the topic</a>
      <page-header
        .overview=${this.overview}
        .nodeState=${this.nodeState}
        .rate=${this.#rates.node.records ?? 0}
        .tick=${this.tick}
      ></page-header>
      ${this.#outage()} ${this.overview ? this.#content() : this.nodeState.name === 'connecting' ? connecting() : nothing}
      <create-topic @topic-created=${this.#openCreated}></create-topic>
    `;
  }

  /** While the node is away the page keeps what it knew, and says so. */
  #outage() {
    const { name, error } = this.nodeState;
    if (name !== 'reconnecting' && name !== 'offline') {
      return nothing;
    }
    return html`
      <div class="outage">
        ${errorNotice(error)}
        <button type="button" class="button" @click=${() => this.poller.pollNow()}>Try now</button>
      </div>
    `;
  }

  #content() {
    const wanted = topicFromHash(this.hash);
    const topic = this.overview.topics.find(candidate => candidate.name === wanted);
    const topics = ownTopics(this.overview.topics);
    if (topics.length === 0 && !topic) {
      return html`${nodeCards(this.overview)}
        <main id="main" tabindex="-1">${noTopicsYet(() => this.#create())}</main>`;
    }
    return html`
      ${summaryTiles(this.overview, this.#rates.node)} ${nodeCards(this.overview)}
      <div class="columns">
        <topic-list
          .topics=${topics}
          .rates=${this.#rates}
          .reading=${this.reading}
          .chosen=${wanted}
          @create-topic=${() => this.#create()}
        ></topic-list>
        <main id="main" tabindex="-1">
          ${topic
            ? html`<topic-page
                .topic=${topic}
                .rates=${this.#rates}
                .reading=${this.reading}
                .nodeState=${this.nodeState}
                .overview=${this.overview}
                .tick=${this.tick}
                .now=${this.#now}
              ></topic-page>`
            : unknownTopic(wanted, () => this.#create(wanted))}
        </main>
      </div>
    `;
  }

  /** Without an address the page opens the topic with most records; it stays chosen from then on. */
  #chooseBusiest(topics) {
    const busiest = topics.reduce((most, topic) => (topic.records > most.records ? topic : most));
    history.replaceState(null, '', topicHash(busiest.name));
    this.hash = location.hash;
  }

  /** The part of the address behind # names the topic, so the link cannot be left to the browser. */
  #skipToMain(event) {
    event.preventDefault();
    this.querySelector('main')?.focus();
  }

  #create(name) {
    this.querySelector('create-topic').open(name);
  }

  #openCreated(event) {
    location.hash = topicHash(event.detail);
    this.poller.pollNow();
  }
}

customElements.define('millrace-app', MillraceApp);
