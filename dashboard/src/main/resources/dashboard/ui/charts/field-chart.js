import { html, LitElement, nothing } from '../../vendor/lit/index.js';
import { choiceBar } from '../app/choice-bar.js';
import { formatDateTime, formatReading, plural } from '../app/format.js';
import { KEYS_MAX } from './field-store.js';
import { KeyChoice } from './key-choice.js';
import './moving-chart.js';
import { palette, SERIES_MAX } from './palette.js';

/** `<field-chart>`: one number out of the JSON values, a line per key or the average with its range. */
export class FieldChart extends LitElement {
  static properties = {
    /** @type {import('./field-store.js').FieldStore} */
    store: { attribute: false },
    reading: { type: Number },
    windowMs: { type: Number },
    now: { attribute: false },
    path: { state: true },
    /** `keys` or `average`; undefined until the reader chooses. */
    chosenMode: { state: true },
  };

  #keys = new KeyChoice();

  createRenderRoot() {
    return this;
  }

  willUpdate(changed) {
    if (changed.has('store')) {
      this.path = undefined;
      this.chosenMode = undefined;
      this.#keys = new KeyChoice();
    }
    this.path ??= this.store?.suggestion;
    this.#keys.suggest(this.#field?.keys.keys() ?? []);
  }

  get #field() {
    return this.store?.field(this.path);
  }

  /** Lines by key are for a known set of devices; keys that hardly come twice, such as orders, would be lonely dots. */
  get #mode() {
    return this.chosenMode ?? (this.#field.keys.size < KEYS_MAX ? 'keys' : 'average');
  }

  render() {
    const field = this.#field;
    return html`
      <section class="card chart-card" aria-labelledby="field-title">
        <header class="card-head">
          <div>
            <h2 id="field-title">Readings</h2>
            ${field ? this.#fieldChoice() : html`<p class="muted">Numbers inside JSON values</p>`}
          </div>
          ${field
            ? choiceBar({
                label: 'Lines of the readings chart',
                choices: [
                  ['keys', 'By key'],
                  ['average', 'Average'],
                ],
                chosen: this.#mode,
                onChoose: value => (this.chosenMode = value),
              })
            : nothing}
        </header>
        ${field ? this.#chart(field) : this.#nothingYet()} ${field ? this.#legend(field) : nothing}
      </section>
    `;
  }

  #fieldChoice() {
    return html`
      <label class="field-choice">
        <span class="visually-hidden">Field to draw</span>
        <select @change=${event => (this.path = event.target.value)}>
          ${this.store.paths.map(path => html`<option value=${path} ?selected=${path === this.path}>${path}</option>`)}
        </select>
      </label>
    `;
  }

  #chart() {
    const stale = this.store.newestMs < this.now() - this.windowMs;
    return html`
      <div class="chart-stack">
        <moving-chart
          id="field-chart"
          .label=${`${this.path} over time, ${this.#mode === 'keys' ? 'one line per key' : 'average of all records'}`}
          .windowMs=${this.windowMs}
          .now=${this.now}
          .format=${formatReading}
          .lines=${(fromMs, toMs) => this.#lines(fromMs, toMs)}
        ></moving-chart>
        ${stale
          ? html`<p class="chart-note">The newest reading is from ${formatDateTime(this.store.newestMs)}.</p>`
          : nothing}
      </div>
    `;
  }

  #nothingYet() {
    return html`<p class="chart-empty">
      As soon as records with JSON numbers arrive, such as <code>{"temperature": 21.5}</code>, they are drawn here.
    </p>`;
  }

  #lines(fromMs, toMs) {
    const field = this.#field;
    if (!field) {
      return [];
    }
    const { accent, series } = palette();
    if (this.#mode === 'keys') {
      return this.#keys.entries.map(({ key, place }) => ({
        label: key,
        color: series[place],
        points: field.keys.get(key)?.points('average', fromMs, toMs) ?? [],
      }));
    }
    const line = what => field.all.points(what, fromMs, toMs);
    return [
      { label: 'lowest', color: accent, points: line('min'), dim: true },
      { label: 'highest', color: accent, points: line('max'), dim: true, fill: 'band' },
      { label: 'average', color: accent, points: line('average') },
    ];
  }

  #legend(field) {
    if (this.#mode === 'average') {
      return html`<p class="legend muted">Average per second; the band reaches from the lowest to the highest.</p>`;
    }
    return html`
      <ul class="legend" aria-label="Keys shown">
        ${this.#keys.entries.map(
          ({ key, place }) => html`
            <li>
              <button type="button" title="Take ${key} off the chart" @click=${() => this.#toggle(key)}>
                <span class="dot series-${place + 1}"></span>${key}
                <b>${field.keys.has(key) ? formatReading(field.keys.get(key).latest) : '–'}</b>
              </button>
            </li>
          `,
        )}
        <li>${this.#keyMenu(field)}</li>
      </ul>
    `;
  }

  #keyMenu(field) {
    const keys = [...field.keys.keys()].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
    return html`
      <details class="menu" @focusout=${closeWhenLeft}>
        <summary>${keys.length > this.#keys.count ? `${plural(keys.length, 'key')} …` : 'Keys …'}</summary>
        <div class="menu-panel" tabindex="-1">
          <p class="muted">
            Up to ${SERIES_MAX} keys on the
            chart.${keys.length >= KEYS_MAX ? ` The first ${KEYS_MAX} keys seen can be chosen.` : ''}
          </p>
          ${keys.map(
            key => html`
              <label>
                <input
                  type="checkbox"
                  .checked=${this.#keys.has(key)}
                  ?disabled=${!this.#keys.has(key) && this.#keys.full}
                  @change=${() => this.#toggle(key)}
                />${key}
              </label>
            `,
          )}
        </div>
      </details>
    `;
  }

  #toggle(key) {
    this.#keys.toggle(key);
    this.requestUpdate();
  }
}

/** A menu closes when the focus goes elsewhere; a click inside keeps it there, because the panel can take the focus. */
function closeWhenLeft(event) {
  if (!event.currentTarget.contains(event.relatedTarget)) {
    event.currentTarget.open = false;
  }
}

customElements.define('field-chart', FieldChart);
